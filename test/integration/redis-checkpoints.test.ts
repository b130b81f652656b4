import assert from "node:assert/strict";
import { createRedisStore } from "../../src/checkpoint/redis-store.ts";
import type { CheckpointStore } from "../../src/checkpoint/store.ts";
import { systemClock } from "../../src/clock/clock.ts";
import {
  type CheckpointStoreHarness,
  checkpoint,
  checkpointStoreContract,
} from "../support/checkpoint-store-contract.ts";
import { turn } from "../support/cluster-processes.ts";
import { startRedis, startRedisCluster, type TestRedis, type TestRedisCluster } from "../support/redis.ts";

function storesAt(url: string): CheckpointStoreHarness {
  const stores: CheckpointStore[] = [];
  return {
    async start() {
      const store = await createRedisStore({ url, clock: systemClock() });
      stores.push(store);
      return store;
    },
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
    },
  };
}

describe("In a Redis", () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  checkpointStoreContract("the Redis store", async () => {
    await redis.call("FLUSHALL");
    return storesAt(redis.url);
  });

  it("keeps nothing for ever", async () => {
    await redis.call("FLUSHALL");
    const store = await createRedisStore({ url: redis.url, clock: systemClock() });
    for (const roomId of ["r1", "r2"]) await store.put(checkpoint(roomId, 5));
    await store.take("r3", { epoch: 5, bootId: "boot-a" });
    await store.end("r2", 5);

    const ttls = await Promise.all(["r1", "r2", "r3"].map((id) => redis.call("PTTL", `arena:checkpoint:{${id}}`)));
    for (const roomId of ["r1", "r3"]) await store.end(roomId, 5);
    await store.roomsOf("boot-a");

    assert.ok(
      ttls.every((ttl) => Number(ttl) > 0),
      String(ttls),
    );
    assert.deepEqual(await redis.call("KEYS", "arena:checkpoints:*"), []);
    await store.close();
  });

  it("[FLT2] says of a Redis that was away that it may have lost what it had, and lists a room that is kept then", async () => {
    const store = await createRedisStore({ url: redis.url, clock: systemClock() });
    await store.put(checkpoint("r1", 5));
    const { generation } = store;

    await redis.restart({ isEmpty: true });
    while (store.generation === generation) await turn();
    await store.put(checkpoint("r1", 5));

    assert.deepEqual(await store.boots(), ["boot-a"]);
    assert.deepEqual(
      (await store.roomsOf("boot-a")).map(({ roomId }) => roomId),
      ["r1"],
    );
    await store.close();
  });
});

describe("In a Redis Cluster", () => {
  let redis: TestRedisCluster;
  before(async function () {
    this.timeout(30_000);
    redis = await startRedisCluster();
  });
  after(() => redis.stop());

  checkpointStoreContract("the Redis store", async () => {
    await redis.flush();
    return storesAt(redis.url);
  });
});
