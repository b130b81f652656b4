import assert from "node:assert/strict";
import { systemClock } from "../../src/clock/clock.ts";
import { RedisPresence } from "../../src/matchmaking/redis-presence.ts";
import { openClient } from "../../src/redis/redis.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import { openFaultProxy } from "../support/fault-proxy.ts";
import { startRedis } from "../support/redis.ts";

class Presence extends RedisPresence {
  get subscriber() {
    return this.sub;
  }
}

describe("What was subscribed to in Redis", () => {
  it("[FLT2] is subscribed to again after connections that are lost as soon as they are made, and nothing fails meanwhile", async () => {
    const redis = await startRedis();
    const line = await openFaultProxy({ targetPort: redis.port });
    const times = { clock: systemClock(), commandTimeoutMs: 2000, connectTimeoutMs: 2000 };
    const client = await openClient({ url: `redis://127.0.0.1:${line.port}`, ...times });
    const presence = new Presence(client, "test", createTelemetry());
    const { subscriber } = presence;
    const next = (event: string): Promise<void> => new Promise((resolve) => void subscriber.once(event, resolve));
    const failures: unknown[] = [];
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", (error) => failures.push(error));
    try {
      await next("ready");
      const told = Promise.withResolvers<unknown>();
      await presence.subscribe("news", told.resolve);

      for (let lost = 0; lost < 3; lost++) {
        line.cut();
        await next("ready"); // what is subscribed to is on its way again
      }
      while ((await redis.call("PUBLISH", "test:news", '"again"')) === 0) {}

      assert.deepEqual([await told.promise, failures], ["again", []]);
    } finally {
      process.removeAllListeners("unhandledRejection");
      for (const each of others) process.on("unhandledRejection", each);
      for (const each of [client, subscriber]) each.disconnect();
      await line.close();
      await redis.stop();
    }
  });
});
