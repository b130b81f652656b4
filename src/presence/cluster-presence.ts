import type { Stop } from "../clock/clock.ts";
import type { Holder } from "../cluster/cluster.ts";
import type { PresenceTold, UserPresence } from "../protocol/protocol.ts";
import { Leftovers } from "./leftovers.ts";
import type { Presence, PresenceOptions, Seat } from "./presence.ts";
import { Roster } from "./roster.ts";
import { hashOf, type NewsListener, type PresenceStore, shardOf } from "./store.ts";
import { PresenceView } from "./view.ts";
import { Watches } from "./watches.ts";

/** Boots that are remembered as gone. */
const MAX_GONE = 1000;
/** Twice the time in which processes hear of one another. */
const UNHEARD_MS = 1500;
/** As often as one hears of the others. */
const LOOK_EVERY_MS = 500;
/** Of those who live, so many clear up after one that is gone: they may be gone themselves before they have. */
const SWEEPERS = 3;

/** Presence over a store that the processes of a cluster share. */
export class ClusterPresence implements Presence {
  readonly #store: PresenceStore;
  readonly #options: Omit<PresenceOptions, "redisUrl" | "redisPrefix">;
  readonly #roster: Roster;
  readonly #watches: Watches;
  readonly #leftovers: Leftovers;
  /** When a boot was taken for gone, that which went last last. */
  readonly #gone = new Map<string, number>();
  /** Boots that nothing was heard of yet. */
  readonly #unheard = new Set<string>();
  readonly #stops: readonly Stop[];

  constructor(store: PresenceStore, options: Omit<PresenceOptions, "redisUrl" | "redisPrefix">) {
    const { clock, cluster, telemetry } = options;
    this.#store = store;
    this.#options = options;
    const onFailed =
      (action: "write" | "read" | "sweep") =>
      (error: unknown): void =>
        telemetry.emit("presence:storeFailed", { action, error });
    const { bootId } = cluster.identity;
    this.#roster = new Roster({
      clock,
      bootId,
      apply: (shard, changes) => store.apply(shard, changes),
      onFailed: onFailed("write"),
    });
    this.#watches = new Watches({
      clock,
      store,
      goneForMs: (boot) => this.#goneForMs(boot),
      onFailed: onFailed("read"),
    });
    this.#leftovers = new Leftovers({
      clock,
      store,
      bootId,
      isGone: async (holder) => !cluster.node(holder.bootId) && (await cluster.isGone(holder)),
      compare: (stored) => this.#roster.compare(stored),
      onFailed: onFailed("sweep"),
    });
    this.#stops = [
      cluster.onLease((event) => {
        if (event === "lost") this.#roster.beginTerm();
        if (event === "held") this.reassert();
      }),
      cluster.onNodeGone((node) => this.#onNodeGone(node)),
      clock.every(LOOK_EVERY_MS, () => this.#seeWhoIsBack()),
    ];
  }

  get news(): NewsListener {
    return this.#watches;
  }

  arrived(seat: Seat): void {
    this.#roster.set({ ...seat, nodeId: this.#options.cluster.identity.nodeId });
  }

  departed(sessionId: string): void {
    this.#roster.delete(sessionId);
  }

  setStatus(sessionId: string, status: string): void {
    this.#roster.setStatus(sessionId, status);
  }

  async of(userIds: readonly string[]): Promise<Readonly<Record<string, UserPresence>>> {
    const { clock } = this.#options;
    const goneForMs = (bootId: string): number | undefined => this.#goneForMs(bootId);
    const view = new PresenceView({ nowMs: () => clock.nowMs(), wallMs: () => clock.wallMs(), goneForMs });
    const shards = Map.groupBy(new Set(userIds), shardOf);
    const states = await Promise.all([...shards].map(([shard, users]) => this.#store.read(shard, users)));
    for (const { users } of states) for (const [userId, told] of users) view.told(userId, told);
    return Object.fromEntries(userIds.map((userId) => [userId, view.of(userId) ?? { online: false, sessions: [] }]));
  }

  watch(userIds: readonly string[], listener: (told: PresenceTold) => void): Promise<Stop> {
    return this.#watches.watch(userIds, listener);
  }

  /** The store may have lost what this process has written, and may have what it has taken back. */
  reassert(): void {
    this.#roster.reassert();
    this.#leftovers.compareOwn();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#leftovers.close();
    this.#roster.close();
    this.#watches.close();
    this.#store.close();
  }

  /** A process of which nothing was heard may be new: it has a moment to be heard of. */
  #goneForMs(bootId: string): number | undefined {
    const { cluster, clock } = this.#options;
    if (cluster.node(bootId)) return undefined;
    const goneMs = this.#gone.get(bootId);
    if (goneMs !== undefined) return clock.nowMs() - goneMs;
    if (this.#unheard.has(bootId)) return undefined;
    this.#unheard.add(bootId);
    clock.after(UNHEARD_MS, () => {
      this.#unheard.delete(bootId);
      if (cluster.node(bootId)) return;
      this.#takeForGone(bootId, Number.NEGATIVE_INFINITY);
      this.#leftovers.add({ bootId, nodeId: "", internalAddress: "" }); // who saw it go may be gone as well
    });
    return undefined;
  }

  #onNodeGone(node: Holder): void {
    this.#takeForGone(node.bootId, this.#options.clock.nowMs());
    const living = this.#options.cluster.nodes().map(({ bootId }) => bootId);
    if (sweepersOf(node.bootId, living).includes(this.#options.cluster.identity.bootId)) this.#leftovers.add(node);
  }

  #takeForGone(bootId: string, goneMs: number): void {
    this.#gone.delete(bootId);
    this.#gone.set(bootId, goneMs);
    const [oldest] = this.#gone.keys();
    if (this.#gone.size > MAX_GONE && oldest !== undefined) this.#gone.delete(oldest);
    this.#watches.judgeAll();
  }

  #seeWhoIsBack(): void {
    const back = [...this.#gone.keys()].filter((bootId) => this.#options.cluster.node(bootId));
    for (const bootId of back) this.#gone.delete(bootId);
    if (back.length > 0) this.#watches.judgeAll();
  }
}

/** Those who clear up after a process that is gone; all who know the same of who lives come to the same. */
export function sweepersOf(bootId: string, living: readonly string[]): readonly string[] {
  const ranked = living.map((each) => ({ each, rank: hashOf(`${bootId} ${each}`) }));
  return ranked
    .toSorted((one, other) => one.rank - other.rank)
    .slice(0, SWEEPERS)
    .map(({ each }) => each);
}
