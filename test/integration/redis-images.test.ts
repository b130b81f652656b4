import assert from "node:assert/strict";
import { systemClock } from "../../src/clock/clock.ts";
import { createRedisStore } from "../../src/images/redis-store.ts";
import type { ImageStore } from "../../src/images/store.ts";
import { contentOf, type ImageStoreHarness, imageOf, imageStoreContract } from "../support/image-store-contract.ts";
import { startRedis, startRedisCluster, type TestRedis, type TestRedisCluster } from "../support/redis.ts";

function storesAt(url: string): ImageStoreHarness {
  const stores: ImageStore[] = [];
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
  let store: ImageStore | undefined;
  before(async () => {
    redis = await startRedis({ appendonly: "yes", appendfsync: "always" });
  });
  after(() => redis.stop());
  afterEach(() => store?.close());

  imageStoreContract("the Redis store", async () => {
    await redis.call("FLUSHALL");
    return storesAt(redis.url);
  });

  it("an image whose content was lost is not found, and is whole again once somebody brings it again", async () => {
    store = await createRedisStore({ url: redis.url, clock: systemClock() });
    const { image, content } = imageOf(5000);
    const charges = [{ account: "room a", maxBytes: 5000 }];
    await store.put(image, content, charges);
    await redis.call("DEL", `arena:{images}:content:${image.hash}`);

    assert.equal(await store.find(image.hash), undefined);
    await store.put(image, content, charges);

    assert.equal((await contentOf(store, image.hash))?.length, 5000);
    assert.equal(await store.usedBytes("room a"), 5000);
  });

  it("an image is refused and charged to nobody where its memory is full", async () => {
    store = await createRedisStore({ url: redis.url, clock: systemClock() });
    const { image, content } = imageOf(5000, 1);
    await redis.call("CONFIG", "SET", "maxmemory", "1");

    await assert.rejects(store.put(image, content, [{ account: "room full", maxBytes: 5000 }]), /OOM/);
    await redis.call("CONFIG", "SET", "maxmemory", "0");

    assert.equal(await store.usedBytes("room full"), 0);
    assert.equal(await store.find(image.hash), undefined);
  });
});

describe("In a Redis Cluster", () => {
  let cluster: TestRedisCluster;
  before(async function () {
    this.timeout(30_000);
    cluster = await startRedisCluster();
  });
  after(() => cluster.stop());

  imageStoreContract("the Redis store", async () => {
    await cluster.flush();
    return storesAt(cluster.url);
  });
});
