import { systemClock } from "../../src/clock/clock.ts";
import { PeopleRedisStore } from "../../src/people/redis-store.ts";
import { connectRedis } from "../../src/redis/redis.ts";
import { peopleStoreContract } from "../support/people-store-contract.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

describe("parties in a Redis", () => {
  let redis: TestRedis;
  let stores = 0;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  peopleStoreContract("A Redis", async () => {
    const times = { clock: systemClock(), commandTimeoutMs: 2000, connectTimeoutMs: 5000, giveUpMs: 2000 };
    const link = await connectRedis({ url: redis.url, ...times, onConnected: () => {}, onDisconnected: () => {} });
    return new PeopleRedisStore(link, `p${++stores}`); // each with a prefix of its own, so that it knows nothing yet
  });
});
