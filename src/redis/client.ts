import { Cluster, Redis, type RedisOptions, ReplyError } from "ioredis";
import { type Clock, within } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { type Durability, judgeDurability, readFacts } from "./durability.ts";
import { withoutCommand } from "./failure.ts";
import type { Script } from "./script.ts";

/** A connection to one Redis, or one to each node of a Redis Cluster. */
export type RedisClient = Redis | Cluster;

/** Where Redis is, and how long it may take. */
export interface ClientOptions {
  /** `redis://` or `rediss://`, with a user, a password and a database where they are needed. */
  readonly url: string;
  readonly clock: Clock;
  /** After so long without an answer a connection is given up and made anew. */
  readonly commandTimeoutMs: number;
  /** How long the first connection may take. */
  readonly connectTimeoutMs: number;
  /** Put before every key of every command. Default: nothing. */
  readonly keyPrefix?: string;
}

const MIN_RECONNECT_MS = 50;
const MAX_RECONNECT_MS = 1000;

/** The address without what is secret in it. @throws ArenaError CONFIG_INVALID where it is none */
export function describeAddress(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.hostname && /^rediss?:$/.test(parsed.protocol)) return `${parsed.host}${parsed.pathname}`;
  throw new ArenaError("CONFIG_INVALID", "Redis: expected an address such as redis://host:6379.");
}

/**
 * Connects, to all nodes where it is a cluster. Afterwards the client connects again by itself, sends nothing while it
 * is not connected, and never sends a command twice.
 *
 * @throws ArenaError LOG_UNAVAILABLE where there is no Redis, or one that does not let us in
 */
export async function openClient(options: ClientOptions): Promise<RedisClient> {
  const redisOptions = commonOptions(options);
  const single = new Redis(options.url, redisOptions);
  await becomesReady(single, options);
  if (!/^redis_mode:cluster/m.test(await single.info("server").catch(() => ""))) return single;
  const { host = "", port = 0, username, password, tls } = single.options;
  single.disconnect();
  const cluster = new Cluster([{ host, port }], {
    redisOptions: { ...redisOptions, ...withoutUndefined({ username, password, tls }) },
    clusterRetryStrategy: reconnectDelay(options.clock),
    enableOfflineQueue: false,
    keyPrefix: options.keyPrefix ?? "",
  });
  await becomesReady(cluster, options);
  return cluster;
}

/** Runs a script; a server that does not know it yet learns it. */
export async function evaluate(
  client: RedisClient,
  script: Script,
  keys: readonly string[],
  args: readonly (string | Buffer)[],
): Promise<readonly string[]> {
  const reply = await client.evalsha(script.sha, keys.length, ...keys, ...args).catch((error) => {
    if (!(error instanceof ReplyError) || !error.message.startsWith("NOSCRIPT")) throw error;
    return client.eval(script.lua, keys.length, ...keys, ...args);
  });
  return reply as readonly string[]; // each script of ours replies a list of texts
}

/** Asks a Redis what it keeps. What it does not tell is unknown. */
export async function learnDurability(client: RedisClient): Promise<Durability> {
  const [info, config] = await Promise.all([
    client.info().catch(() => ""),
    client.config("GET", "*append*").catch(() => []),
  ]);
  return judgeDurability(readFacts(info, config as readonly string[])); // CONFIG GET replies names and values in turn
}

function commonOptions({ clock, commandTimeoutMs, keyPrefix = "" }: ClientOptions): RedisOptions {
  return {
    enableOfflineQueue: false,
    keyPrefix,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false, // nobody would hear of it where that fails: who subscribes does so again when it is ready
    maxRetriesPerRequest: 0, // what is under way fails at once when the connection is lost
    connectTimeout: commandTimeoutMs,
    socketTimeout: commandTimeoutMs,
    retryStrategy: reconnectDelay(clock),
    // A replica that was the master a moment ago: the address may lead to the new one by now.
    reconnectOnError: (error) => error.message.includes("READONLY"),
  };
}

function reconnectDelay(clock: Clock): (attempts: number) => number {
  return (attempts) =>
    Math.min(MAX_RECONNECT_MS, MIN_RECONNECT_MS * 2 ** Math.min(attempts, 10)) * (0.5 + clock.random() / 2);
}

/** An error that Redis replied (a password that is wrong) ends the waiting; others may pass. */
async function becomesReady(client: RedisClient, { url, clock, connectTimeoutMs }: ClientOptions): Promise<void> {
  let last = new Error("It does not answer.");
  const ready = new Promise<void>((resolve, reject) => {
    client.once("ready", resolve);
    client.on("error", (error) => {
      last = withoutCommand(error);
      if (error instanceof ReplyError) reject(last);
    });
  });
  try {
    await within(clock, connectTimeoutMs, ready, () => {
      throw last;
    });
  } catch (cause) {
    client.disconnect();
    throw new ArenaError("LOG_UNAVAILABLE", `Redis at ${describeAddress(url)}: ${last.message}`, { cause });
  }
}

function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [K in keyof T]?: Exclude<T[K], undefined> }; // the entries of T that are set
}
