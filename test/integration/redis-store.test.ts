import assert from "node:assert/strict";
import { inspect } from "node:util";
import { type Clock, systemClock } from "../../src/clock/clock.ts";
import { createRedisStore } from "../../src/op-log/redis-store.ts";
import type { LogStore } from "../../src/op-log/store.ts";
import { batch, snapshot } from "../support/log-bytes.ts";
import { type LogStoreHarness, logStoreContract } from "../support/log-store-contract.ts";
import { startRedis, startRedisCluster, type TestRedis, type TestRedisCluster } from "../support/redis.ts";

/** Stores at one address. */
function storesAt(url: string, clock: Clock): LogStoreHarness {
  const stores: LogStore[] = [];
  return {
    async start(options) {
      const store = await createRedisStore({ url, clock, ...options });
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
  let stores: LogStore[];
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());
  beforeEach(() => {
    stores = [];
  });
  afterEach(() => Promise.all(stores.map((store) => store.close())));

  const connect = async (url = redis.url) => {
    const store = await createRedisStore({ url, clock: systemClock() });
    stores.push(store);
    return store;
  };

  logStoreContract("the Redis store", async (clock) => {
    await redis.call("FLUSHALL");
    return storesAt(redis.url, clock);
  });

  it("a log of many batches is read to its end", async () => {
    const log = await (await connect()).open("board/long");
    const batches = Array.from({ length: 1001 }, (_, index) => batch(index + 1));
    await Promise.all(batches.map((one) => log.append(one)));

    assert.deepEqual((await log.load()).batches, batches);
  });

  it("a snapshot of 8 MB is kept and read", async () => {
    const log = await (await connect()).open("board/large");
    const large = snapshot(1, 8 * 1024 * 1024);

    await log.compact(large, 2);

    const { snapshot: bytes } = await log.load();
    assert.ok(bytes && Buffer.compare(bytes, large.bytes) === 0);
  });

  it("the scripts are learned again after they were forgotten", async () => {
    const log = await (await connect()).open("board/scripts");
    await log.append(batch(1));
    await redis.call("SCRIPT", "FLUSH");

    await log.append(batch(2));

    assert.deepEqual((await log.load()).batches, [batch(1), batch(2)]);
  });

  for (const gone of ["ops", "snap"]) {
    it(`a log whose ${gone} somebody has removed is named as damaged`, async () => {
      const log = await (await connect()).open(`board/without-${gone}`);
      await log.append(batch(1));
      await log.compact(snapshot(1), 1);
      await log.append(batch(2));
      await redis.call("DEL", `arena:log:{board/without-${gone}}:${gone}`);

      await assert.rejects(log.load(), { code: "LOG_CORRUPT" });
    });
  }

  it("a log is read as another's once another has taken it", async () => {
    const log = await (await connect()).open("board/taken");
    await (await connect()).open("board/taken");

    await assert.rejects(log.load(), { code: "LOG_FENCED" });
  });

  it("an address that is none is refused without being shown", async () => {
    const error = await connect("redis//user:secret@host").catch((thrown: unknown) => thrown);

    assert.match(inspect(error), /CONFIG_INVALID/);
    assert.doesNotMatch(inspect(error), /secret/);
  });
});

describe("In a Redis with a password", () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis({ requirepass: "right secret" });
  });
  after(() => redis.stop());

  it("the store works, and does not show the password", async () => {
    const url = redis.url.replace("//", "//:right%20secret@");
    const store = await createRedisStore({ url, clock: systemClock() });

    const log = await store.open("board/a");
    await log.append(batch(1));

    assert.equal(store.description, `Redis at 127.0.0.1:${redis.port}`);
    await store.close();
  });

  for (const [what, secret] of [
    ["a wrong password", ":wrong%20secret@"],
    ["no password", ""],
  ] as const) {
    it(`${what} ends the start at once, and is not shown`, async () => {
      const url = redis.url.replace("//", `//${secret}`);

      const error = await createRedisStore({ url, clock: systemClock(), giveUpMs: 600_000 }).catch(
        (thrown: unknown) => thrown,
      );

      assert.match(inspect(error), /LOG_UNAVAILABLE/);
      assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /secret/);
    });
  }
});

describe("In a Redis Cluster", () => {
  let cluster: TestRedisCluster;
  before(async () => {
    cluster = await startRedisCluster();
  });
  after(() => cluster.stop());

  logStoreContract("the Redis store", async (clock) => {
    await cluster.flush();
    return storesAt(cluster.url, clock);
  });

  for (const key of ["}", "{}", "a}b{c"]) {
    it(`all of a log called ${key} is on one node`, async () => {
      const store = await createRedisStore({ url: cluster.url, clock: systemClock() });
      const log = await store.open(key);

      await log.append(batch(1));
      await log.compact(snapshot(1), 1);

      assert.deepEqual(await log.load(), { snapshot: snapshot(1).bytes, batches: [batch(1)] });
      await store.close();
    });
  }
});
