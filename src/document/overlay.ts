import type { Records, SortableReader } from "./document.ts";
import { KeptOrder, type KeyOf, merged, type Sorted, type SortedId } from "./sorted-ids.ts";

/** Changes that lie over other records without touching them, until they are settled or dropped. */
export class Overlay<R extends object> implements Records<R>, SortableReader<R> {
  readonly #below: SortableReader<R>;
  /** A record that was deleted here stands as undefined. */
  readonly #changes = new Map<string, R | undefined>();
  /** Of what was changed here. */
  readonly #order = new KeptOrder<R>();

  constructor(below: SortableReader<R>) {
    this.#below = below;
  }

  /** What was changed here: the new record, or undefined where it was deleted. */
  get changes(): ReadonlyMap<string, R | undefined> {
    return this.#changes;
  }

  get(id: string): R | undefined {
    return this.#changes.has(id) ? this.#changes.get(id) : this.#below.get(id);
  }

  *entries(): Generator<readonly [string, R]> {
    for (const entry of this.#below.entries()) {
      if (!this.#changes.has(entry[0])) yield entry;
    }
    for (const [id, record] of this.#changes) {
      if (record) yield [id, record];
    }
  }

  sortedBy(keyOf: KeyOf<R>): Sorted {
    const below = this.#below.sortedBy(keyOf);
    const own = this.#order.by(keyOf, this.#changes);
    return {
      from: (key) => merged(this.#unchanged(below.from(key)), own.from(key), "up"),
      before: (key) => merged(this.#unchanged(below.before(key)), own.before(key), "down"),
    };
  }

  set(id: string, record: R): void {
    this.#change(id, record);
  }

  delete(id: string): void {
    this.#change(id, undefined);
  }

  /** Makes the changes in `records` and forgets them here. */
  settle(records: Records<R>): void {
    for (const [id, record] of this.#changes) {
      if (record) records.set(id, record);
      else records.delete(id);
    }
    this.drop();
  }

  /** Forgets the changes. */
  drop(): void {
    this.#changes.clear();
    this.#order.clear();
  }

  #change(id: string, record: R | undefined): void {
    this.#order.changed(id, this.#changes.get(id), record);
    this.#changes.delete(id); // so that what was changed last stands last
    this.#changes.set(id, record);
  }

  *#unchanged(ids: Iterable<SortedId>): Generator<SortedId> {
    for (const entry of ids) if (!this.#changes.has(entry[1])) yield entry;
  }
}
