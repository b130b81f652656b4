const MINUTE_MS = 60_000;

/** Counts what happens within a minute, beginning anew with the first that happens after it. */
export class MinuteCounter {
  #count = 0;
  #endsMs = Number.NEGATIVE_INFINITY;

  /** Counts one more, and says how many that makes. */
  add(nowMs: number): number {
    if (nowMs >= this.#endsMs) {
      this.#count = 0;
      this.#endsMs = nowMs + MINUTE_MS;
    }
    this.#count++;
    return this.#count;
  }
}
