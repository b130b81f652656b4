/** By which key a record is sorted; undefined for one that has no place. Pure, and the same function each time. */
export type KeyOf<R> = (record: R) => string | undefined;

/** An id with the key by which it is sorted. */
export type SortedId = readonly [key: string, id: string];

/** Ids of records by a key of theirs, in the order of `<`; ids with the same key in that of the ids. */
export interface Sorted {
  /** From this key on, upwards. */
  from(key: string): Iterable<SortedId>;
  /** Those before this key, downwards. */
  before(key: string): Iterable<SortedId>;
}

/** The order that was asked for last: made then, and kept right from then on. */
export class KeptOrder<R extends object> {
  #kept: { readonly keyOf: KeyOf<R>; readonly ids: SortedIds } | undefined;

  /** The order by a key, of `records` where it is another one than before. */
  by(keyOf: KeyOf<R>, records: Iterable<readonly [id: string, record: R | undefined]>): Sorted {
    if (this.#kept?.keyOf !== keyOf) {
      const ids = new SortedIds();
      for (const [id, record] of records) ids.append(record && keyOf(record), id);
      ids.sort();
      this.#kept = { keyOf, ids };
    }
    return this.#kept.ids;
  }

  /** A record became another one, is new, or is gone. */
  changed(id: string, before: R | undefined, after: R | undefined): void {
    if (!this.#kept) return;
    const { keyOf, ids } = this.#kept;
    ids.move(id, before && keyOf(before), after && keyOf(after));
  }

  /** There are no records any more. */
  clear(): void {
    this.#kept = undefined;
  }
}

/** A list that is kept sorted: found by halves, changed in one move of memory. */
class SortedIds implements Sorted {
  readonly #sorted: SortedId[] = [];

  /** Adds what `sort` brings to its place. */
  append(key: string | undefined, id: string): void {
    if (key !== undefined) this.#sorted.push([key, id]);
  }

  sort(): void {
    this.#sorted.sort(compare);
  }

  /** Where an id stood under the key `before`, it stands under `after`. */
  move(id: string, before: string | undefined, after: string | undefined): void {
    if (before === after) return;
    if (before !== undefined) this.#sorted.splice(this.#find([before, id]), 1);
    if (after !== undefined) this.#sorted.splice(this.#find([after, id]), 0, [after, id]);
  }

  *from(key: string): Generator<SortedId> {
    for (let at = this.#find([key, ""]), found = this.#sorted[at]; found; found = this.#sorted[++at]) yield found;
  }

  *before(key: string): Generator<SortedId> {
    for (let at = this.#find([key, ""]) - 1, found = this.#sorted[at]; found; found = this.#sorted[--at]) yield found;
  }

  /** Where the first one stands that does not come before `entry`. */
  #find(entry: SortedId): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = this.#sorted[middle];
      if (found && compare(found, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Two orders as one. */
export function* merged(
  one: Iterable<SortedId>,
  other: Iterable<SortedId>,
  direction: "up" | "down",
): Generator<SortedId> {
  const sign = direction === "up" ? 1 : -1;
  const [ones, others] = [one[Symbol.iterator](), other[Symbol.iterator]()];
  let [a, b] = [ones.next(), others.next()];
  while (!(a.done && b.done)) {
    if (!a.done && (b.done || compare(a.value, b.value) * sign < 0)) {
      yield a.value;
      a = ones.next();
    } else {
      yield b.value;
      b = others.next();
    }
  }
}

function compare([key, id]: SortedId, [otherKey, otherId]: SortedId): number {
  if (key !== otherKey) return key < otherKey ? -1 : 1;
  if (id === otherId) return 0;
  return id < otherId ? -1 : 1;
}
