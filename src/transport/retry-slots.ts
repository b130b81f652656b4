import type { Clock } from "../clock/clock.ts";

/** What slots are given out by. */
export interface RetrySlotsParts {
  readonly clock: Clock;
  /** How many may come in a second, as last measured. */
  readonly perSecond: () => number;
  /** How long seats are kept. No slot is later than half of it, so that who finds none of its own has its seat for another attempt. */
  readonly keptMs: number;
}

/** What sends clients away lasts for a moment: after this time the next process is there as a rule, and a room that has moved is known. */
const MIN_MS = 1000;
/** Bounds of the latest slot, however long seats are kept. */
const MIN_LATEST_MS = 5000;
const MAX_LATEST_MS = 20_000;
const MS_PER_S = 1000;

/**
 * When those come back who are sent away or refused: each at a time of its own, as fast one after the other as they can be let in. Where
 * all slots up to the latest are taken, anywhere between. Keeps ADM1.
 */
export class RetrySlots {
  readonly #parts: RetrySlotsParts;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(parts: RetrySlotsParts) {
    this.#parts = parts;
  }

  /** How long the next one is to stay away, in whole ms: 1000 to the latest slot. */
  next(): number {
    const { clock, perSecond, keptMs } = this.#parts;
    const maxMs = Math.min(MAX_LATEST_MS, Math.max(MIN_LATEST_MS, keptMs / 2));
    const nowMs = clock.nowMs();
    const slotMs = MS_PER_S / perSecond();
    const dueMs = Math.max(this.#lastMs, nowMs + MIN_MS) + slotMs;
    if (dueMs - nowMs > maxMs) return Math.round(MIN_MS + clock.random() * (maxMs - MIN_MS));
    this.#lastMs = dueMs;
    return Math.round(dueMs - nowMs - clock.random() * slotMs);
  }
}
