import type { Mark } from "./codec.ts";

/** How long and for how many clients marks are kept. */
export interface MarkLimits {
  /** The longest time for which a client may be offline and still deliver what it has. */
  readonly maxAgeMs: number;
  /** So many, those that were heard of last, are kept however old they seem: the clock of a machine can be wrong. */
  readonly minClients: number;
  /** Beyond this many the longest unheard of are forgotten. */
  readonly maxClients: number;
}

/** The marks that a snapshot keeps: those that are neither too old nor too many. */
export function keptMarks(
  marks: ReadonlyMap<string, Mark>,
  { maxAgeMs, minClients, maxClients }: MarkLimits,
  nowMs: number,
): Map<string, Mark> {
  if (marks.size <= minClients) return new Map(marks);
  const newest = [...marks].sort(([, one], [, other]) => other.seq - one.seq).slice(0, maxClients);
  return new Map(newest.filter(([, { ts }], index) => index < minClients || nowMs - ts <= maxAgeMs));
}
