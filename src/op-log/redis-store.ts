import { randomUUID } from "node:crypto";
import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { connectRedis, type Durability, RedisFailure, type RedisLink } from "../redis/redis.ts";
import type { LogMedium } from "./owned-log.ts";
import { OwnedStore, type OwnedStoreOptions, type StoreMedium } from "./owned-store.ts";
import { type LogKeys, RedisLog } from "./redis-log.ts";
import { GENERATION, OPEN } from "./redis-scripts.ts";
import { type LogStore, nextEpoch } from "./store.ts";

/** Where the logs are, and how long Redis may take. */
export interface RedisStoreOptions extends OwnedStoreOptions {
  /** `redis://` or `rediss://`; a password in it is never shown. Of a cluster, any node. */
  readonly url: string;
  /** Beginning of every key. Default: arena. */
  readonly prefix?: string | undefined;
  /**
   * The data was put back from a backup: each log gets a new history when this store first opens it. It does so anyway
   * where Redis was started anew since. Default: false.
   */
  readonly isRestored?: boolean;
  /** Time for one attempt. Default: 4000. */
  readonly commandTimeoutMs?: number;
  /** How long a call is tried again; the last attempt may take `commandTimeoutMs` more. Default: 10 000. */
  readonly giveUpMs?: number;
  /** The connection stands again. */
  readonly onConnected?: () => void;
  /** The connection is lost, and being made anew. */
  readonly onDisconnected?: (error: Error) => void;
}

/** A store in a Redis, which says what that keeps. */
export interface RedisStore extends LogStore {
  /** What the Redis keeps that was connected last. */
  readonly durability: Durability;
}

/**
 * A store in a Redis, a Valkey or a cluster of them (6.2 or newer), shared by all nodes. A write resolves when it is as safe as
 * {@link RedisStore.durability} says. While Redis is away, calls are tried again for a bounded time; then they fail with
 * LOG_UNAVAILABLE where Redis certainly did nothing, else with LOG_UNCERTAIN. So they do too where Redis has lost something that
 * it had acknowledged: nobody else has the log, and opening it anew gives what is left a new epoch.
 *
 * @throws ArenaError CONFIG_INVALID for an address that is none; LOG_UNAVAILABLE where no Redis lets us in
 */
export async function createRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const { clock, isRestored = false, commandTimeoutMs = 4000, giveUpMs = 10_000 } = options;
  const { url, prefix = "arena", onConnected = () => {}, onDisconnected = () => {} } = options;
  const link = await connectRedis({
    url,
    clock,
    commandTimeoutMs,
    connectTimeoutMs: giveUpMs,
    giveUpMs,
    onConnected,
    onDisconnected,
  });
  const generation = await generationOf(link, `${prefix}:log:generation`, isRestored);
  const store = new OwnedStore(new RedisMedium({ link, clock, prefix, generation }), options);
  return {
    description: store.description,
    open: (key, ownerEpoch) => store.open(key, ownerEpoch),
    close: () => store.close(),
    get durability() {
      return link.durability;
    },
  };
}

interface MediumParts {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly prefix: string;
  readonly generation: string;
}

class RedisMedium implements StoreMedium {
  readonly description: string;
  readonly #link: RedisLink;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #generation: string;

  constructor({ link, clock, prefix, generation }: MediumParts) {
    this.description = `Redis at ${link.address}`;
    this.#link = link;
    this.#clock = clock;
    this.#prefix = prefix;
    this.#generation = generation;
  }

  async take(key: string, ownerEpoch?: number): Promise<LogMedium> {
    const keys = keysOf(this.#prefix, key);
    const args = [String(ownerEpoch ?? ""), randomUUID(), String(nextEpoch(this.#clock.wallMs())), this.#generation];
    const [status, owner, epoch, last] = await this.#open(keys, args);
    if (status !== "OK") throw new ArenaError("LOG_FENCED", "", { details: { key } });
    return new RedisLog(this.#link, keys, { epoch: Number(epoch), ownerEpoch: Number(owner), last: Number(last) });
  }

  async close(): Promise<void> {
    this.#link.close();
  }

  async #open(keys: LogKeys, args: readonly string[]): Promise<readonly string[]> {
    try {
      return (await this.#link.run({ script: OPEN, keys: [keys.head], args })).reply;
    } catch (cause) {
      if (!(cause instanceof RedisFailure)) throw cause;
      throw new ArenaError("LOG_UNAVAILABLE", cause.message, { cause }); // an owner too many does no harm
    }
  }
}

/** How often this data was put back from a backup: a log of an earlier generation begins a new history when it is opened. */
async function generationOf(link: RedisLink, key: string, isRestored: boolean): Promise<string> {
  try {
    const { reply } = await link.run({
      script: GENERATION,
      keys: [key],
      args: [isRestored ? "1" : "0"],
    });
    return reply[0] ?? "0";
  } catch (cause) {
    link.close();
    if (!(cause instanceof RedisFailure)) throw cause;
    throw new ArenaError("LOG_UNAVAILABLE", cause.message, { cause });
  }
}

/** Braces would move the hash tag. */
function keysOf(prefix: string, key: string): LogKeys {
  const base = `${prefix}:log:{${key.replace(/[%{}]/g, encodeURIComponent)}}`;
  return {
    head: `${base}:head`,
    ops: `${base}:ops`,
    snap: `${base}:snap`,
    base: (seq) => `${base}:snap:${seq}`,
  };
}
