import type { Records } from "../document/document.ts";

/** Changes over records that stay as they are. */
export class Patch<R extends object> implements Records<R> {
  readonly #below: ReadonlyMap<string, R>;
  /** A record that was deleted stands as undefined. */
  readonly #changes: Map<string, R | undefined>;

  constructor(below: ReadonlyMap<string, R>, changes: Iterable<readonly [string, R | undefined]> = []) {
    this.#below = below;
    this.#changes = new Map(changes);
  }

  /** The same, to be changed by itself. */
  copy(): Patch<R> {
    return new Patch(this.#below, this.#changes);
  }

  get(id: string): R | undefined {
    return this.#changes.has(id) ? this.#changes.get(id) : this.#below.get(id);
  }

  *entries(): Generator<readonly [string, R]> {
    for (const entry of this.#below) if (!this.#changes.has(entry[0])) yield entry;
    for (const [id, record] of this.#changes) if (record) yield [id, record];
  }

  set(id: string, record: R): void {
    this.#changes.set(id, record);
  }

  delete(id: string): void {
    this.#changes.set(id, undefined);
  }
}
