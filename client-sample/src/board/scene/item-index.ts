import RBush from "rbush";
import type { Box, Item } from "../words.ts";
import { type Entry, Order } from "./order.ts";

/** Many more changes than this at once are put into a tree of their own first. */
const MANY = 200;
const NODE_SIZE = 16;

/** Shapes by id, by place and in their order. */
export class ItemIndex {
  readonly #byId = new Map<string, Entry>();
  readonly #tree = new RBush<Entry>(NODE_SIZE);
  readonly #order = new Order();

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Item | undefined {
    return this.#byId.get(id)?.item;
  }

  ids(): Iterable<string> {
    return this.#byId.keys();
  }

  /** Puts items in, in place of those with the same ids. */
  put(items: readonly Item[]): void {
    if (items.length > MANY) this.#load(items);
    else for (const item of items) this.#put(item);
  }

  remove(id: string): void {
    const entry = this.#byId.get(id);
    if (!entry) return;
    this.#byId.delete(id);
    this.#tree.remove(entry);
    this.#order.remove(entry);
  }

  /** Those whose bounds touch a box, in the order. */
  in({ x, y, w, h }: Box): Entry[] {
    const found = this.#tree.search({ minX: x, minY: y, maxX: x + w, maxY: y + h });
    this.#order.number();
    return found.sort((one, other) => one.rank - other.rank);
  }

  /** All of them, in the order. */
  all(): readonly Entry[] {
    this.#order.number();
    return this.#order.entries;
  }

  /** The item `steps` above another one of this index. */
  beside(item: Item, steps: number): Item | undefined {
    return this.#order.beside(item, steps)?.item;
  }

  /** What all of them cover. */
  get bounds(): Box | undefined {
    if (this.size === 0) return undefined;
    const { minX, minY, maxX, maxY } = this.#tree.toJSON(); // the root of the tree, not a copy
    return { x: minX, y: minY, w: maxX - minX, h: maxY - minY };
  }

  #put(item: Item): void {
    const before = this.#byId.get(item.id);
    const entry = entryOf(item);
    this.#byId.set(item.id, entry);
    if (before) this.#tree.remove(before);
    this.#tree.insert(entry);
    if (before?.item.z === item.z) {
      this.#order.replace(before, entry);
      return;
    }
    if (before) this.#order.remove(before);
    this.#order.add(entry);
  }

  #load(items: readonly Item[]): void {
    const gone = new Set<Entry>();
    const entries = items.map(entryOf);
    for (const entry of entries) {
      const before = this.#byId.get(entry.item.id);
      if (before) gone.add(before);
      this.#byId.set(entry.item.id, entry);
    }
    for (const entry of gone) this.#tree.remove(entry);
    this.#tree.load(entries);
    this.#order.load(entries, gone);
  }
}

function entryOf(item: Item): Entry {
  const { x, y, w, h } = item.bounds;
  return { minX: x, minY: y, maxX: x + w, maxY: y + h, item, rank: 0 };
}
