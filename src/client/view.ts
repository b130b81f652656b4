import { MapRecords, type OpDocument, Overlay, type RecordChange, type RecordReader } from "../document/document.ts";
import type { OpEntry } from "../protocol/protocol.ts";
import { Layers, type ViewAuthor } from "./layers.ts";
import type { StoredPush } from "./outbox.ts";
import { isSame } from "./same.ts";

/**
 * What a person sees: the records that the server confirmed, and over them what was pushed and is not confirmed yet. What
 * a push wrote has the revision `-serial` until then.
 */
export class View<Op extends object, R extends object> implements RecordReader<R> {
  readonly #document: OpDocument<Op, R>;
  readonly #layers: Layers<Op, R>;
  #confirmed = new MapRecords<R>();
  /** Lies over what is confirmed, and may repeat some of it. */
  #shown: Overlay<R> = new Overlay(this.#confirmed);
  /** Of the confirmed records those that may be others than at the last `reshow`, as they were. */
  readonly #replaced = new Map<string, R | undefined>();
  /** What was seen when changes were last taken, of every record that may have changed since. */
  readonly #before = new Map<string, R | undefined>();

  constructor(document: OpDocument<Op, R>) {
    this.#document = document;
    this.#layers = new Layers(document);
  }

  /** The records that the server confirmed. */
  get confirmed(): RecordReader<R> {
    return this.#confirmed;
  }

  get(id: string): R | undefined {
    return this.#shown.get(id);
  }

  entries(): Iterable<readonly [string, R]> {
    return this.#shown.entries();
  }

  /** Whether a push would change anything that is seen. */
  wouldChange(push: StoredPush<Op>, author: ViewAuthor): boolean {
    return this.#layers.try(push, author, this.#shown).writes.size > 0;
  }

  /** Whether each op of a push would be taken as it is. */
  isTaken(push: StoredPush<Op>, author: ViewAuthor): boolean {
    return this.#layers.try(push, author, this.#shown).isExact;
  }

  /** Shows a push over all that is seen, and says what it changed: nothing where the document does not take it. */
  show(push: StoredPush<Op>, author: ViewAuthor): readonly RecordChange<R>[] {
    const layer = this.#layers.try(push, author, this.#shown);
    const changes = Array.from(layer.writes, ([id, after]) => ({ id, before: this.#shown.get(id), after }));
    for (const { id, before, after } of changes) this.#see(id, before, after);
    this.#layers.add(layer, author);
    return changes;
  }

  /** Makes entries part of what is confirmed, whatever is shown over it. `reshow` follows. */
  confirm(entries: readonly OpEntry<Op>[]): void {
    const fresh = new Overlay(this.#confirmed);
    for (const { effects, ...stamp } of entries) {
      for (const effect of effects) this.#document.evolve(fresh, effect, stamp);
    }
    for (const id of fresh.changes.keys()) this.#replace(id, this.#confirmed.get(id));
    fresh.settle(this.#confirmed);
  }

  /** Takes other records for confirmed ones. `reshow` follows. */
  replace(confirmed: MapRecords<R>): void {
    for (const [id, record] of this.#confirmed.entries()) this.#replace(id, record);
    for (const [id] of confirmed.entries()) this.#replace(id, undefined);
    this.#confirmed = confirmed;
    this.#shown = new Overlay(confirmed);
    this.#layers.write(this.#shown);
  }

  /** Shows what is not confirmed, all that is left of it. */
  reshow(pushes: readonly StoredPush<Op>[], author: ViewAuthor): void {
    const ground = { records: this.#confirmed, replaced: this.#replaced };
    const { before, now } = this.#layers.restack(pushes, author, ground);
    for (const [id, was] of before) this.#see(id, was, now.get(id));
    this.#replaced.clear();
    if (pushes.length === 0) this.#shown.drop();
  }

  /** The ids of all records that look different from what they were when this was last called. */
  takeChanged(): readonly string[] {
    const changed = Array.from(this.#before)
      .filter(([id, before]) => !isSame(before, this.get(id)))
      .map(([id]) => id);
    this.#before.clear();
    return changed;
  }

  #replace(id: string, before: R | undefined): void {
    if (!this.#replaced.has(id)) this.#replaced.set(id, before);
  }

  #see(id: string, before: R | undefined, after: R | undefined): void {
    if (!this.#before.has(id)) this.#before.set(id, before);
    if (after) this.#shown.set(id, after);
    else this.#shown.delete(id);
  }
}
