import type { Records, SortableReader } from "./document.ts";
import { sizeOf } from "./size-of.ts";
import { KeptOrder, type KeyOf, type Sorted } from "./sorted-ids.ts";

/** Records in memory, with a running count of their size. */
export class MapRecords<R extends object> implements Records<R>, SortableReader<R> {
  readonly #records = new Map<string, R>();
  readonly #sizes = new Map<string, number>();
  #sizeBytes = 0;
  readonly #order = new KeptOrder<R>();

  /** About how many bytes the records take when they are written down. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** How many records there are. */
  get count(): number {
    return this.#records.size;
  }

  get(id: string): R | undefined {
    return this.#records.get(id);
  }

  entries(): Iterable<readonly [string, R]> {
    return this.#records;
  }

  sortedBy(keyOf: KeyOf<R>): Sorted {
    return this.#order.by(keyOf, this.#records);
  }

  /** About how many bytes a record takes with its id; 0 where there is none. */
  sizeBytesOf(id: string): number {
    return this.#sizes.get(id) ?? 0;
  }

  set(id: string, record: R): void {
    const bytes = id.length + sizeOf(record);
    this.#sizeBytes += bytes - this.sizeBytesOf(id);
    this.#sizes.set(id, bytes);
    this.#order.changed(id, this.#records.get(id), record);
    this.#records.set(id, record);
  }

  delete(id: string): void {
    this.#sizeBytes -= this.sizeBytesOf(id);
    this.#sizes.delete(id);
    this.#order.changed(id, this.#records.get(id), undefined);
    this.#records.delete(id);
  }
}
