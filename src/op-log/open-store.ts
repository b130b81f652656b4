import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { createLmdbStore } from "./lmdb-store.ts";
import { createMemoryStore } from "./memory-store.ts";
import { createRedisStore } from "./redis-store.ts";
import type { LogStore } from "./store.ts";

/** Which store, and what it needs. */
export interface LogStoreOptions {
  /** `auto` is redis where there is a `redisUrl`, else lmdb. */
  readonly kind: "auto" | "lmdb" | "redis" | "memory";
  /** Folder of LMDB's database. */
  readonly path: string;
  /** Empty where there is none; a password in it is never shown. */
  readonly redisUrl: string;
  /** Beginning of every key in Redis. Default: arena. */
  readonly redisPrefix?: string;
  /** Takes a Redis that may lose what it acknowledged. */
  readonly isVolatileAllowed: boolean;
  /** The data was put back from a backup. */
  readonly isRestored: boolean;
  /** Most bytes of history that a document keeps; 0 keeps none. */
  readonly maxHistoryBytes: number;
  /** The same where Redis keeps it; the lower of the two counts there. */
  readonly maxRedisHistoryBytes: number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/**
 * Opens the store that a node keeps its documents in, and says how safe that is.
 *
 * @throws ArenaError CONFIG_INVALID for a Redis that may lose what it acknowledged, unless that is allowed; LOG_UNAVAILABLE
 */
export async function openLogStore(options: LogStoreOptions): Promise<LogStore> {
  const { store, isDurable, sentence } = await open(options);
  options.telemetry.emit("log:storeOpened", { description: store.description, isDurable, sentence });
  return store;
}

interface Opened {
  readonly store: LogStore;
  readonly isDurable: boolean;
  readonly sentence: string;
}

async function open({ kind, path, redisUrl, redisPrefix, ...rest }: LogStoreOptions): Promise<Opened> {
  const auto = redisUrl === "" ? "lmdb" : "redis";
  const chosen = kind === "auto" ? auto : kind;
  if (chosen === "redis") return openRedis({ url: redisUrl, prefix: redisPrefix, ...rest });
  if (chosen === "lmdb") {
    return {
      store: createLmdbStore({ path, ...rest }),
      isDurable: true,
      sentence: "Acknowledged after the flush to disk.",
    };
  }
  return { store: createMemoryStore(rest), isDurable: false, sentence: "Documents end with the process." };
}

type RedisOptions = Omit<LogStoreOptions, "kind" | "path" | "redisUrl" | "redisPrefix"> & {
  readonly url: string;
  readonly prefix: string | undefined;
};

async function openRedis({ isVolatileAllowed, telemetry, ...options }: RedisOptions): Promise<Opened> {
  const { host } = new URL(options.url); // without user and password
  const store = await createRedisStore({
    ...options,
    maxHistoryBytes: Math.min(options.maxHistoryBytes, options.maxRedisHistoryBytes),
    onConnected: () => telemetry.emit("redis:connected", { host }),
    onDisconnected: (error) => telemetry.emit("redis:disconnected", { host, error }),
  });
  const { level, sentence } = store.durability;
  if (level !== "fsync" && !isVolatileAllowed) {
    await store.close();
    throw new ArenaError(
      "CONFIG_INVALID",
      `REDIS_URL: ${sentence} Set appendonly yes and appendfsync always, or allow it with --volatile-redis.`,
    );
  }
  return { store, isDurable: level === "fsync", sentence };
}
