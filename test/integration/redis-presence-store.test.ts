import assert from "node:assert/strict";
import { systemClock } from "../../src/clock/clock.ts";
import { PresenceRedisStore } from "../../src/presence/redis-store.ts";
import type { NewsListener } from "../../src/presence/store.ts";
import { connectRedis, openClient, type RedisClient } from "../../src/redis/redis.ts";
import { openFaultProxy } from "../support/fault-proxy.ts";
import { presenceStoreContract, session } from "../support/presence-store-contract.ts";
import { startRedis, startRedisCluster, type TestRedis, type TestRedisCluster } from "../support/redis.ts";

const TIMES = { clock: systemClock(), commandTimeoutMs: 2000, connectTimeoutMs: 5000 };
let stores = 0;
/** Each with a prefix of its own, so that it knows nothing yet. */
const storeAt = async (url: string, listener: NewsListener): Promise<PresenceRedisStore> =>
  openStore(url, await openClient({ url, ...TIMES }), listener);
const openStore = async (url: string, news: RedisClient, listener: NewsListener): Promise<PresenceRedisStore> => {
  const link = await connectRedis({ url, ...TIMES, giveUpMs: 2000, onConnected: () => {}, onDisconnected: () => {} });
  return new PresenceRedisStore({ link, news, prefix: `p${++stores}`, listener, clock: TIMES.clock });
};

describe("presence in a Redis", () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  presenceStoreContract("A Redis", (listener) => storeAt(redis.url, listener));

  it("[PRS3] hears of everything from when it says that it may have missed something", async () => {
    const news = await openClient({ url: redis.url, ...TIMES });
    const [missed, heard] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const store = await openStore(redis.url, news, { onNews: () => heard.resolve(), onMissed: missed.resolve });
    await store.listen(7);
    news.disconnect(true);
    await missed.promise;
    const ann = session("s1");
    await store.apply(7, [{ ...ann, agoMs: 0, userId: "ann", session: ann }]);
    await heard.promise;

    store.close();
  });

  it("[PRS2] counts from when somebody went, however late a Redis that stood still hears of it", async () => {
    const store = await storeAt(redis.url, { onNews: () => {}, onMissed: () => {} });
    const change = { ...session("s1"), userId: "ann", agoMs: 0 };
    await store.apply(7, [{ ...change, session: session("s1") }]);
    redis.pause();
    const startMs = performance.now();
    const applied = store.apply(7, [{ ...change, session: undefined }]);
    while (performance.now() - startMs < 500) await new Promise((resolve) => setImmediate(resolve)); // it is sent, and waits
    const waitedMs = performance.now() - startMs;
    redis.resume();
    await applied;
    const goneForMs = (await store.read(7, ["ann"])).users.get("ann")?.goneForMs ?? 0;
    store.close();

    assert.ok(goneForMs >= waitedMs - 50, `${goneForMs} of ${waitedMs} ms`);
  });

  it("[PRS3] finds out that nothing comes any more, and hears again", async () => {
    const proxy = await openFaultProxy({ targetPort: redis.port });
    const news = await openClient({ url: `redis://127.0.0.1:${proxy.port}`, ...TIMES });
    const missed = Promise.withResolvers<void>();
    const store = await openStore(redis.url, news, { onNews: () => {}, onMissed: missed.resolve });
    await store.listen(7);
    proxy.stall();
    await new Promise<void>((resolve) => void news.once("close", resolve));
    proxy.resume();
    await missed.promise;

    store.close();
    await proxy.close();
  });
});

describe("presence in a Redis Cluster of three masters", function () {
  this.timeout(60_000);
  let cluster: TestRedisCluster;
  before(async () => {
    cluster = await startRedisCluster();
  });
  after(() => cluster.stop());

  presenceStoreContract("A Redis Cluster", (listener) => storeAt(cluster.url, listener));
});
