import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@colyseus/sdk";
import { BoardRoom } from "../../rooms/whiteboard/board-room.ts";
import { systemClock } from "../../src/clock/clock.ts";
import { ArenaError, type ErrorCode } from "../../src/errors/errors.ts";
import { createLmdbStore } from "../../src/op-log/lmdb-store.ts";
import { parseCloseReason } from "../../src/protocol/protocol.ts";
import { type BoardClient, joinBoard, note } from "../support/board-client.ts";
import { HeldStore } from "../support/held-store.ts";
import { openRawClient } from "../support/raw-client.ts";
import { spawnNode } from "../support/spawn-node.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

describe("documents", () => {
  let test: TestNode;
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "arena-documents-"));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  /** Ids of the shapes that a client was told of. */
  const idsOn = (client: BoardClient): readonly string[] => {
    const made = client
      .of("op:batch")
      .flatMap(({ entries }) => entries.flatMap(({ effects }) => effects as { id: string }[]));
    const ids = [...client.of("op:snap").flatMap(({ data }) => data.map(([id]) => id)), ...made.map(({ id }) => id)];
    return [...new Set(ids)];
  };

  describe("on the disk", () => {
    const start = async (): Promise<void> => {
      test = await startNode({ logStore: "lmdb", dataDir });
    };
    beforeEach(start);
    afterEach(() => test.close());

    it("[OPL7] are there again, whole, with who pushed what, when a node starts on the same folder", async () => {
      const ann = await joinBoard(test.wsUrl, "plans");
      ann.push(1, note("a"), note("b"));
      ann.push(2, { t: "del", id: "a" });
      await ann.next("op:ack", 2);
      await test.close();
      await start();

      const again = await joinBoard(test.wsUrl, "plans", { clientId: ann.clientId });
      const [welcome] = again.of("op:welcome");
      const { data } = await again.next("op:snap");

      assert.deepEqual([welcome?.seq, welcome?.yourLast], [2, 2]);
      assert.equal(welcome?.epoch, ann.of("op:welcome")[0]?.epoch);
      assert.deepEqual(new Map(data).get("a"), { gone: 2 });
      assert.deepEqual(new Set(data.map(([id]) => id)), new Set(["a", "b", "$gone", "$gone/0"]));
    });

    it("[OPL7] keep what was pushed a moment before the node was told to end", async () => {
      const ann = await joinBoard(test.wsUrl, "plans");
      for (let n = 1; n <= 20; n++) ann.push(n, note(`n${n}`));
      await ann.next("op:ack");
      await test.close();
      const acked = ann.of("op:ack").at(-1)?.n ?? 0;
      await start();

      const again = await joinBoard(test.wsUrl, "plans", { clientId: ann.clientId });
      await again.until(() => again.followed() === again.of("op:welcome")[0]?.seq);

      assert.ok((again.of("op:welcome")[0]?.yourLast ?? 0) >= acked);
      assert.equal(idsOn(again).length, again.of("op:welcome")[0]?.yourLast);
    });

    it("[OPL6] outlive their room: who comes after the last has left finds everything", async () => {
      const ann = await joinBoard(test.wsUrl, "plans");
      const ended = test.nextEvent("room:disposed");
      ann.push(1, note("a"));
      await ann.next("op:ack");
      await ann.room.leave();
      await ended;

      const bob = await joinBoard(test.wsUrl, "plans");
      await bob.next("op:snap");

      assert.deepEqual(idsOn(bob), ["a"]);
      assert.equal(bob.room.roomId, ann.room.roomId);
    });

    it("[OPL6] let in who comes while their room closes, each time, with all that was pushed", async () => {
      for (let round = 1; round <= 20; round++) {
        const ann = await joinBoard(test.wsUrl, "plans");
        ann.push(1, note(`n${round}`));
        const left = ann.room.leave();
        const bob = await joinBoard(test.wsUrl, "plans");
        await bob.next("op:snap");
        await left;
        await bob.room.leave();
      }

      const late = await joinBoard(test.wsUrl, "plans");
      await late.until(() => late.followed() === late.of("op:welcome")[0]?.seq);

      assert.equal(idsOn(late).length, 20);
    });

    it("[OPL6] are one for each id", async () => {
      const [ann, bob] = [await joinBoard(test.wsUrl, "plans"), await joinBoard(test.wsUrl, "other")];
      ann.push(1, note("a"));
      await ann.next("op:ack");

      bob.push(1, note("b"));

      assert.equal((await bob.next("op:ack")).seq, 1);
    });
  });

  it("are there, with smaller pushes, where a socket takes less than a push may have", async () => {
    test = await startNode({ maxFrameBytes: 2048 });
    const ann = await joinBoard(test.wsUrl, "plans");

    ann.push(1, note("a"));

    assert.equal((await ann.next("op:ack")).n, 1);
    await test.close();
  });

  it("[OPL7] keep what was pushed before SIGTERM, when the process is gone", async () => {
    const args = ["--port", "0", "--host", "127.0.0.1", "--data-dir", dataDir];
    const first = spawnNode(args);
    const { port } = await first.ready;
    const ann = await joinBoard(`ws://127.0.0.1:${port}`, "plans");
    ann.push(1, note("a"));
    await ann.next("op:ack");
    ann.push(2, note("b"));
    first.child.kill("SIGTERM");
    await first.ended;
    test = await startNode({ logStore: "lmdb", dataDir });

    const again = await joinBoard(test.wsUrl, "plans", { clientId: ann.clientId });
    await again.until(() => again.followed() === again.of("op:welcome")[0]?.seq);
    await test.close();

    const last = again.of("op:welcome")[0]?.yourLast ?? 0;
    assert.ok(last >= (ann.of("op:ack").at(-1)?.n ?? 0), `acknowledged but not kept: ${last}`);
    assert.equal(idsOn(again).length, last);
  });

  describe("whose store is the test's", () => {
    let store: HeldStore;
    /** The app's whiteboard over that store. */
    class HeldBoard extends BoardRoom {
      override onCreate(options: { readonly id: string }): Promise<void> {
        Object.defineProperty(this, "parts", { value: { ...this.parts, logs: store } });
        return super.onCreate(options);
      }
    }
    beforeEach(async () => {
      store = new HeldStore();
      test = await startNode({}, { held: { room: HeldBoard, filterBy: ["id"] } });
    });
    afterEach(() => test.close());

    const enter = (): Promise<BoardClient> => joinBoard(test.wsUrl, "plans", { room: "held" });

    for (const [code, status] of [
      ["LOG_IN_USE", 409],
      ["LOG_UNAVAILABLE", 503],
      ["LOG_CORRUPT", 500],
      ["LOG_FENCED", 503],
    ] as const) {
      it(`[MMK1] refuse a call with ${code} where the store does, for the SDK to see, and let in when it no longer does`, async () => {
        const { open } = store;
        store.open = () => Promise.reject(new ArenaError(code satisfies ErrorCode, "A secret place."));

        const sdk = new Client(test.wsUrl);
        const error: unknown = await sdk.create("held", { id: "plans" }).catch((reason: unknown) => reason);
        const answer = await fetch(`${test.httpUrl}/matchmake/create/held`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: '{"id":"plans"}',
        });
        store.open = open;

        assert.ok(error instanceof Error);
        assert.match(error.message, new RegExp(`^${code}: `));
        assert.equal(answer.status, status);
        assert.ok(!error.message.includes("secret"), error.message);
        assert.ok(await enter());
      });
    }

    it("[LOG9] answer UNAVAILABLE with a time while the store takes nothing, and go on by themselves", async () => {
      const ann = await enter();
      store.failWith = "LOG_UNAVAILABLE";
      ann.push(1, note("a"));
      const nack = await ann.next("op:nack");
      store.failWith = undefined;

      ann.push(1, note("a"));

      assert.deepEqual([nack.n, nack.code, nack.retryAfterMs], [1, "UNAVAILABLE", 1000]);
      assert.equal((await ann.next("op:ack")).n, 1);
    });

    it("[LOG3] are read again where the store cannot tell what it has, and clients go on without loss", async () => {
      const [ann, bob] = [await enter(), await enter()];
      ann.push(1, note("a"));
      await ann.next("op:ack");
      store.failWith = "LOG_UNCERTAIN";
      ann.push(2, note("b"));
      await bob.next("op:reset");
      const { reason, epoch } = await ann.next("op:reset");
      store.failWith = undefined;

      ann.hello({ epoch, lastSeq: 1 });
      const { yourLast } = await ann.next("op:welcome", 2);
      if (yourLast === 1) ann.push(2, note("b"));
      bob.hello({ epoch, lastSeq: 1 });
      await bob.until(() => bob.of("op:batch").at(-1)?.to === 2);

      assert.equal(reason, "REOPENED");
      assert.equal(bob.followed(), 2);
    });

    it("[LOG5] end with 4010, and the hint why, for all inside where another has taken the document", async () => {
      const ann = await enter();
      const socket = await openRawClient(test.httpUrl, "held", { id: "plans" });
      store.failWith = "LOG_FENCED";

      ann.push(1, note("a"));

      const { code, reason } = await socket.closed;
      assert.equal(code, 4010);
      assert.equal(parseCloseReason(reason)?.code, "LOG_FENCED");
      ann.room.reconnection.enabled = false;
    });
  });

  it("[LOG5] are left by a room whose document a second node on the same folder has taken", async () => {
    test = await startNode({ logStore: "lmdb", dataDir });
    const ann = await joinBoard(test.wsUrl, "plans");
    const ended = test.nextEvent("room:disposed");
    const other = createLmdbStore({ path: join(dataDir, "documents"), clock: systemClock() });
    const log = await other.open("whiteboard/plans");

    ann.push(1, note("a"));
    await ended;
    const { batches } = await log.load();
    await log.close();
    await other.close();
    ann.room.reconnection.enabled = false;
    await test.close();

    assert.deepEqual([ann.of("op:ack"), batches], [[], []]);
  });
});
