import type { Batch } from "./codec.ts";

/** How much of the past is kept for those who come back. */
export interface TailLimits {
  /** Entries that are kept however old they are. */
  readonly minEntries: number;
  /** For so long entries are kept however many there are. */
  readonly minAgeMs: number;
  /** What goes before the two: never more bytes than this, the last batch aside. */
  readonly maxBytes: number;
}

/** A batch, and how many bytes there were in all up to its end. */
interface Kept {
  readonly batch: Batch;
  readonly endBytes: number;
}

/** The last batches of a log, in memory, for cheap resumes. */
export class Tail {
  readonly #limits: TailLimits;
  /** What was dropped stands before `#start` until it is as much as what is kept. */
  #kept: Kept[] = [];
  #start = 0;

  constructor(limits: TailLimits) {
    this.#limits = limits;
  }

  /** The first seq that is kept, or undefined where nothing is. */
  get from(): number | undefined {
    return this.#kept[this.#start]?.batch.from;
  }

  /**
   * The first seq of the last batches that take at most `bytes` together or are at most `ageMs` older than the last, as far as they are
   * kept; undefined where there is none.
   */
  fromWithin(bytes: number, ageMs: number): number | undefined {
    const leastBytes = this.#endBytes - bytes;
    const leastTs = (this.#kept.at(-1)?.batch.ts ?? 0) - ageMs;
    const index = this.#firstFrom(
      ({ endBytes, batch }) => endBytes - batch.wire.byteLength >= leastBytes || batch.ts >= leastTs,
    );
    return this.#kept[index]?.batch.from;
  }

  /** Appends a batch and lets go of what need not be kept. */
  add(batch: Batch): void {
    this.#kept.push({ batch, endBytes: this.#endBytes + batch.wire.byteLength });
    while (this.#kept.length - this.#start > 1 && !this.#isWanted(this.#start, batch)) this.#start++;
    if (this.#start * 2 < this.#kept.length) return;
    this.#kept = this.#kept.slice(this.#start);
    this.#start = 0;
  }

  /** The batches that hold everything after `seq`, or undefined where some of it is no longer kept. */
  after(seq: number): readonly Batch[] | undefined {
    const index = this.#indexAfter(seq);
    return index === undefined ? undefined : this.#kept.slice(index).map(({ batch }) => batch);
  }

  /** The batch that holds the entry after `seq`; undefined where it is no longer kept, or not there yet. */
  next(seq: number): Batch | undefined {
    const index = this.#indexAfter(seq);
    return index === undefined ? undefined : this.#kept[index]?.batch;
  }

  /** How many bytes everything after `seq` takes; undefined as `after`. */
  bytesAfter(seq: number): number | undefined {
    const index = this.#indexAfter(seq);
    if (index === undefined) return undefined;
    const next = this.#kept[index];
    return next ? this.#endBytes - next.endBytes + next.batch.wire.byteLength : 0;
  }

  get #endBytes(): number {
    return this.#kept.at(-1)?.endBytes ?? 0;
  }

  #isWanted(index: number, { to, ts }: Batch): boolean {
    const kept = this.#kept[index];
    if (!kept) return false;
    const { minEntries, minAgeMs, maxBytes } = this.#limits;
    const bytes = this.#endBytes - kept.endBytes + kept.batch.wire.byteLength;
    return bytes <= maxBytes && (to - kept.batch.to < minEntries || ts - kept.batch.ts < minAgeMs);
  }

  /** Where the first batch stands that ends after `seq`; the length where none does. */
  #indexAfter(seq: number): number | undefined {
    const first = this.from;
    if (first === undefined || seq + 1 < first) return undefined;
    return this.#firstFrom(({ batch }) => batch.to > seq);
  }

  /** Where the first batch stands of which that is so, as it is of all behind it; the length where there is none. */
  #firstFrom(isSo: (kept: Kept) => boolean): number {
    let [low, high] = [this.#start, this.#kept.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const kept = this.#kept[middle];
      if (kept && !isSo(kept)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
