import {
  MapRecords,
  type OpAuthor,
  type OpDocument,
  Overlay,
  type RecordChange,
  type RecordReader,
} from "../document/document.ts";
import type { OpEntry } from "../protocol/protocol.ts";
import type { StoredPush } from "./outbox.ts";
import { isSame } from "./same.ts";

/** Whose pushes are shown. */
export type ViewAuthor = Omit<OpAuthor, "n">;

/**
 * What a person sees: the records that the server confirmed, and over them what was pushed and is not confirmed yet. What
 * a push wrote has the revision `-serial` until then.
 */
export class View<Op extends object, R extends object> implements RecordReader<R> {
  readonly #document: OpDocument<Op, R>;
  #confirmed = new MapRecords<R>();
  #shown: Overlay<R> = new Overlay(this.#confirmed);
  /** What was seen when changes were last taken, of every record that may have changed since. */
  readonly #before = new Map<string, R | undefined>();

  constructor(document: OpDocument<Op, R>) {
    this.#document = document;
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
    return this.#try(push, author).changes.size > 0;
  }

  /** Shows a push over all that is seen, and says what it changed: nothing where the document does not take it. */
  show(push: StoredPush<Op>, author: ViewAuthor): readonly RecordChange<R>[] {
    const trial = this.#try(push, author);
    const changes = Array.from(trial.changes, ([id, after]) => ({ id, before: this.#shown.get(id), after }));
    for (const { id } of changes) this.#note(id);
    trial.settle(this.#shown);
    return changes;
  }

  /** Makes entries part of what is confirmed, whatever is shown over it. `reshow` follows. */
  confirm(entries: readonly OpEntry<Op>[]): void {
    const fresh = new Overlay(this.#confirmed);
    for (const { effects, ...stamp } of entries) {
      for (const effect of effects) this.#document.evolve(fresh, effect, stamp);
    }
    for (const id of fresh.changes.keys()) this.#note(id);
    fresh.settle(this.#confirmed);
  }

  /** Takes other records for confirmed ones. `reshow` follows. */
  replace(confirmed: MapRecords<R>): void {
    for (const [id] of this.entries()) this.#note(id);
    for (const [id] of confirmed.entries()) this.#note(id);
    this.#confirmed = confirmed;
    this.#shown = new Overlay(confirmed);
  }

  /** Shows what is not confirmed anew. */
  reshow(pushes: Iterable<StoredPush<Op>>, author: ViewAuthor): void {
    for (const id of this.#shown.changes.keys()) this.#note(id);
    this.#shown.drop();
    for (const push of pushes) this.show(push, author);
  }

  /** The ids of all records that look different from what they were when this was last called. */
  takeChanged(): readonly string[] {
    const changed = Array.from(this.#before)
      .filter(([id, before]) => !isSame(before, this.get(id)))
      .map(([id]) => id);
    this.#before.clear();
    return changed;
  }

  #try(push: StoredPush<Op>, author: ViewAuthor): Overlay<R> {
    const trial = new Overlay(this.#shown);
    const stamp = { ...author, n: push.serial, seq: -push.serial, ts: push.ts };
    try {
      for (const op of push.ops) {
        for (const effect of this.#document.apply(trial, op, stamp)) this.#document.evolve(trial, effect, stamp);
      }
    } catch {
      trial.drop(); // whoever pushed it is told by the server what is wrong with it
    }
    return trial;
  }

  #note(id: string): void {
    if (!this.#before.has(id)) this.#before.set(id, this.get(id));
  }
}
