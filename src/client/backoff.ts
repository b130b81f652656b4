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

/** A server that knows no better names one moment to all; so many ms after it, or a quarter of the wait, they come spread over. */
const MIN_SPREAD_MS = 250;
const SPREAD_SHARE = 0.25;

/**
 * The wait, in ms, where the server asked for `floorMs`: that, and a little more, since it may have asked others for the same.
 *
 * @param random in [0, 1)
 */
export function spreadMs(floorMs: number, random: number): number {
  return floorMs === 0 ? 0 : floorMs + random * Math.max(MIN_SPREAD_MS, floorMs * SPREAD_SHARE);
}
