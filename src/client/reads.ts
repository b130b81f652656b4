import type { KeyOf, SortableReader, Sorted, SortedId } from "../document/document.ts";

/** A stretch of an order that was looked at, both ends included. */
export interface Range<R> {
  readonly keyOf: KeyOf<R>;
  readonly low: string;
  /** Undefined: to the end. */
  readonly high: string | undefined;
}

/** Records as they are, with a note of all that is looked at: what comes of looking depends on nothing else. */
export class Reads<R extends object> implements SortableReader<R> {
  readonly #records: SortableReader<R>;
  readonly #ids = new Set<string>();
  readonly #ranges: { readonly keyOf: KeyOf<R>; low: string; high: string | undefined }[] = [];
  #isAll = false;

  constructor(records: SortableReader<R>) {
    this.#records = records;
  }

  /** Records that were looked at by their ids. */
  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  get ranges(): readonly Range<R>[] {
    return this.#ranges;
  }

  /** Whether all records were looked at. */
  get isAll(): boolean {
    return this.#isAll;
  }

  get(id: string): R | undefined {
    this.#ids.add(id);
    return this.#records.get(id);
  }

  entries(): Iterable<readonly [string, R]> {
    this.#isAll = true;
    return this.#records.entries();
  }

  sortedBy(keyOf: KeyOf<R>): Sorted {
    const sorted = this.#records.sortedBy(keyOf);
    return {
      from: (key) => this.#up(sorted.from(key), keyOf, key),
      before: (key) => this.#down(sorted.before(key), keyOf, key),
    };
  }

  *#up(ids: Iterable<SortedId>, keyOf: KeyOf<R>, low: string): Generator<SortedId> {
    const range = { keyOf, low, high: low as string | undefined }; // as in a range
    this.#ranges.push(range);
    for (const entry of ids) {
      range.high = entry[0];
      yield entry;
    }
    range.high = undefined;
  }

  *#down(ids: Iterable<SortedId>, keyOf: KeyOf<R>, high: string): Generator<SortedId> {
    const range = { keyOf, low: high, high };
    this.#ranges.push(range);
    for (const entry of ids) {
      range.low = entry[0];
      yield entry;
    }
    range.low = "";
  }
}

/** How many of some pushes looked at what. */
export class Looks<R extends object> {
  readonly #ids = new Map<string, number>();
  readonly #orders = new Map<KeyOf<R>, number>();
  #alls = 0;

  add(reads: Reads<R>): void {
    this.#count(reads, 1);
  }

  remove(reads: Reads<R>): void {
    this.#count(reads, -1);
  }

  /** How many looked at all records. */
  get alls(): number {
    return this.#alls;
  }

  /** How many looked at a record by its id. */
  of(id: string): number {
    return this.#ids.get(id) ?? 0;
  }

  /** The orders in which any looked at records, with how many did. */
  get orders(): ReadonlyMap<KeyOf<R>, number> {
    return this.#orders;
  }

  #count({ ids, ranges, isAll }: Reads<R>, by: 1 | -1): void {
    for (const id of ids) bump(this.#ids, id, by);
    for (const { keyOf } of ranges) bump(this.#orders, keyOf, by);
    if (isAll) this.#alls += by;
  }
}

function bump<K>(counts: Map<K, number>, key: K, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
