/** A room of a node that is to be emptied. */
export interface DrainRoom {
  readonly roomId: string;
  readonly connections: number;
  /** Ticks a second; 0 for a room without. */
  readonly tickRateHz: number;
  /** Whether what it is can be made again elsewhere. */
  readonly isMovable: boolean;
  /** Whether it may as well end now, as it says: who is in it joins another one. */
  readonly canCloseNow: boolean;
  /** When it ends by itself, in ms from now, as it says; undefined where it does not. */
  readonly endsInMs: number | undefined;
}

/** What becomes of the rooms of a node that is to be emptied. */
export interface DrainPlan {
  /** They are closed at once: they cannot be moved, and nobody misses them. */
  readonly closing: readonly string[];
  /** They end by themselves in time. */
  readonly finishing: readonly string[];
  /** The few largest: they take longest, so one after the other from the beginning, beside the others. */
  readonly large: readonly string[];
  /** In the order in which they are moved: cheapest first. */
  readonly small: readonly string[];
  /** They cannot be moved, and are not over in time: who is in them is told at the end. */
  readonly pinned: readonly string[];
}

/** Of the time that a drain has, the part in which rooms may wait for their own end, or for a moment that suits them. */
export const PATIENT_SHARE = 0.7;
const MAX_LARGE = 3;
/** So many times as many connections as the middle one has. */
const LARGE_TIMES = 4;
const MIN_LARGE_CONNECTIONS = 8;

/** Plans how a node is emptied within a time. Pure. */
export function planDrain(rooms: readonly DrainRoom[], budgetMs: number): DrainPlan {
  const of = Map.groupBy(rooms, (room) => fateOf(room, budgetMs));
  const bySize = (of.get("movable") ?? []).toSorted((one, other) => other.connections - one.connections);
  const middle = bySize[Math.floor(bySize.length / 2)]?.connections ?? 0;
  const isLarge = ({ connections }: DrainRoom, rank: number): boolean =>
    rank < MAX_LARGE && connections >= Math.max(MIN_LARGE_CONNECTIONS, middle * LARGE_TIMES);
  const small = bySize.filter((room, rank) => !isLarge(room, rank));
  return {
    closing: ids(of.get("closing")),
    finishing: ids(of.get("finishing")),
    large: ids(bySize.filter(isLarge)),
    small: ids(small.toSorted((one, other) => costOf(one) - costOf(other))),
    pinned: ids(of.get("pinned")),
  };
}

type Fate = "closing" | "finishing" | "movable" | "pinned";

function fateOf({ connections, isMovable, canCloseNow, endsInMs }: DrainRoom, budgetMs: number): Fate {
  if (canCloseNow && !isMovable) return "closing";
  const endsInTime = endsInMs !== undefined && endsInMs <= budgetMs * PATIENT_SHARE;
  if (endsInTime || (connections === 0 && !isMovable)) return "finishing";
  return isMovable ? "movable" : "pinned";
}

const MIN_INTERVAL_MS = 5;
const MAX_INTERVAL_MS = 1000;

/** Time from the beginning of one move to that of the next: what is left is spread over the rooms that are left. */
export function intervalMs(roomsLeft: number, leftMs: number): number {
  const even = (Math.max(0, leftMs) * PATIENT_SHARE) / Math.max(1, roomsLeft);
  return Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, even));
}

/** What moving it puts at risk: everybody in it, each time that it ticks. */
function costOf({ connections, tickRateHz }: DrainRoom): number {
  return connections * Math.max(1, tickRateHz);
}

function ids(rooms: readonly DrainRoom[] = []): readonly string[] {
  return rooms.map(({ roomId }) => roomId);
}
