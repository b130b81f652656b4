/** Above this, for {@link UNEVEN_FOR_MS}, rooms begin to move. */
const START_RATIO = 1.25;
/** Until the node is within this of the mean. */
const GOAL_RATIO = 1.1;
const UNEVEN_FOR_MS = 60_000;
/** A room that has moved stays for so long. */
export const SETTLED_MS = 600_000;
const MAX_SHARE = 0.1;

/** A room that could go. */
export interface Candidate {
  readonly roomId: string;
  readonly connections: number;
}

/** How much of this node's is too much. */
export interface Shares {
  /** Connections of this node. */
  readonly own: number;
  /** Of all nodes that take rooms, this one too. */
  readonly mean: number;
}

/** Whether a node gives rooms away: begun only after it had too much for a while, and on until it has about as much as the others. Pure but for what it remembers. */
export class Unevenness {
  #sinceMs: number | undefined;
  #isGoing = false;

  /** @returns connections that are to go now; 0 for none */
  surplus({ own, mean }: Shares, nowMs: number): number {
    if (own <= mean * (this.#isGoing ? GOAL_RATIO : START_RATIO)) {
      this.#isGoing = false;
      this.#sinceMs = undefined;
      return 0;
    }
    this.#sinceMs ??= nowMs;
    if (nowMs - this.#sinceMs >= UNEVEN_FOR_MS) this.#isGoing = true;
    return this.#isGoing ? own - mean : 0;
  }
}

/**
 * The rooms that take the surplus away with the fewest people moved, a tenth of the rooms at most: the largest that fits into
 * what is left, again and again.
 */
export function choose(candidates: readonly Candidate[], surplus: number): readonly string[] {
  const bySize = candidates.toSorted((one, other) => other.connections - one.connections);
  const most = Math.max(1, Math.floor(candidates.length * MAX_SHARE));
  const chosen: string[] = [];
  let left = surplus;
  for (const { roomId, connections } of bySize) {
    if (chosen.length === most) break;
    if (connections === 0 || connections > left) continue;
    chosen.push(roomId);
    left -= connections;
  }
  return chosen;
}
