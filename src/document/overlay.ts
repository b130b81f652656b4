import type { RecordReader, Records } from "./document.ts";

/** Changes that lie over other records without touching them, until they are settled or dropped. */
export class Overlay<R extends object> implements Records<R> {
  readonly #below: RecordReader<R>;
  /** A record that was deleted here stands as undefined. */
  readonly #changes = new Map<string, R | undefined>();

  constructor(below: RecordReader<R>) {
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

  set(id: string, record: R): void {
    this.#changes.set(id, record);
  }

  delete(id: string): void {
    this.#changes.set(id, undefined);
  }

  /** Makes the changes in `records` and forgets them here. */
  settle(records: Records<R>): void {
    for (const [id, record] of this.#changes) {
      if (record) records.set(id, record);
      else records.delete(id);
    }
    this.#changes.clear();
  }

  /** Forgets the changes. */
  drop(): void {
    this.#changes.clear();
  }
}
