import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Owner } from "../trunk/trunk.ts";

/** What is recorded of a room. */
interface Recorded {
  readonly bootId: string;
  readonly state: string;
}

/** What a cluster tells of rooms and processes. */
interface Directory {
  readonly identity: { readonly bootId: string };
  /** Who has a room, or is to have it. */
  owner(roomId: string): Promise<Recorded | undefined>;
  /** A process that lives. */
  node(bootId: string): Owner | undefined;
  /** The next question about the room goes to the store. */
  forget(roomId: string): void;
  /** Asks who lives now. */
  refresh(): Promise<void>;
  onNodeGone(listener: (node: { readonly bootId: string }) => void): unknown;
}

/** What owners are found with. */
export interface OwnerFinderParts {
  readonly clock: Clock;
  readonly cluster: Directory;
  /** Whether a room is kept for those who were in it, though nothing is recorded of who has it. @throws where that cannot be read */
  readonly isAwaited: (roomId: string) => Promise<boolean>;
  /** How long a room of a process that is gone may come again for those who were in it: as long as seats are kept. */
  readonly returnMs: number;
}

/** Finds the process that has a room. `lastKnown` is the boot that had it when the client got its seat, as its address says. */
export type FindOwner = (roomId: string, lastKnown: string) => Promise<Owner | undefined>;

const MAX_GONE = 1000;

/**
 * Finds the process that has a room, which may be this one. Gives undefined where the answer is final: no such room, or its process is gone
 * for too long. @throws ArenaError PEER_UNREACHABLE where it may be there soon, CLUSTER_UNAVAILABLE
 */
export function ownerFinder({ clock, cluster, isAwaited, returnMs }: OwnerFinderParts): FindOwner {
  /** When each process was found to be gone; of those that were so before this one came, it counts from then. */
  const gone = new Map<string, number>();
  const startedMs = clock.nowMs();
  cluster.onNodeGone(({ bootId }) => {
    gone.set(bootId, clock.nowMs());
    const [oldest] = gone.keys();
    if (gone.size > MAX_GONE && oldest !== undefined) gone.delete(oldest);
  });
  const mayComeAgain = (bootId: string): boolean => clock.nowMs() - (gone.get(bootId) ?? startedMs) <= returnMs;

  /** Thousands who look for rooms of one process that has gone are one question. */
  let refreshing: Promise<void> | undefined;
  const refresh = (): Promise<void> => {
    refreshing ??= cluster.refresh().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  };

  /** Whether somebody may have the room soon, of whom nothing is recorded that helps. */
  const isComing = async (roomId: string, record: Recorded | undefined): Promise<boolean> => {
    if (!record) return isAwaited(roomId);
    const isOwn = record.bootId === cluster.identity.bootId;
    return isOwn
      ? record.state !== "running"
      : cluster.node(record.bootId) !== undefined || mayComeAgain(record.bootId);
  };

  return async (roomId, lastKnown) => {
    const record = await cluster.owner(roomId).catch((error: unknown) => {
      // The store is away. Who had it then says itself whether it has it still.
      if (!cluster.node(lastKnown)) throw error;
      return { bootId: lastKnown, state: "running" };
    });
    if (record && !cluster.node(record.bootId)) await refresh(); // it may have come just now
    const owner = record && cluster.node(record.bootId);
    if (owner && record.state === "running") return owner;
    cluster.forget(roomId); // the answer is another one soon
    if (await isComing(roomId, record)) throw new ArenaError("PEER_UNREACHABLE");
    return undefined;
  };
}
