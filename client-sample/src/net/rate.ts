const WINDOW_MS = 1000;

/** Events per second over the last whole second. */
export class Rate {
  #sinceMs = performance.now();
  #start = 0;
  #perSecond = 0;

  /** @param total all events until now */
  update(total: number, nowMs: number): number {
    const elapsedMs = nowMs - this.#sinceMs;
    if (elapsedMs < WINDOW_MS) return this.#perSecond;
    this.#perSecond = ((total - this.#start) * 1000) / elapsedMs;
    this.#sinceMs = nowMs;
    this.#start = total;
    return this.#perSecond;
  }
}
