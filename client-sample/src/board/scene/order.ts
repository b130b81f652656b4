import type { BBox } from "rbush";
import type { Item } from "../words.ts";

/** A shape in the index: its bounds as the tree wants them, and its place in the order once that was asked for. */
export interface Entry extends BBox {
  readonly item: Item;
  /** How many shapes lie below. Only right after {@link Order.number}. */
  rank: number;
}

/** The shapes from bottom to top: by their place in the order, equal ones by id. */
export class Order {
  #entries: Entry[] = [];
  #isNumbered = true;

  /** All of it, from bottom to top. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Puts many in at once, and takes others out. */
  load(entries: readonly Entry[], gone: ReadonlySet<Entry>): void {
    const stay = gone.size === 0 ? this.#entries : this.#entries.filter((entry) => !gone.has(entry));
    this.#entries = [...stay, ...entries].sort((one, other) => compare(one.item, other.item));
    this.#isNumbered = false;
  }

  add(entry: Entry): void {
    this.#entries.splice(this.#placeOf(entry.item), 0, entry);
    this.#isNumbered = false;
  }

  remove(entry: Entry): void {
    const place = this.#placeOf(entry.item);
    if (this.#entries[place] === entry) this.#entries.splice(place, 1);
    this.#isNumbered = false;
  }

  /** Puts an entry where another one with the same place in the order was. */
  replace(before: Entry, after: Entry): void {
    after.rank = before.rank;
    this.#entries[this.#placeOf(before.item)] = after;
  }

  /** The entry `steps` above the one of an item. */
  beside(item: Item, steps: number): Entry | undefined {
    return this.#entries[this.#placeOf(item) + steps];
  }

  /** Makes every rank right. A walk over all of them, so it is done once for many changes, not for each. */
  number(): void {
    if (this.#isNumbered) return;
    this.#entries.forEach((entry, rank) => {
      entry.rank = rank;
    });
    this.#isNumbered = true;
  }

  /** How many entries lie below an item, whether it is one of them or not. */
  #placeOf(item: Item): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry && compare(entry.item, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Below zero where one lies below the other. */
export function compare(one: Item, other: Item): number {
  if (one.z !== other.z) return one.z < other.z ? -1 : 1;
  if (one.id === other.id) return 0;
  return one.id < other.id ? -1 : 1;
}
