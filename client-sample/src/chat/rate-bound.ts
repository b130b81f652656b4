/** Messages in a time: what the room takes of one person. */
const MAX_MESSAGES = 10;
const WINDOW_MS = 10_000;

/** Knows before the server has to say it that somebody writes too fast. */
export class RateBound {
  #sentMs: readonly number[] = [];

  /** How long to wait before the next message, in ms; 0 where it may be said now. */
  waitMs(nowMs: number): number {
    this.#sentMs = this.#sentMs.filter((sentMs) => nowMs - sentMs < WINDOW_MS);
    const [oldest = nowMs] = this.#sentMs;
    return this.#sentMs.length < MAX_MESSAGES ? 0 : oldest + WINDOW_MS - nowMs;
  }

  /** A message was said. */
  said(nowMs: number): void {
    this.#sentMs = [...this.#sentMs, nowMs];
  }
}
