import assert from "node:assert/strict";
import { type BoardOp, type BoardRecord, board } from "../../rooms/whiteboard/rules/board.ts";
import {
  type Connection,
  connect,
  memoryStorage,
  type OutboxStorage,
  openDocument,
  type SharedDocument,
  type Status,
} from "../../src/client/client.ts";
import { type FaultProxy, openFaultProxy } from "../support/fault-proxy.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

type Board = SharedDocument<BoardOp, BoardRecord>;

function createOp(id: string): BoardOp {
  return { t: "create", id, type: "rect", g: { pos: { x: 0, y: 0, r: 0 } } };
}

function moveOp(id: string, x: number): BoardOp {
  return { t: "set", id, g: "pos", v: { x, y: 0, r: 0 } };
}

function xOf(record: BoardRecord | undefined): number | undefined {
  return record && "g" in record ? record.g.pos?.x : undefined;
}

/** Resolves as soon as `holds` does, looking whenever the document changes. */
function until(doc: Board, holds: () => boolean): Promise<void> {
  if (holds()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = doc.onChange(() => {
      if (!holds()) return;
      stop();
      resolve();
    });
  });
}

function becomes(connection: Connection, wanted: Status): Promise<void> {
  if (connection.status === wanted) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = connection.onStatus((status) => {
      if (status !== wanted) return;
      stop();
      resolve();
    });
  });
}

describe("client library", () => {
  let test: TestNode;
  let proxy: FaultProxy;
  let boards = 0;
  let id = "";
  const connections: Connection[] = [];
  before(async () => {
    test = await startNode();
    proxy = await openFaultProxy({ targetPort: test.node.port });
  });
  beforeEach(() => {
    id = `board-${boards++}`;
  });
  afterEach(async () => {
    proxy.accept();
    await Promise.all(connections.splice(0).map((connection) => connection.close()));
  });
  after(async () => {
    await proxy.close();
    await test.close();
  });

  const connectTo = (port: number): Connection => {
    const connection = connect({ url: `http://127.0.0.1:${port}`, room: "whiteboard", options: { id } });
    connections.push(connection);
    return connection;
  };
  const open = async (
    port = test.node.port,
    storage?: OutboxStorage,
  ): Promise<{ connection: Connection; doc: Board }> => {
    const connection = connectTo(port);
    const doc = await openDocument(connection, { document: board, ...(storage && { storage, name: id }) });
    return { connection, doc };
  };

  it("shows two clients the same document", async () => {
    const [a, b] = [await open(), await open()];

    const push = a.doc.push([createOp("one")]);
    const result = await push;
    await until(b.doc, () => b.doc.get("one") !== undefined);
    await b.doc.push([moveOp("one", 7)]);
    await until(a.doc, () => xOf(a.doc.get("one")) === 7);

    assert.equal(result.outcome, "commit");
    assert.deepEqual(a.doc.get("one"), b.doc.get("one"));
  });

  it("tells a push that is refused why", async () => {
    const { doc } = await open();

    const push = doc.push([moveOp("unknown", 1)]);

    await assert.rejects(push, { name: "PushRefused", code: "INVALID" });
    assert.equal((await doc.push([createOp("after")])).outcome, "commit");
  });

  it("[CLI2] delivers every push once across cut lines", async () => {
    const { connection, doc } = await open(proxy.port);
    const witness = await open();
    await becomes(connection, "online");
    await doc.push([createOp("it")]);

    for (let round = 0; round < 3; round++) {
      for (let push = 0; push < 20; push++) void doc.push([createOp(`${round}-${push}`)]);
      if (round % 2 === 0) await doc.push([moveOp("it", round)]).sent;
      proxy.cut();
      await becomes(connection, "reconnecting");
      connection.reconnect();
      await becomes(connection, "online");
    }
    await doc.flushed();
    await until(witness.doc, () => witness.doc.seq === doc.seq);

    assert.equal([...witness.doc.entries()].length, 61);
    assert.equal(doc.seq, 63); // each push is one entry
  });

  it("[CLI2] takes pushes while the server is away, and delivers them when it is back", async () => {
    const { connection, doc } = await open(proxy.port);
    const witness = await open();
    await doc.push([createOp("it")]);
    proxy.refuse();
    proxy.cut();
    await becomes(connection, "reconnecting");

    const push = doc.push([moveOp("it", 5)]);
    const shown = xOf(doc.get("it"));
    proxy.accept();
    await push;
    await until(witness.doc, () => xOf(witness.doc.get("it")) === 5);

    assert.equal(shown, 5);
  });

  it("[CLI4] delivers what a tab that is gone has left, each with its own id", async () => {
    const storage = memoryStorage();
    const left = [await open(proxy.port, storage), await open(proxy.port, storage)];
    await Promise.all(left.map(({ connection }) => becomes(connection, "online")));
    proxy.refuse();
    proxy.cut();
    for (const [index, { doc }] of left.entries()) {
      void doc.push([createOp(`left-${index}`)]);
      await doc.close();
    }
    const before = await storage.list(id);

    const { doc } = await open(test.node.port, storage);
    await until(doc, () => doc.get("left-0") !== undefined && doc.get("left-1") !== undefined);
    await doc.flushed();

    assert.equal(before.length, 2);
    assert.equal(doc.hasUnsaved, false);
  });

  it("[CLI4] tells whoever delivers what a tab that is gone has left of what the server refuses of that", async () => {
    const storage = memoryStorage();
    const left = [await open(proxy.port, storage), await open(proxy.port, storage)];
    await Promise.all(left.map(({ connection }) => becomes(connection, "online")));
    proxy.refuse();
    proxy.cut();
    const [larger, smaller] = left;
    for (const op of [createOp("one"), createOp("two")]) void larger?.doc.push([op]);
    void smaller?.doc.push([moveOp("unknown", 1)]);
    for (const { doc } of left) await doc.close();

    const { doc } = await open(test.node.port, storage);
    const refused = await new Promise((resolve) => {
      doc.onRefused(resolve);
    });

    assert.deepEqual(refused, { code: "INVALID", detail: 'There is no shape "unknown".', ops: [moveOp("unknown", 1)] });
  });

  it("shows what one pushes as one's own at once, whoever the server says that one is", async () => {
    const { connection, doc } = await open();
    await becomes(connection, "online");

    const push = doc.push([createOp("one")]);
    const shown = doc.get("one");
    await push;

    const confirmed = doc.get("one");
    assert.ok(shown && "by" in shown && confirmed && "by" in confirmed);
    assert.match(shown.by, /^guest-/);
    assert.equal(shown.by, confirmed.by);
  });

  it("[CLI6] undoes its own pushes and leaves those of others", async () => {
    const [a, b] = [await open(), await open()];
    await a.doc.push([createOp("one")]);
    await a.doc.push([createOp("two")]);
    await until(b.doc, () => b.doc.get("two") !== undefined);
    await b.doc.push([moveOp("two", 9)]);
    await until(a.doc, () => xOf(a.doc.get("two")) === 9);

    await a.doc.undo();

    assert.equal(xOf(a.doc.get("two")), 9);
    assert.equal(xOf(a.doc.get("one")), undefined);
  });

  it("passes on ephemeral values, and their end", async () => {
    const [a, b] = [await open(), await open()];
    await Promise.all([a, b].map(({ connection }) => becomes(connection, "online")));
    const told: unknown[] = [];
    const came = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    b.connection.ephemeral.onChange((_session, key, value) => {
      told.push([key, value]);
      if (value === null) ended.resolve();
      else came.resolve();
    });

    a.connection.ephemeral.set("cursor", { x: 1 });
    await came.promise;
    await a.connection.close();
    await ended.promise;

    assert.deepEqual(told, [
      ["cursor", { x: 1 }],
      ["cursor", null],
    ]);
  });

  it("hands over the callbacks of the state again after every join", async () => {
    const connection = connectTo(proxy.port);
    let joins = 0;
    const twice = Promise.withResolvers<void>();
    connection.onState(() => {
      joins++;
      if (joins === 2) twice.resolve();
    });
    await becomes(connection, "online");

    proxy.cut();
    await twice.promise;

    assert.equal(connection.status, "online");
  });

  it("is refused for options that the room does not take", async () => {
    id = "not an id";
    const connection = connectTo(test.node.port);

    await becomes(connection, "refused");

    assert.equal(connection.statusDetail.reason?.code, "OPTIONS_INVALID");
  });

  it("[CLI7] settles every promise when its connection is closed", async () => {
    proxy.refuse();
    const { connection, doc } = await open(proxy.port);
    const push = doc.push([createOp("never")]);
    const flushed = doc.flushed();

    await connection.close();

    await assert.rejects(push, { name: "DocumentClosed" });
    await assert.rejects(flushed, { name: "DocumentClosed" });
  });

  it("delivers more than a server lets through at once", async () => {
    const strict = await startNode({ messagesPerSecond: 200, messageBurst: 60 });
    const connection = connectTo(strict.node.port);
    const doc = await openDocument(connection, { document: board, pace: { perSecond: 150, burst: 40 } });

    for (let push = 0; push < 200; push++) void doc.push([createOp(String(push))]);
    const seq = await doc.flushed();
    const status = connection.status;
    await connection.close();
    await strict.close();

    assert.equal(seq, 200);
    assert.equal(status, "online");
  });
});
