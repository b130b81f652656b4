/**
 * presence: which users are online, where and how, across all processes.
 *
 * Owns the sessions of users in this process, what the store has of everybody's, and who is told of whose. One lease carries all
 * sessions of a process: they cost nothing while nothing changes, and end with it. It refuses to know who may see whom. Keeps PRS1 to PRS4.
 */
import type { Clock, Stop } from "../clock/clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { PresenceTold, UserPresence } from "../protocol/protocol.ts";
import { connectRedis, openClient } from "../redis/redis.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { ClusterPresence } from "./cluster-presence.ts";
import { PresenceMemory, PresenceMemoryStore } from "./memory-store.ts";
import { PresenceRedisStore } from "./redis-store.ts";
import type { NewsListener, PresenceStore } from "./store.ts";
import type { Session } from "./types.ts";

export { PresenceMemory, PresenceMemoryStore } from "./memory-store.ts";
export type { NewsListener, PresenceStore } from "./store.ts";

/** A seat that a user has taken. */
export interface Seat extends Pick<Session, "sessionId" | "roomId" | "room" | "isPrivate"> {
  readonly userId: string;
}

/** Who is online, and where. */
export interface Presence {
  /** A user has taken a seat in a room of this process, or is back in it. */
  arrived(seat: Seat): void;
  /** A seat of this process has no connection any more. */
  departed(sessionId: string): void;
  /** What the user of a session of this process says of themselves there; at most 64 characters. */
  setStatus(sessionId: string, status: string): void;
  /** Users as they are now. @throws ArenaError CLUSTER_UNAVAILABLE */
  of(userIds: readonly string[]): Promise<Readonly<Record<string, UserPresence>>>;
  /**
   * Follows users until it is stopped: the listener is told of all of them first, then of changes, ten times a second at most.
   *
   * @throws ArenaError PRESENCE_FULL, CLUSTER_UNAVAILABLE
   */
  watch(userIds: readonly string[], listener: (told: PresenceTold) => void): Promise<Stop>;
  close(): void;
}

/** What presence is opened with. */
export interface PresenceOptions {
  /** Empty for a process on its own. */
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly cluster: Pick<Cluster, "identity" | "node" | "nodes" | "isGone" | "onLease" | "onNodeGone">;
}

const COMMAND_TIMEOUT_MS = 1000;
const GIVE_UP_MS = 1000;
const CONNECT_TIMEOUT_MS = 5000;

/** Presence over a store of the caller's, such as a memory that several share; it is told of news by the listener that it is made with. */
export function openPresenceOver(
  open: (listener: NewsListener) => PresenceStore,
  options: Omit<PresenceOptions, "redisUrl" | "redisPrefix">,
): Presence {
  const listener: { to: NewsListener | undefined } = { to: undefined };
  const store = open({ onNews: (news) => listener.to?.onNews(news), onMissed: () => listener.to?.onMissed() });
  const presence = new ClusterPresence(store, options);
  listener.to = presence.news;
  return presence;
}

/** @throws ArenaError CLUSTER_UNAVAILABLE, CONFIG_INVALID */
export async function openPresence(options: PresenceOptions): Promise<Presence> {
  const listener: { to: NewsListener | undefined } = { to: undefined };
  const relay: NewsListener = { onNews: (news) => listener.to?.onNews(news), onMissed: () => listener.to?.onMissed() };
  const reconnected: { to: () => void } = { to: () => {} };
  const store = await openStore(options, relay, () => reconnected.to());
  const presence = new ClusterPresence(store, options);
  listener.to = presence.news;
  reconnected.to = () => presence.reassert();
  return presence;
}

async function openStore(
  { redisUrl: url, redisPrefix: prefix, clock, telemetry }: PresenceOptions,
  listener: NewsListener,
  onConnected: () => void,
): Promise<PresenceStore> {
  if (url === "") return new PresenceMemoryStore(new PresenceMemory(clock), listener);
  const times = { clock, commandTimeoutMs: COMMAND_TIMEOUT_MS, connectTimeoutMs: CONNECT_TIMEOUT_MS };
  const onDisconnected = (error: Error): void => telemetry.emit("presence:storeFailed", { action: "connect", error });
  const link = await connectRedis({ url, ...times, giveUpMs: GIVE_UP_MS, onConnected, onDisconnected });
  const news = await openClient({ url, ...times });
  news.on("error", () => {}); // the link tells of it
  return new PresenceRedisStore({ link, news, prefix, listener, clock });
}
