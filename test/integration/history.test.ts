import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BoardOp, type BoardRecord, board } from "../../rooms/whiteboard/rules/board.ts";
import { type Connection, connect, openDocument, type SharedDocument } from "../../src/client/client.ts";
import type { RecordReader } from "../../src/document/document.ts";
import { joinBoard, note } from "../support/board-client.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

type Board = SharedDocument<BoardOp, BoardRecord>;

describe("history", () => {
  let test: TestNode;
  let dataDir: string;
  let connections: Connection[];
  beforeEach(async () => {
    connections = [];
    dataDir = await mkdtemp(join(tmpdir(), "arena-history-"));
    test = await startNode({ logStore: "lmdb", dataDir });
  });
  afterEach(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await test.close();
    await rm(dataDir, { recursive: true });
  });

  const open = async (): Promise<Board> => {
    const connection = connect({ url: test.wsUrl, room: "whiteboard", options: { id: "plans" } });
    connections.push(connection);
    return openDocument(connection, { document: board });
  };
  const restart = async (overrides: Parameters<typeof startNode>[0] = {}): Promise<void> => {
    await test.close();
    test = await startNode({ logStore: "lmdb", dataDir, ...overrides });
  };
  /** So many pushes of a kilobyte each. */
  const draw = async (document: Board, from: number, count: number): Promise<void> => {
    for (let index = from; index < from + count; index++) {
      void document.push([{ t: "create", id: `s${index}`, type: "stroke", g: { geom: new Uint8Array(1000) } }]);
    }
    await document.flushed();
  };
  const shapesIn = (records: RecordReader<BoardRecord>): number =>
    [...records.entries()].filter(([id]) => id.startsWith("s")).length;

  it("[HIS1] tells every entry from the first on, and every state, of a document that was never compacted", async () => {
    const document = await open();
    await draw(document, 0, 5);
    await document.push([{ t: "del", id: "s1" }]);

    const history = await document.history();

    assert.deepEqual(
      history.entries.map(({ seq, effects }) => `${seq} ${effects[0]?.t}`),
      ["1 create", "2 create", "3 create", "4 create", "5 create", "6 del"],
    );
    assert.deepEqual([history.firstSeq, history.hasOlder], [1, false]);
    assert.deepEqual(
      [0, 1, 3, 6].map((seq) => shapesIn(history.recordsAt(seq))),
      [0, 1, 3, 5],
    );
    assert.deepEqual(history.recordsAt(6).get("s1"), { gone: 6 });
    history.close();
  });

  it("[HIS1] goes back over compactions and a restart, stretch by stretch, and each state is what it was", async () => {
    const document = await open();
    await draw(document, 0, 400);
    await document.close();
    await restart();
    const again = await open();
    const history = await again.history();
    const first = history.firstSeq;

    while (history.hasOlder) await history.loadOlder();

    assert.ok(first > 1, `the newest stretch begins at ${first}`);
    assert.deepEqual(
      history.entries.map(({ seq }) => seq),
      Array.from({ length: 400 }, (_, index) => index + 1),
    );
    for (const seq of [0, 1, 70, 199, 399, 400]) assert.equal(shapesIn(history.recordsAt(seq)), seq);
  });

  it("[HIS1] grows by what is confirmed while it is open", async () => {
    const [ann, bob] = [await open(), await open()];
    await draw(ann, 0, 3);
    const history = await bob.history();
    const grown = new Promise<readonly number[]>((resolve) => {
      history.onEntries((entries) => resolve(entries.map(({ seq }) => seq)));
    });

    await draw(ann, 3, 1);

    assert.deepEqual(await grown, [4]);
    assert.equal(shapesIn(history.recordsAt(4)), 4);
    assert.equal(shapesIn(history.recordsAt(3)), 3);
  });

  it("[HIS1] begins anew where the document was put back from a backup, with the same entries", async () => {
    const document = await open();
    await draw(document, 0, 3);
    const history = await document.history();
    const reset = new Promise<void>((resolve) => {
      history.onReset(resolve);
    });

    await restart({ isRestored: true, port: test.node.port });
    await reset;

    assert.deepEqual(
      history.entries.map(({ seq }) => seq),
      [1, 2, 3],
    );
  });

  it("[HIS2] ends where the bound has let the oldest stretch go", async () => {
    await restart({ maxHistoryBytes: 150_000 });
    const document = await open();
    await draw(document, 0, 600);
    const history = await document.history();

    while (history.hasOlder) await history.loadOlder();

    assert.ok(history.firstSeq > 1 && history.firstSeq < 600, `${history.firstSeq}`);
    assert.equal(shapesIn(history.recordsAt(history.firstSeq - 1)), history.firstSeq - 1);
    assert.equal(shapesIn(history.recordsAt(600)), 600);
  });

  it("is refused to who asks for a second stretch while one is on its way, and given after that", async () => {
    const ann = await joinBoard(test.wsUrl, "plans");
    ann.push(1, note("a"));
    await ann.next("op:ack");

    ann.room.send("op:history", {});
    ann.room.send("op:history", {});
    await ann.until(() => ann.of("op:past").some(({ end }) => end));

    assert.deepEqual(
      ann.of("op:past").flatMap(({ code }) => code ?? []),
      ["RATE_LIMITED"],
    );
  });

  it("is given up with a clear error where the room has none", async () => {
    const connection = connect({ url: test.wsUrl, room: "arena" });
    connections.push(connection);
    const document = await openDocument(connection, { document: board });

    await assert.rejects(document.history(), /history|document/);
  });
});
