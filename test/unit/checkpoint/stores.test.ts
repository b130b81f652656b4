import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "../../../src/checkpoint/codec.ts";
import { createLmdbStore } from "../../../src/checkpoint/lmdb-store.ts";
import { createMemoryStore } from "../../../src/checkpoint/memory-store.ts";
import type { CheckpointStore } from "../../../src/checkpoint/store.ts";
import { systemClock } from "../../../src/clock/clock.ts";
import { LmdbEnv } from "../../../src/lmdb/lmdb.ts";
import { checkpoint, checkpointStoreContract } from "../../support/checkpoint-store-contract.ts";

checkpointStoreContract("the memory store", async () => {
  const store = createMemoryStore();
  return { start: async () => store, dispose: async () => {} };
});

checkpointStoreContract("the LMDB store", async () => {
  const path = await mkdtemp(join(tmpdir(), "arena-checkpoints-"));
  const store = createLmdbStore({ path, clock: systemClock() });
  return {
    start: async () => store,
    dispose: async () => {
      await store.close();
      await rm(path, { recursive: true });
    },
  };
});

describe("the LMDB store of checkpoints", () => {
  let path: string;
  let store: CheckpointStore;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), "arena-checkpoints-"));
    store = createLmdbStore({ path, clock: systemClock() });
  });
  afterEach(async () => {
    await store.close();
    await rm(path, { recursive: true });
  });

  it("has after a restart what was kept before", async () => {
    await store.put(checkpoint("r1", 5));
    await store.put(checkpoint("r2", 5));
    await store.end("r2", 5);
    await store.close();

    store = createLmdbStore({ path, clock: systemClock() });

    assert.deepEqual(
      (await store.roomsOf("boot-a")).map(({ roomId }) => roomId),
      ["r1"],
    );
    assert.equal(Buffer.from((await store.find("r1"))?.content ?? []).toString(), "r1@5");
  });

  it("finds rooms without reading what they keep", async () => {
    for (const roomId of ["r1", "r2"]) await store.put(checkpoint(roomId, 5, { content: Buffer.alloc(1_000_000, 7) }));
    await store.take("r1", { epoch: 6, bootId: "boot-b" });
    await store.end("r2", 5);
    await store.close();

    const env = new LmdbEnv(path, systemClock());
    const bytes = [...env.db.getRange()].map(({ value }) => value.length);
    await env.close();

    assert.ok(bytes.length === 2 && Math.min(...bytes) < 200 && Math.max(...bytes) === 1_000_000, String(bytes));
    store = createLmdbStore({ path, clock: systemClock() });
    assert.equal((await store.find("r1"))?.content.length, 1_000_000);
  });

  it("has the other rooms where records are damaged, tells of these, and takes their rooms anew", async () => {
    await store.put(checkpoint("r1", 5));
    await store.close();
    const env = new LmdbEnv(path, systemClock());
    const damaged = [Buffer.from([0xc1, 0xff]), Buffer.from([0xc0]), Buffer.from([7]), encode({ epoch: 1, bootId: 2 })];
    for (const [index, bytes] of damaged.entries())
      await env.write((db) => db.put(Buffer.from(`\0d${index}`), Buffer.from(bytes)));
    await env.close();
    const told: string[] = [];
    store = createLmdbStore({ path, clock: systemClock(), onDamaged: (roomId) => void told.push(roomId) });

    const boots = await store.boots();
    assert.deepEqual([boots, told], [["boot-a"], ["d0", "d1", "d2", "d3"]]);
    assert.deepEqual(await store.take("d0", { epoch: 1, bootId: "boot-b" }), { isTaken: true, checkpoint: undefined });
    assert.equal(await store.put(checkpoint("d0", 1)), true);
    assert.equal(Buffer.from((await store.find("d0"))?.content ?? []).toString(), "d0@1");
  });
});
