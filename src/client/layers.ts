import { type OpAuthor, type OpDocument, Overlay, type Records, type SortableReader } from "../document/document.ts";
import { Differences, type Writes } from "./differences.ts";
import type { StoredPush } from "./outbox.ts";
import { Looks, Reads } from "./reads.ts";
import { isSame } from "./same.ts";

/** Whose pushes are shown. */
export type ViewAuthor = Omit<OpAuthor, "n" | "role">;

/** A push that lies over others: what it did, and what that depends on. */
export interface Layer<Op, R extends object> {
  readonly serial: number;
  readonly ops: readonly Op[];
  readonly reads: Reads<R>;
  readonly writes: Writes<R>;
  /** Whether each op was taken as it is. */
  readonly isExact: boolean;
}

/** The records below all pushes. */
export interface Ground<R extends object> {
  readonly records: SortableReader<R>;
  /** Those that may be others than they were, as they were. */
  readonly replaced: Writes<R>;
}

const NOTHING: Writes<never> = new Map();

/**
 * Pushes that lie over one another and over records. What a push wrote has the revision `-serial`. Where the records
 * below change, a push is tried again only if it had looked at something that is other now, so that it costs little how many
 * there are.
 */
export class Layers<Op extends object, R extends object> {
  readonly #document: OpDocument<Op, R>;
  /** From the lowest, which is the oldest. */
  #layers: Layer<Op, R>[] = [];
  readonly #looks = new Looks<R>();
  #author: ViewAuthor | undefined;

  constructor(document: OpDocument<Op, R>) {
    this.#document = document;
  }

  /** Does to records what the pushes did. */
  write(records: Records<R>): void {
    for (const { writes } of this.#layers) write(writes, records);
  }

  /** What a push does to records: nothing where the document does not take it. */
  try({ serial, ops, ts }: StoredPush<Op>, author: ViewAuthor, records: SortableReader<R>): Layer<Op, R> {
    const reads = new Reads(records);
    const trial = new Overlay(reads);
    const stamp = { ...author, n: serial, seq: -serial, ts };
    let isExact = true;
    try {
      for (const op of ops) {
        const effects = this.#document.apply(trial, op, stamp);
        isExact &&= effects.length === 1 && effects[0] === op;
        for (const effect of effects) this.#document.evolve(trial, effect, stamp);
      }
    } catch {
      isExact = false;
      trial.drop(); // whoever pushed it is told by the server what is wrong with it
    }
    for (const id of trial.changes.keys()) reads.get(id); // what it writes is not other than it was unless that is
    return { serial, ops, reads, writes: trial.changes, isExact };
  }

  /** Lays a push over all others. */
  add(layer: Layer<Op, R>, author: ViewAuthor): void {
    this.#author ??= author;
    this.#layers.push(layer);
    this.#looks.add(layer.reads);
  }

  /**
   * Lays the pushes that are there now over the ground. Says which records on top are others than they were: as they were, and
   * as they are now.
   */
  restack(pushes: readonly StoredPush<Op>[], author: ViewAuthor, ground: Ground<R>): Differences<R> {
    const climb = new Climb<Op, R>(ground, this.#looks);
    const isSameAuthor = isSame(author, this.#author);
    const old = this.#layers;
    let at = 0;
    for (const push of pushes) {
      for (let gone = old[at]; gone && gone.serial < push.serial; gone = old[++at]) climb.leave(gone);
      const layer = old[at]?.serial === push.serial ? old[at++] : undefined;
      if (layer && layer.ops === push.ops && isSameAuthor && climb.stay(layer)) continue;
      climb.take(layer, this.try(push, author, climb.records));
    }
    for (const gone of old.slice(at)) climb.leave(gone);
    this.#layers = climb.layers;
    this.#author = author;
    return climb.differences;
  }
}

/** The way up through the pushes, from the ground. */
class Climb<Op extends object, R extends object> {
  /** What was passed and is there. */
  readonly layers: Layer<Op, R>[] = [];
  readonly differences: Differences<R>;
  readonly #looks: Looks<R>;
  readonly #height: Overlay<R>;
  /** How many layers were taken into account; those above look at nothing that is other. */
  #passed = 0;
  #isSpent = false;

  constructor({ records, replaced }: Ground<R>, looks: Looks<R>) {
    this.#height = new Overlay(records);
    this.#looks = looks;
    this.differences = new Differences(replaced, this.#height, looks);
  }

  /** The records at this height. */
  get records(): SortableReader<R> {
    this.#catchUp();
    return this.#height;
  }

  /** A layer is no longer there. */
  leave(layer: Layer<Op, R>): void {
    this.#catchUp();
    this.differences.pass(layer.writes, NOTHING);
    this.#looks.remove(layer.reads);
    this.#isSpent = false;
  }

  /** A layer is there as it was, if that is possible: if it looked at nothing that is other now. */
  stay(layer: Layer<Op, R>): boolean {
    this.#isSpent ||= this.differences.isSpent;
    if (!this.#isSpent && this.differences.touch(layer.reads)) return false;
    this.layers.push(layer);
    if (!this.#isSpent) this.#catchUp();
    return true;
  }

  /** A layer takes the place of another, or is new. */
  take(was: Layer<Op, R> | undefined, is: Layer<Op, R>): void {
    this.#catchUp();
    this.differences.pass(was?.writes ?? NOTHING, is.writes);
    if (was) this.#looks.remove(was.reads);
    this.#looks.add(is.reads);
    write(is.writes, this.#height);
    this.differences.keep(is.reads);
    this.layers.push(is);
    this.#passed = this.layers.length;
    this.#isSpent = false;
  }

  #catchUp(): void {
    for (const { reads, writes } of this.layers.slice(this.#passed)) {
      this.differences.pass(writes, writes);
      this.differences.keep(reads);
      write(writes, this.#height);
    }
    this.#passed = this.layers.length;
  }
}

function write<R extends object>(writes: Writes<R>, records: Records<R>): void {
  for (const [id, record] of writes) {
    if (record) records.set(id, record);
    else records.delete(id);
  }
}
