import type { RecordChange } from "../document/document.ts";
import type { Settled } from "./guards.ts";

/** What a push did, so that it can be undone. */
export interface UndoEntry<R> {
  readonly serial: number;
  readonly changes: readonly RecordChange<R>[];
}

/** The two ways through one's own history. */
export type UndoDirection = "undo" | "redo";

/** What one's own pushes did, to be undone and done again. Of others' pushes it knows nothing. */
export class UndoStacks<R extends object> {
  readonly #maxEntries: number;
  readonly #settled: Settled;
  #stacks: Record<UndoDirection, readonly UndoEntry<R>[]> = { undo: [], redo: [] };

  /** @param maxEntries of each stack; beyond it the oldest can no longer be undone */
  constructor(maxEntries: number, settled: Settled) {
    this.#maxEntries = maxEntries;
    this.#settled = settled;
  }

  /** Whether there is something to undo, or to do again. */
  has(direction: UndoDirection): boolean {
    return this.#stacks[direction].length > 0;
  }

  /** A push was made that is not an undo: what was undone before can no longer be done again. */
  add(entry: UndoEntry<R>): void {
    this.#stacks = { undo: this.#bounded([...this.#stacks.undo, entry]), redo: [] };
  }

  /** The entry that is undone next, or done again. */
  next(direction: UndoDirection): UndoEntry<R> | undefined {
    return this.#stacks[direction].at(-1);
  }

  /** The next entry has nothing left to put back. */
  skip(direction: UndoDirection): void {
    this.#stacks = { ...this.#stacks, [direction]: this.#stacks[direction].slice(0, -1) };
  }

  /**
   * The push `undoing` has put things back to what they were before the next entry. What other entries know of them is true
   * again, but for the revisions: those are now the new push's.
   */
  turn(direction: UndoDirection, undoing: UndoEntry<R>): void {
    const undone = this.next(direction);
    if (!undone) return;
    this.skip(direction);
    const carried = (entry: UndoEntry<R>): UndoEntry<R> => this.#carry(entry, undone, undoing);
    const undo = this.#stacks.undo.map(carried);
    const redo = this.#stacks.redo.map(carried);
    this.#stacks =
      direction === "undo"
        ? { undo, redo: this.#bounded([...redo, undoing]) }
        : { undo: this.#bounded([...undo, undoing]), redo };
  }

  /** A push was refused, so there is nothing of it to undo. */
  forget(serial: number): void {
    const isKept = (entry: UndoEntry<R>): boolean => entry.serial !== serial;
    this.#stacks = { undo: this.#stacks.undo.filter(isKept), redo: this.#stacks.redo.filter(isKept) };
  }

  #bounded(entries: readonly UndoEntry<R>[]): readonly UndoEntry<R>[] {
    return entries.slice(-this.#maxEntries);
  }

  #carry(entry: UndoEntry<R>, undone: UndoEntry<R>, undoing: UndoEntry<R>): UndoEntry<R> {
    const changes = entry.changes.map((change) => {
      const was = undone.changes.find(({ id }) => id === change.id)?.before;
      const is = undoing.changes.find(({ id }) => id === change.id)?.after;
      if (!was || !is) return change;
      const carry = (record: R | undefined): R | undefined =>
        record && this.#withRevs(record, was, is, -undoing.serial);
      return { id: change.id, before: carry(change.before), after: carry(change.after) };
    });
    return { serial: entry.serial, changes };
  }

  /**
   * The same value with the revision `rev` wherever it has the one that `was` has and that became `rev` in `is`. Records are
   * plain data, so a revision is found by what it is and where.
   */
  #withRevs<T>(value: T, was: unknown, is: unknown, rev: number): T {
    if (is === rev && typeof value === "number" && typeof was === "number") {
      return this.#settled.isSameWrite(value, was) ? (rev as T) : value; // T is number here
    }
    if (!isPlain(value) || !isPlain(was) || !isPlain(is)) return value;
    const fields = Object.entries(value).map(([key, field]) => [key, this.#withRevs(field, was[key], is[key], rev)]);
    return Object.fromEntries(fields) as T; // the same keys with values of the same types
  }
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
