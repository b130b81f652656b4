/**
 * cluster: which processes live, which of them has which room, and what is on its way to them.
 *
 * Owns the lease of this process, its view of the others, the record of who has a room under which epoch, and the ledger of
 * reservations. It refuses to know what a room is, how load is weighed, or how a process is called. Below matchmaking and
 * transport in the path of a session. Keeps OWN1 and OWN2.
 */
import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { connectRedis } from "../redis/redis.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { Member } from "./member.ts";
import { MemoryStore } from "./memory-store.ts";
import { RedisStore } from "./redis-store.ts";
import type { ClusterStore } from "./store.ts";
import type { Cluster, NodeIdentity } from "./types.ts";

export { internalAddressOf } from "./addresses.ts";
export type { Cluster, Holder, NodeIdentity, NodeRecord, Ownership } from "./types.ts";

/** Where the cluster is, and who this process is in it. */
export interface ClusterOptions {
  /** Empty for a process on its own. */
  readonly redisUrl: string;
  /** Beginning of every key in Redis; clusters that share a Redis each need their own. */
  readonly redisPrefix: string;
  readonly identity: Omit<NodeIdentity, "internalAddress">;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** Above the time that a Redis takes to flush, below that of a lease. */
const COMMAND_TIMEOUT_MS = 1000;
const GIVE_UP_MS = 1000;
const CONNECT_TIMEOUT_MS = 5000;

/**
 * Reaches the cluster, or makes one of this process alone; it takes part once it joins.
 *
 * @throws ArenaError CONFIG_INVALID for an address that is none; CLUSTER_UNAVAILABLE where no Redis lets us in, or it is older than 6.2
 */
export async function openCluster({ redisUrl, redisPrefix, ...parts }: ClusterOptions): Promise<Cluster> {
  const isSole = redisUrl === "";
  const store = isSole ? new MemoryStore(parts.clock) : await openRedis({ redisUrl, redisPrefix, ...parts });
  return new Member({ ...parts, store, isSole });
}

/**
 * Ends the lease of another process, which the caller has seen end: its rooms go on elsewhere at once, and not when it has run out. Of one
 * that may still run, this would make two owners of a room.
 *
 * @throws ArenaError CLUSTER_UNAVAILABLE
 */
export async function endLeaseOf(
  ended: Pick<NodeIdentity, "bootId" | "nodeId">,
  where: Omit<ClusterOptions, "identity">,
): Promise<void> {
  const store = await openRedis(where);
  try {
    await store.leave(ended);
  } finally {
    await store.close();
  }
}

async function openRedis({
  redisUrl,
  redisPrefix,
  clock,
  telemetry,
}: Omit<ClusterOptions, "identity">): Promise<ClusterStore> {
  const onConnected = (): void => telemetry.emit("redis:connected", { host: new URL(redisUrl).host }); // without user and password
  const link = await connectRedis({
    url: redisUrl,
    clock,
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    giveUpMs: GIVE_UP_MS,
    onConnected,
    onDisconnected: (error) => telemetry.emit("redis:disconnected", { host: new URL(redisUrl).host, error }),
  }).catch((cause: unknown) => {
    if (!(cause instanceof ArenaError && cause.code === "LOG_UNAVAILABLE")) throw cause;
    throw new ArenaError("CLUSTER_UNAVAILABLE", cause.message.slice(cause.row.sentence.length + 1), { cause });
  });
  const info = await link
    .read((client) => client.info("server"))
    .catch((cause: unknown) => {
      link.close();
      throw new ArenaError("CLUSTER_UNAVAILABLE", String(cause), { cause });
    });
  const version = /redis_version:(\d+)\.(\d+)/.exec(info);
  if (version && Number(version[1]) * 100 + Number(version[2]) < OLDEST) {
    link.close();
    throw new ArenaError(
      "CLUSTER_UNAVAILABLE",
      `Redis at ${link.address} is ${version[1]}.${version[2]}; 6.2 is needed.`,
    );
  }
  onConnected();
  return new RedisStore(link, redisPrefix);
}

/** 6.2, as a number. */
const OLDEST = 602;
