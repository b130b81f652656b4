import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { systemClock } from "../../src/clock/clock.ts";
import { openCluster } from "../../src/cluster/cluster.ts";
import { RedisStore } from "../../src/cluster/redis-store.ts";
import { DEPARTED_MS, FRESH_MS, LEASE_MS } from "../../src/cluster/types.ts";
import { connectRedis, script } from "../../src/redis/redis.ts";
import { measure } from "../../src/telemetry/metrics-sink.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import { clusterStoreContract, identity, type TimedStore } from "../support/cluster-store-contract.ts";
import { startRedis, startRedisCluster, type TestRedis, type TestRedisCluster } from "../support/redis.ts";

const connect = (url: string) =>
  connectRedis({
    url,
    clock: systemClock(),
    commandTimeoutMs: 2000,
    connectTimeoutMs: 5000,
    giveUpMs: 2000,
    onConnected: () => {},
    onDisconnected: () => {},
  });
let stores = 0;
/** KEYS leases, spared. ARGV ms. As if so much time had passed. */
const AGE = script(`
for _, boot in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('ZINCRBY', KEYS[1], '-' .. ARGV[1], boot) end
local spared = redis.call('GET', KEYS[2])
if spared then redis.call('SET', KEYS[2], string.format('%.0f', tonumber(spared) - tonumber(ARGV[1]))) end
return {}
`);
/** Each with a prefix of its own, so that it knows nothing yet. */
const storeAt = async (url: string): Promise<TimedStore & { store: RedisStore }> => {
  const [link, prefix] = [await connect(url), `t${++stores}`];
  const keys = [`${prefix}:{nodes}:leases`, `${prefix}:{nodes}:spared`];
  const pass = async (ms: number): Promise<void> => void (await link.run({ script: AGE, keys, args: [String(ms)] }));
  return { store: new RedisStore(link, prefix), pass };
};

describe("in a Redis", () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  clusterStoreContract("A Redis", () => storeAt(redis.url));

  it("[OWN7] keeps the record of a room without an end while it runs, and only then", async () => {
    const { store } = await storeAt(redis.url);
    const link = await connect(redis.url);
    const key = `t${stores}:{room/r}:own`;
    const hasEnd = async (): Promise<boolean> => (await link.read((client) => client.pttl(key))) > 0;
    const ends: boolean[] = [];
    const noting = async <T>(done: Promise<T>): Promise<T> => {
      const result = await done;
      ends.push(await hasEnd());
      return result;
    };

    const { attempt } = await noting(store.offer("r", { name: "arena", target: identity("a") }));
    const epoch = (await noting(store.claim("r", "boot-a", attempt)))?.epoch ?? 0;
    await noting(store.confirm("r", "boot-a", epoch));
    const seen = await store.read("r");
    assert.ok(seen);
    await noting(store.disown(seen));
    await noting(store.reclaim("r", "boot-a", epoch));
    await noting(store.disown(seen)); // it comes too late
    await noting(store.offer("r", { name: "arena", target: identity("b"), expect: await store.read("r") }));

    assert.deepEqual(ends, [true, true, false, true, false, false, true]);
    link.close();
    await store.close();
  });

  it("[OWN7] keeps no name of one that is long gone", async () => {
    const { store, pass } = await storeAt(redis.url);
    const link = await connect(redis.url);
    const names = `t${stores}:{nodes}:names`;
    const renew = (nodeId: string) =>
      store.renew({ identity: identity(nodeId), isDraining: false, report: undefined, settled: [] });
    await renew("a");
    await renew("b");
    for (let passedMs = 0; passedMs <= LEASE_MS + DEPARTED_MS; passedMs += LEASE_MS / 2) {
      await pass(LEASE_MS / 2);
      await renew("b");
    }

    assert.deepEqual(await link.read((client) => client.hkeys(names)), ["b"]);
    link.close();
    await store.close();
  });

  it("[OWN6] clusters with different prefixes do not see each other", async () => {
    const [{ store: one }, { store: other }] = [await storeAt(redis.url), await storeAt(redis.url)];
    await one.renew({ identity: identity("a"), isDraining: false, report: undefined, settled: [] });
    await one.take("r", "arena", identity("a"));

    const renewed = await other.renew({ identity: identity("b"), isDraining: false, report: undefined, settled: [] });

    assert.deepEqual(renewed.isHeld && renewed.nodes.map(({ nodeId }) => nodeId), ["b"]);
    assert.equal(await other.read("r"), undefined);
    await Promise.all([one.close(), other.close()]);
  });

  it("tells that it answers, from the first connection on", async () => {
    const telemetry = createTelemetry();
    const metrics = measure(telemetry);

    const cluster = await openCluster({
      redisUrl: redis.url,
      redisPrefix: "t",
      identity: identity("a"),
      clock: systemClock(),
      telemetry,
    });

    assert.match((await metrics.read()).text, /^arena_redis_connected 1$/m);
    metrics.close();
    await cluster.close();
  });

  it("[FLT2] tells that it knew nothing a moment ago", async () => {
    const { store } = await storeAt(redis.url);
    const renewal = { identity: identity("a"), isDraining: false, report: undefined, settled: [] };
    const renewals = [await store.renew(renewal), await store.renew(renewal)];

    for (const renewed of renewals) assert.ok(renewed.isHeld && renewed.freshMs > 0 && renewed.freshMs <= FRESH_MS);
    await store.close();
  });
});

describe("in a Redis Cluster of three masters", function () {
  this.timeout(60_000);
  let cluster: TestRedisCluster;
  before(async () => {
    cluster = await startRedisCluster();
  });
  after(() => cluster.stop());

  clusterStoreContract("A Redis Cluster", () => storeAt(cluster.url));
});

describe("a cluster that cannot be reached", () => {
  const open = (redisUrl: string) =>
    openCluster({
      redisUrl,
      redisPrefix: "t",
      identity: identity("a"),
      clock: systemClock(),
      telemetry: createTelemetry(),
    });

  it("is refused in a sentence where no Redis is", async function () {
    this.timeout(20_000);

    await assert.rejects(open("redis://127.0.0.1:1"), { code: "CLUSTER_UNAVAILABLE", message: /127\.0\.0\.1:1/ });
  });

  it("is refused in a sentence where a password is asked for", async () => {
    const redis = await startRedis({ requirepass: "secret" });

    await assert.rejects(open(redis.url), { code: "CLUSTER_UNAVAILABLE", message: /NOAUTH/ });
    await redis.stop();
  });

  it("is refused in a sentence where Redis is too old", async () => {
    const info = "# Server\r\nredis_version:5.0.7\r\nredis_mode:standalone\r\nloading:0\r\n";
    const old = createServer((socket) => {
      socket.on("data", (bytes) => {
        const commands = bytes.toString().match(/\*\d+\r\n/g) ?? [];
        for (const _ of commands) socket.write(`$${info.length}\r\n${info}\r\n`);
      });
      socket.on("error", () => {});
    }).listen(0, "127.0.0.1");
    await once(old, "listening");
    const { port } = old.address() as AddressInfo; // a port, never a pipe

    await assert.rejects(open(`redis://127.0.0.1:${port}`), { code: "CLUSTER_UNAVAILABLE", message: /5\.0; 6\.2/ });
    old.close();
  });
});
