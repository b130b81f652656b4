import assert from "node:assert/strict";
import { systemClock } from "../../src/clock/clock.ts";
import { RedisPresence } from "../../src/matchmaking/redis-presence.ts";
import { openClient, type RedisClient } from "../../src/redis/redis.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import { turn } from "../support/cluster-processes.ts";
import { type FaultProxy, openFaultProxy } from "../support/fault-proxy.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

class Presence extends RedisPresence {
  get subscriber() {
    return this.sub;
  }
}

describe("Colyseus' own messages over a Redis whose connections are lost", () => {
  let redis: TestRedis;
  let line: FaultProxy;
  let client: RedisClient;
  let presence: Presence;
  /** What nobody waited for, and failed. */
  let failures: unknown[];
  let others: NodeJS.UnhandledRejectionListener[];
  beforeEach(async () => {
    redis = await startRedis();
    line = await openFaultProxy({ targetPort: redis.port });
    const times = { clock: systemClock(), commandTimeoutMs: 2000, connectTimeoutMs: 2000 };
    client = await openClient({ url: `redis://127.0.0.1:${line.port}`, ...times });
    presence = new Presence(client, "test", createTelemetry());
    await next("ready");
    failures = [];
    others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", (error) => failures.push(error));
  });
  afterEach(async () => {
    process.removeAllListeners("unhandledRejection");
    for (const each of others) process.on("unhandledRejection", each);
    for (const each of [client, presence.subscriber]) each.disconnect();
    await line.close();
    await redis.stop();
  });

  const next = (event: string): Promise<void> =>
    new Promise((resolve) => void presence.subscriber.once(event, resolve));

  it("[FLT2] come again after connections that are lost as soon as they are made, and nothing fails meanwhile", async () => {
    const told = Promise.withResolvers<unknown>();
    await presence.subscribe("news", told.resolve);

    for (let lost = 0; lost < 3; lost++) {
      line.cut();
      await next("ready"); // what is subscribed to is on its way again
    }
    while ((await redis.call("PUBLISH", "test:news", '"again"')) === 0) {}

    assert.deepEqual([await told.promise, failures], ["again", []]);
  });

  it("[FLT2] end without a failure while there is no connection", async () => {
    line.refuse();
    line.cut();
    await next("close");

    presence.shutdown();
    await turn();

    assert.deepEqual(failures, []);
  });
});
