import { RedisPresence as ColyseusPresence } from "@colyseus/redis-presence";
import { type Clock, within } from "../clock/clock.ts";
import type { RedisClient } from "../redis/redis.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

type Listener = Parameters<ColyseusPresence["subscribe"]>[1];

/**
 * Colyseus' own messages between processes, over connections of their own. Every key begins with the prefix that the client was
 * opened with; topics begin with it here. What nobody waits for fails into the log, and never into the process; a subscription that
 * fails is made when the connection stands again.
 */
export class RedisPresence extends ColyseusPresence {
  readonly #prefix: string;
  readonly #telemetry: Telemetry;

  constructor(client: RedisClient, prefix: string, telemetry: Telemetry) {
    super(client);
    this.#prefix = `${prefix}:`;
    this.#telemetry = telemetry;
  }

  /** Resolves when topics can be subscribed to, or after `timeoutMs`; later they are subscribed to as soon as that can be. */
  async opened(clock: Clock, timeoutMs: number): Promise<void> {
    if (this.sub.status === "ready") return;
    const ready = new Promise<void>((resolve) => void this.sub.once("ready", resolve));
    await within(clock, timeoutMs, ready, () => undefined);
  }

  override async subscribe(topic: string, listener: Listener): Promise<this> {
    await this.#quietly("subscribe", super.subscribe(this.#prefix + topic, listener));
    return this;
  }

  override async unsubscribe(topic: string, listener?: Listener): Promise<this> {
    await this.#quietly("unsubscribe", super.unsubscribe(this.#prefix + topic, listener));
    return this;
  }

  override async publish(topic: string, data: unknown): Promise<void> {
    await this.#quietly("publish", super.publish(this.#prefix + topic, data));
  }

  override async channels(pattern = "*"): Promise<string[]> {
    return (await super.channels(this.#prefix + pattern)).map((topic) => topic.slice(this.#prefix.length));
  }

  override async hset(key: string, field: string, value: string): Promise<boolean> {
    return (await this.#quietly("hset", super.hset(key, field, value))) ?? false;
  }

  override async hdel(key: string, field: string): Promise<boolean> {
    return (await this.#quietly("hdel", super.hdel(key, field))) ?? false;
  }

  /** A connection that is lost ends without a farewell. */
  override shutdown(): void {
    for (const line of [this.sub, this.pub]) line.quit().catch(() => line.disconnect());
  }

  async #quietly<T>(action: string, done: Promise<T>): Promise<T | undefined> {
    try {
      return await done;
    } catch (error) {
      this.#telemetry.emit("presence:failed", { action, error });
      return undefined;
    }
  }
}
