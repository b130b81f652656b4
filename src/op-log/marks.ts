import type { Mark } from "./codec.ts";

/** How long and for how many clients marks are kept. */
export interface MarkLimits {
  /** The longest time for which a client may be offline and still deliver what it has. */
  readonly maxAgeMs: number;
  /** Beyond this many the longest unheard of are forgotten. */
  readonly maxClients: number;
}

/** The marks that a snapshot keeps: those that are neither too old nor too many. */
export function keptMarks(
  marks: ReadonlyMap<string, Mark>,
  { maxAgeMs, maxClients }: MarkLimits,
  nowMs: number,
): Map<string, Mark> {
  const young = [...marks].filter(([, { ts }]) => nowMs - ts <= maxAgeMs);
  if (young.length > maxClients) young.sort(([, one], [, other]) => other.ts - one.ts).length = maxClients;
  return new Map(young);
}
