/** How long nothing has come to a client. */
export class Gaps {
  #lastMs = performance.now();
  #gapMs = 0;

  readonly hear = (): void => {
    const nowMs = performance.now();
    this.#gapMs = Math.max(this.#gapMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  };

  /** Longest time between two frames since it was asked last, in ms, up to now where nothing has come since. */
  take(): number {
    const nowMs = performance.now();
    const gapMs = Math.max(this.#gapMs, nowMs - this.#lastMs);
    this.#gapMs = 0;
    return gapMs;
  }
}
