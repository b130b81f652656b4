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
import { PresenceMemory, PresenceMemoryStore } from "./memory-store.ts";
import { PresenceRedisStore } from "./redis-store.ts";
import { Roster } from "./roster.ts";
import { type NewsListener, type PresenceStore, SHARDS, shardOf } from "./store.ts";
import type { Session } from "./types.ts";
import { PresenceView } from "./view.ts";
import { Watches } from "./watches.ts";

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
  readonly cluster: Pick<Cluster, "identity" | "node" | "onLease" | "onNodeGone">;
}

const COMMAND_TIMEOUT_MS = 1000;
const GIVE_UP_MS = 1000;
const CONNECT_TIMEOUT_MS = 5000;
/** Boots that are remembered as gone. */
const MAX_GONE = 1000;
/** Twice the time in which processes hear of one another. */
const UNHEARD_MS = 1500;
/** Those who sweep the sessions of a process that is gone do not all begin at once. */
const SWEEP_SPREAD_MS = 3000;

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
  return new PresenceRedisStore({ link, news, prefix, listener });
}

class ClusterPresence implements Presence {
  readonly #store: PresenceStore;
  readonly #options: PresenceOptions;
  readonly #roster: Roster;
  readonly #watches: Watches;
  readonly #gone = new Set<string>();
  /** Boots that nothing was heard of yet. */
  readonly #unheard = new Set<string>();
  readonly #stops: readonly Stop[];

  constructor(store: PresenceStore, options: PresenceOptions) {
    const { clock, cluster, telemetry } = options;
    this.#store = store;
    this.#options = options;
    const onFailed =
      (action: "write" | "read") =>
      (error: unknown): void =>
        telemetry.emit("presence:storeFailed", { action, error });
    const { bootId } = cluster.identity;
    this.#roster = new Roster({
      clock,
      bootId,
      apply: (shard, changes) => store.apply(shard, changes),
      onFailed: onFailed("write"),
    });
    this.#watches = new Watches({ clock, store, isAlive: (boot) => this.#isAlive(boot), onFailed: onFailed("read") });
    this.#stops = [
      cluster.onLease((event) => {
        if (event === "held") this.reassert();
      }),
      cluster.onNodeGone(({ bootId: boot }) => this.#onNodeGone(boot)),
    ];
  }

  get news(): NewsListener {
    return this.#watches;
  }

  arrived({ userId, ...seat }: Seat): void {
    const { bootId, nodeId } = this.#options.cluster.identity;
    const status = this.#roster.get(seat.sessionId)?.status ?? "";
    this.#roster.set(userId, { ...seat, bootId, nodeId, status });
  }

  departed(sessionId: string): void {
    this.#roster.delete(sessionId);
  }

  setStatus(sessionId: string, status: string): void {
    const held = this.#roster.get(sessionId);
    if (!held || held.status === status) return;
    const { userId, ...session } = held;
    this.#roster.set(userId, { ...session, status });
  }

  async of(userIds: readonly string[]): Promise<Readonly<Record<string, UserPresence>>> {
    const { clock } = this.#options;
    const isAlive = (bootId: string): boolean => this.#isAlive(bootId);
    const view = new PresenceView({ nowMs: () => clock.nowMs(), wallMs: () => clock.wallMs(), isAlive });
    const shards = Map.groupBy(new Set(userIds), shardOf);
    const states = await Promise.all([...shards].map(([shard, users]) => this.#store.read(shard, users)));
    for (const { users } of states) for (const [userId, told] of users) view.told(userId, told);
    return Object.fromEntries(userIds.map((userId) => [userId, view.of(userId) ?? { online: false, sessions: [] }]));
  }

  watch(userIds: readonly string[], listener: (told: PresenceTold) => void): Promise<Stop> {
    return this.#watches.watch(userIds, listener);
  }

  /** The store may have lost what this process has written. */
  reassert(): void {
    this.#roster.reassert();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#roster.close();
    this.#watches.close();
    this.#store.close();
  }

  /** A process of which nothing was heard may be new: it has a moment to be heard of. */
  #isAlive(bootId: string): boolean {
    if (this.#options.cluster.node(bootId)) return true;
    if (this.#gone.has(bootId)) return false;
    if (this.#unheard.has(bootId)) return true;
    this.#unheard.add(bootId);
    this.#options.clock.after(UNHEARD_MS, () => {
      this.#unheard.delete(bootId);
      if (!this.#options.cluster.node(bootId)) this.#onNodeGone(bootId);
    });
    return true;
  }

  #onNodeGone(bootId: string): void {
    this.#gone.delete(bootId);
    this.#gone.add(bootId);
    const [oldest] = this.#gone;
    if (this.#gone.size > MAX_GONE && oldest !== undefined) this.#gone.delete(oldest);
    this.#watches.judgeAll();
    const { clock, cluster } = this.#options;
    clock.after(SWEEP_SPREAD_MS * (1 + clock.random()), () => {
      if (!cluster.node(bootId)) void this.#sweep(bootId);
    });
  }

  async #sweep(bootId: string): Promise<void> {
    try {
      for (let shard = 0; shard < SHARDS; shard++) await this.#store.sweep(shard, (boot) => boot === bootId);
    } catch (error) {
      this.#options.telemetry.emit("presence:storeFailed", { action: "sweep", error });
    }
  }
}
