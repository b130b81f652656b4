/** How much may pass. */
export interface Rate {
  /** What passes in the long run, a second. */
  readonly perSecond: number;
  /** What passes at once after a quiet time. */
  readonly burst: number;
}

const MS_PER_S = 1000;

/** Lets through at most `burst + perSecond x time` in any span of time. Full at first. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #filledMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledMs = nowMs;
  }

  /** Takes `tokens` where there are as many, else none; says which. More than the burst is never there. */
  take(nowMs: number, tokens = 1): boolean {
    const { perSecond, burst } = this.#rate;
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#filledMs) / MS_PER_S) * perSecond);
    this.#filledMs = nowMs;
    if (this.#tokens < tokens) return false;
    this.#tokens -= tokens;
    return true;
  }
}

/**
 * A bucket for each key, and never more than `maxKeys` of them, whatever keys come. Past that, the bucket that was unused for
 * longest is forgotten; it was full again, and so worth nothing, unless that many keys came within the time that a
 * bucket takes to fill.
 */
export class TokenBuckets {
  readonly #rate: Rate;
  readonly #maxKeys: number;
  /** The one unused for longest comes first. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(rate: Rate, maxKeys: number) {
    this.#rate = rate;
    this.#maxKeys = maxKeys;
  }

  /** How many buckets are kept. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token of the bucket of `key`, or says that there is none. */
  take(key: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#rate, nowMs);
    this.#buckets.delete(key);
    this.#makeRoom();
    this.#buckets.set(key, bucket);
    return bucket.take(nowMs);
  }

  #makeRoom(): void {
    if (this.#buckets.size < this.#maxKeys) return;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
