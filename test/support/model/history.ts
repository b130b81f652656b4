import assert from "node:assert/strict";
import { type BoardOp, type BoardRecord, board, isShape } from "../../../rooms/whiteboard/rules/board.ts";
import { isSame } from "../../../src/client/same.ts";
import type { RecordReader } from "../../../src/document/document.ts";
import type { OpEntry } from "../../../src/protocol/protocol.ts";

/** Records as a plain fold of the log leaves them. */
export type Fold = ReadonlyMap<string, BoardRecord>;

/** An entry of the log, and whose edit it was. */
export interface Told {
  readonly entry: OpEntry<BoardOp>;
  readonly edit: number;
}

/** All that was ever written in one history, with the records after each entry. */
export class History {
  readonly #told: Told[] = [];
  readonly #folds: Fold[] = [new Map()];
  /** The entries of each edit. */
  readonly #places = new Map<number, readonly number[]>();
  /** Records of a client that were found to be those of the log: they are not looked at again. */
  readonly #same = new WeakMap<BoardRecord, BoardRecord>();

  get seq(): number {
    return this.#told.length;
  }

  get all(): readonly Told[] {
    return this.#told;
  }

  /** The records after the entry `seq`. */
  at(seq: number): Fold {
    const fold = this.#folds[seq];
    assert.ok(fold, `entry ${seq} is beyond the end of the log, which is ${this.seq}`);
    return fold;
  }

  /** The entries that an edit came to: one, unless something is wrong. */
  placesOf(edit: number): readonly number[] {
    return this.#places.get(edit) ?? [];
  }

  /** The history of which only the entries up to `seq` are left. */
  upTo(seq: number): History {
    const history = new History();
    for (const told of this.#told.slice(0, seq)) history.add(told);
    return history;
  }

  add(told: Told): void {
    const { effects, ...stamp } = told.entry;
    assert.equal(stamp.seq, this.seq + 1, "[LOG1] the next entry has the next number");
    const fold = new Map(this.at(this.seq));
    for (const effect of effects) board.evolve(fold, effect, stamp);
    this.#told.push(told);
    this.#places.set(told.edit, [...this.placesOf(told.edit), stamp.seq]);
    this.#folds.push(fold);
  }

  /** Whether records are those that the log comes to at `seq`. */
  isAt(seq: number, records: RecordReader<BoardRecord>, options = { withTombstones: true }): boolean {
    const fold = this.at(seq);
    const seen = options.withTombstones ? fold : new Map([...fold].filter(([, record]) => isShape(record)));
    let found = 0;
    for (const [id, record] of records.entries()) {
      if (!options.withTombstones && !isShape(record)) continue;
      found++;
      if (!this.#isSame(record, seen.get(id))) return false;
    }
    return found === seen.size;
  }

  #isSame(record: BoardRecord, expected: BoardRecord | undefined): boolean {
    if (!expected) return false;
    if (this.#same.get(record) === expected) return true;
    if (!isSame(record, expected)) return false;
    this.#same.set(record, expected);
    return true;
  }
}
