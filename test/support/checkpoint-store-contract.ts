import assert from "node:assert/strict";
import type { CheckpointStore, StoredCheckpoint } from "../../src/checkpoint/store.ts";

/** One place for checkpoints, and as many stores on it as a test wants. */
export interface CheckpointStoreHarness {
  /** A further store on the same data, as another process has it. */
  start(): Promise<CheckpointStore>;
  /** Ends what was started, and removes the data. */
  dispose(): Promise<void>;
}

const LARGE_BYTES = 1_000_001;

/** A checkpoint of a room, which says nothing. */
export function checkpoint(roomId: string, epoch: number, rest: Partial<StoredCheckpoint> = {}): StoredCheckpoint {
  return {
    roomId,
    epoch,
    number: 1,
    name: "arena",
    bootId: "boot-a",
    sessions: 1,
    content: Buffer.from(`${roomId}@${epoch}`),
    ...rest,
  };
}

const textOf = (found: StoredCheckpoint | undefined): unknown => found && Buffer.from(found.content).toString();

/** Registers the tests that every CheckpointStore passes. `make` gives a place without checkpoints. */
export function checkpointStoreContract(name: string, make: () => Promise<CheckpointStoreHarness>): void {
  describe(`${name} fulfils the contract of a checkpoint store:`, () => {
    let harness: CheckpointStoreHarness;
    let store: CheckpointStore;
    let other: CheckpointStore;
    beforeEach(async () => {
      harness = await make();
      store = await harness.start();
      other = await harness.start();
    });
    afterEach(() => harness.dispose());

    it("has nothing of a room that nobody kept", async () => {
      assert.equal(await store.find("r1"), undefined);
      assert.deepEqual([await store.boots(), await store.roomsOf("boot-a")], [[], []]);
    });

    it("gives another process what was kept last, byte for byte", async () => {
      const content = Buffer.alloc(LARGE_BYTES, Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
      await store.put(checkpoint("r1", 5));

      assert.equal(await store.put(checkpoint("r1", 5, { content, sessions: 7, name: "lobby" })), true);

      const { content: found = Buffer.of(), ...head } = (await other.find("r1")) ?? {};
      assert.deepEqual(head, { roomId: "r1", epoch: 5, number: 1, bootId: "boot-a", sessions: 7, name: "lobby" });
      assert.equal(Buffer.compare(found, content), 0);
    });

    it("tells of what was kept without reading it, and nothing of what has ended", async () => {
      await store.put(checkpoint("r1", 5, { sessions: 3 }));
      const head = await other.headOf("r1");
      await store.end("r1", 5);

      assert.deepEqual(head, { roomId: "r1", epoch: 5, bootId: "boot-a", sessions: 3, name: "arena" });
      assert.deepEqual([await other.headOf("r1"), await other.headOf("r2")], [undefined, undefined]);
    });

    it("[CKP1] refuses an epoch that is older than the one that wrote last", async () => {
      await store.put(checkpoint("r1", 6, { bootId: "boot-b" }));

      assert.equal(await other.put(checkpoint("r1", 5)), false);

      assert.equal(textOf(await store.find("r1")), "r1@6");
    });

    it("[CKP1] refuses what an owner writes after another has taken the room", async () => {
      await store.put(checkpoint("r1", 5));

      const taken = await other.take("r1", { epoch: 6, bootId: "boot-b" });
      const isKept = await store.put(checkpoint("r1", 5, { content: Buffer.from("late") }));

      assert.equal(textOf(taken.isTaken ? taken.checkpoint : undefined), "r1@5");
      assert.equal(isKept, false);
      const found = await store.find("r1");
      assert.deepEqual([textOf(found), found?.epoch, found?.bootId], ["r1@5", 6, "boot-b"]);
    });

    it("[CKP1] gives a room to nobody who comes under an older epoch", async () => {
      await store.take("r1", { epoch: 6, bootId: "boot-b" });

      assert.deepEqual(await other.take("r1", { epoch: 5, bootId: "boot-a" }), { isTaken: false });
      assert.equal(await other.put(checkpoint("r1", 5)), false);
      assert.deepEqual(await store.take("r1", { epoch: 6, bootId: "boot-b" }), {
        isTaken: true,
        checkpoint: undefined,
      });
    });

    it("[CKP1] puts what comes late in the place of nothing newer of the same owner", async () => {
      await store.put(checkpoint("r1", 5, { number: 8, content: Buffer.from("newer") }));

      const isOwner = await other.put(checkpoint("r1", 5, { number: 7, content: Buffer.from("late") }));
      await other.take("r1", { epoch: 5, bootId: "boot-a" });
      await other.put(checkpoint("r1", 5, { number: 6, content: Buffer.from("later") }));
      await other.end("r1", 5, 7);
      const afterLate = textOf(await store.find("r1"));
      await store.end("r1", 5, 9);
      await other.put(checkpoint("r1", 5, { number: 8, content: Buffer.from("ended") }));
      const afterEnd = textOf(await store.find("r1"));
      await store.put(checkpoint("r1", 6, { number: 1, content: Buffer.from("next owner") }));

      assert.deepEqual([isOwner, afterLate, afterEnd], [true, "newer", undefined]);
      assert.equal(textOf(await store.find("r1")), "next owner");
    });

    it("forgets a room that has ended, and refuses what its older owners write afterwards", async () => {
      await store.put(checkpoint("r1", 5));

      await store.end("r1", 6);

      assert.equal(await other.find("r1"), undefined);
      assert.equal(await store.put(checkpoint("r1", 5)), false);
      assert.deepEqual(await store.roomsOf("boot-a"), []);
    });

    it("keeps a room again that ends in vain, or begins anew", async () => {
      await store.put(checkpoint("r1", 6));
      await other.end("r1", 5);
      assert.equal(textOf(await store.find("r1")), "r1@6");

      await store.end("r1", 6);
      assert.equal(await store.put(checkpoint("r1", 6)), true);

      assert.equal(textOf(await other.find("r1")), "r1@6");
      assert.deepEqual(
        (await other.roomsOf("boot-a")).map(({ roomId }) => roomId),
        ["r1"],
      );
    });

    it("says which rooms a process has, those first for which most wait", async () => {
      await store.put(checkpoint("r1", 5, { sessions: 0 }));
      await store.put(checkpoint("r2", 5, { sessions: 9, name: "chat" }));
      await store.put(checkpoint("r3", 5, { sessions: 3 }));
      await other.put(checkpoint("r4", 5, { bootId: "boot-b" }));
      await other.take("r3", { epoch: 6, bootId: "boot-b" });

      const [ofA, ofB] = [await other.roomsOf("boot-a"), await store.roomsOf("boot-b")];
      const others = await other.roomsOf("boot-a", (roomId) => roomId === "r2");

      assert.deepEqual(
        ofA.map(({ roomId, sessions }) => [roomId, sessions]),
        [
          ["r2", 9],
          ["r1", 0],
        ],
      );
      assert.deepEqual(
        others.map(({ roomId }) => roomId),
        ["r1"],
      );
      assert.deepEqual(ofB.map(({ roomId, epoch }) => [roomId, epoch]).toSorted(), [
        ["r3", 6],
        ["r4", 5],
      ]);
      assert.deepEqual([...(await store.boots())].toSorted(), ["boot-a", "boot-b"]);
    });

    it("[FOV1] says that a process has a room which left it and came back", async () => {
      await store.put(checkpoint("r1", 5));
      await other.take("r1", { epoch: 6, bootId: "boot-b" });

      await store.take("r1", { epoch: 7, bootId: "boot-a" });

      const [ofA, ofB] = [await other.roomsOf("boot-a"), await other.roomsOf("boot-b")];
      assert.deepEqual([ofA.map(({ roomId }) => roomId), ofB], [["r1"], []]);
    });

    it("keeps rooms with ids of any kind apart", async () => {
      const ids = ["a", "a}b", "{a}", "%7Ba%7D", "ä€", "a:content"];
      for (const id of ids) await store.put(checkpoint(id, 5));

      assert.deepEqual(
        await Promise.all(ids.map(async (id) => textOf(await other.find(id)))),
        ids.map((id) => `${id}@5`),
      );
    });
  });
}
