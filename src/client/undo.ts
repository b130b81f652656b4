import type { RecordChange } from "../document/document.ts";
import type { Settled } from "./guards.ts";

/** What a push did, so that it can be undone. */
export interface PushChanges<R> {
  readonly serial: number;
  readonly changes: readonly RecordChange<R>[];
}

/** Pushes that are undone together, and done again together, in their order. */
export type UndoStep<R> = readonly PushChanges<R>[];

/** The two ways through one's own history. */
export type UndoDirection = "undo" | "redo";

/** What the pushes of a step did together, by when each record was changed last: undone backwards, nothing stands in the way of the rest. */
export function changesOf<R>(step: UndoStep<R>): readonly RecordChange<R>[] {
  const byId = new Map<string, RecordChange<R>>();
  for (const change of step.flatMap(({ changes }) => changes)) {
    const { before } = byId.get(change.id) ?? change;
    byId.delete(change.id);
    byId.set(change.id, { ...change, before });
  }
  return [...byId.values()];
}

/** What one's own pushes did, to be undone and done again. Of others' pushes it knows nothing. */
export class UndoStacks<R extends object> {
  readonly #maxSteps: number;
  readonly #settled: Settled;
  readonly #invert: (change: RecordChange<R>) => readonly object[];
  #stacks: Record<UndoDirection, readonly UndoStep<R>[]> = { undo: [], redo: [] };

  /** @param maxSteps of each stack; beyond it the oldest can no longer be undone */
  constructor(maxSteps: number, settled: Settled, invert: (change: RecordChange<R>) => readonly object[]) {
    this.#maxSteps = maxSteps;
    this.#settled = settled;
    this.#invert = invert;
  }

  /** Whether there is something to undo, or to do again. */
  has(direction: UndoDirection): boolean {
    return this.#stacks[direction].length > 0;
  }

  /**
   * Pushes were made that are no undo: what was undone before can no longer be done again. Those that nothing undoes, as messages
   * of a chat, do not count.
   *
   * @param joins serial of a push whose step they are part of; a step of their own where that is gone, or where somebody else has
   * changed what both have, since undoing both at once would undo that too
   */
  add(step: UndoStep<R>, joins?: number): void {
    if (!changesOf(step).some((change) => this.#invert(change).length > 0)) return;
    const { undo } = this.#stacks;
    const place = undo.findLastIndex((one) => one.some(({ serial }) => serial === joins));
    const known = undo[place];
    const steps = known && this.#continues(known, step) ? undo.with(place, [...known, ...step]) : [...undo, step];
    this.#stacks = { undo: this.#bounded(steps), redo: [] };
  }

  /** The step that is undone next, or done again. */
  next(direction: UndoDirection): UndoStep<R> | undefined {
    return this.#stacks[direction].at(-1);
  }

  /** The next step has nothing left to put back. */
  skip(direction: UndoDirection): void {
    this.#stacks = { ...this.#stacks, [direction]: this.#stacks[direction].slice(0, -1) };
  }

  /**
   * The pushes of `undoing` have put things back to what they were before the next step. What other steps know of them is true
   * again, but for the revisions: those are now the new pushes'.
   */
  turn(direction: UndoDirection, undoing: UndoStep<R>): void {
    const undone = this.next(direction);
    if (!undone) return;
    this.skip(direction);
    const carry = this.#carrier(undone, undoing);
    const undo = this.#stacks.undo.map(carry);
    const redo = this.#stacks.redo.map(carry);
    this.#stacks =
      direction === "undo"
        ? { undo, redo: this.#bounded([...redo, undoing]) }
        : { undo: this.#bounded([...undo, undoing]), redo };
  }

  /** A push was refused, so there is nothing of it to undo. */
  forget(serial: number): void {
    const without = (steps: readonly UndoStep<R>[]): readonly UndoStep<R>[] =>
      steps.map((step) => step.filter((push) => push.serial !== serial)).filter(({ length }) => length > 0);
    this.#stacks = { undo: without(this.#stacks.undo), redo: without(this.#stacks.redo) };
  }

  /** Whether nothing has changed the records of both between a step and another. */
  #continues(known: UndoStep<R>, step: UndoStep<R>): boolean {
    const after = new Map(changesOf(known).map((change) => [change.id, change.after]));
    return changesOf(step).every(
      ({ id, before }) =>
        !after.has(id) || this.#invert({ id, before: this.#named(after.get(id)), after: before }).length === 0,
    );
  }

  /** The same value with the seqs of own writes, where they are known by now. */
  #named<T>(value: T): T {
    if (typeof value === "number") return this.#settled.named(value) as T & number;
    if (!isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, this.#named(field)])) as T; // the same keys
  }

  #bounded(steps: readonly UndoStep<R>[]): readonly UndoStep<R>[] {
    return steps.slice(-this.#maxSteps);
  }

  #carrier(undone: UndoStep<R>, undoing: UndoStep<R>): (step: UndoStep<R>) => UndoStep<R> {
    const was = new Map(changesOf(undone).map(({ id, before }) => [id, before]));
    const is = new Map(changesOf(undoing).map(({ id, after }) => [id, after]));
    const serials = new Set(undoing.map(({ serial }) => serial));
    const carryRecord = (id: string, record: R | undefined): R | undefined =>
      record && this.#withRevs(record, was.get(id), is.get(id), serials);
    const carry = ({ id, before, after }: RecordChange<R>): RecordChange<R> =>
      was.get(id) && is.get(id)
        ? { id, before: carryRecord(id, before), after: carryRecord(id, after) }
        : { id, before, after };
    return (step) => step.map(({ serial, changes }) => ({ serial, changes: changes.map(carry) }));
  }

  /**
   * The same value with the revision of a new push wherever it has the one that `was` has and that became the new one in `is`.
   * Records are plain data, so a revision is found by what it is and where.
   */
  #withRevs<T>(value: T, was: unknown, is: unknown, serials: ReadonlySet<number>): T {
    if (typeof value === "number" && typeof was === "number" && typeof is === "number" && serials.has(-is)) {
      return this.#settled.isSameWrite(value, was) ? (is as T & number) : value;
    }
    if (!isPlain(value) || !isPlain(was) || !isPlain(is)) return value;
    const fields = Object.entries(value).map(([key, field]) => [
      key,
      this.#withRevs(field, was[key], is[key], serials),
    ]);
    return Object.fromEntries(fields) as T; // the same keys with values of the same types
  }
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
