import { systemClock } from "../../src/clock/clock.ts";
import { PresenceRedisStore } from "../../src/presence/redis-store.ts";
import type { NewsListener } from "../../src/presence/store.ts";
import { connectRedis, openClient } from "../../src/redis/redis.ts";
import { presenceStoreContract } from "../support/presence-store-contract.ts";
import { startRedis, startRedisCluster, type TestRedis, type TestRedisCluster } from "../support/redis.ts";

const TIMES = { clock: systemClock(), commandTimeoutMs: 2000, connectTimeoutMs: 5000 };
let stores = 0;
/** Each with a prefix of its own, so that it knows nothing yet. */
const storeAt = async (url: string, listener: NewsListener): Promise<PresenceRedisStore> => {
  const link = await connectRedis({ url, ...TIMES, giveUpMs: 2000, onConnected: () => {}, onDisconnected: () => {} });
  const news = await openClient({ url, ...TIMES });
  return new PresenceRedisStore({ link, news, prefix: `p${++stores}`, listener });
};

describe("presence in a Redis", () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  presenceStoreContract("A Redis", (listener) => storeAt(redis.url, listener));
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
