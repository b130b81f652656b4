/** Bounds of the waits between attempts. */
export interface BackoffLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Waits that do where nothing else is said. */
export const BACKOFF_LIMITS: BackoffLimits = { minMs: 500, maxMs: 20_000 };

/**
 * The wait before an attempt, in ms, with full jitter: clients that lost the same server do not come back in step.
 *
 * @param attempt how many have failed since the last success
 * @param random in [0, 1)
 */
export function backoffMs(attempt: number, random: number, { minMs, maxMs }: BackoffLimits = BACKOFF_LIMITS): number {
  return Math.min(maxMs, minMs + random * Math.min(maxMs, minMs * 2 ** attempt));
}
