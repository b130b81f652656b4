import type { Room } from "@colyseus/sdk";

/** First step of the waiting times, in ms. */
const BASE_MS = 500;
/** No wait is longer, in ms. */
const MAX_MS = 5000;
/** About a minute and a half of attempts: a seat is kept for half a minute, a server may take longer to come back. */
const MAX_RETRIES = 30;

/**
 * A wait before attempt number `attempt` (from 1), in ms: full jitter, so that clients which lost the same server
 * do not come back in step.
 */
export function jitteredDelayMs(attempt: number): number {
  return Math.random() * Math.min(MAX_MS, BASE_MS * 2 ** attempt);
}

/**
 * Lets the SDK reconnect `room` by itself after any lost connection, however young, with jittered waits.
 *
 * @param atLeastMs asked before every attempt: how long the server wants to be left alone
 */
export function reconnectWithJitter(room: Room, atLeastMs: () => number): void {
  Object.assign(room.reconnection, {
    minUptime: 0,
    minDelay: 50,
    maxDelay: 60_000,
    maxRetries: MAX_RETRIES,
    backoff: (attempt: number) => atLeastMs() + jitteredDelayMs(attempt),
  } satisfies Partial<Room["reconnection"]>);
}
