import { type RecordReader, sizeOf } from "../../src/document/document.ts";
import type { Refusal } from "../../src/op-lane/op-lane.ts";
import { isShape } from "./rules/board.ts";

/** A board, as far as it matters how full it is. */
export interface Filled {
  readonly records: RecordReader<object>;
  readonly sizeBytes: number;
  readonly maxBytes: number;
}

/** Where less of a board is filled, nobody is asked how much of it is theirs. */
const FREE_FOR_ALL = 0.5;
const SHARE = 0.25;
/** To count takes a look at every shape; until the next time what is pushed is added. */
const COUNT_MS = 5000;
const GROWING: ReadonlySet<string> = new Set(["create", "restore", "set", "y"]);

/** How much of a board one user may fill with the shapes that they make: a quarter, once it is half full. */
export class Shares {
  #countedMs = Number.NEGATIVE_INFINITY;
  #bytesBy = new Map<string, number>();

  /** A user pushes ops: takes them, unless the user has no share left. What takes nothing is always taken. */
  take(userId: string, ops: readonly { readonly t: string }[], board: Filled, nowMs: number): Refusal | undefined {
    if (board.sizeBytes < board.maxBytes * FREE_FOR_ALL) return undefined;
    const bytes = ops.filter(({ t }) => GROWING.has(t)).reduce((sum, op) => sum + sizeOf(op), 0);
    if (bytes === 0) return undefined;
    if (nowMs - this.#countedMs >= COUNT_MS) this.#count(board.records, nowMs);
    const used = (this.#bytesBy.get(userId) ?? 0) + bytes;
    if (used > board.maxBytes * SHARE) {
      return { code: "TOO_LARGE", detail: "You have filled your share of this board. Delete some of what you made." };
    }
    this.#bytesBy.set(userId, used);
    return undefined;
  }

  #count(records: RecordReader<object>, nowMs: number): void {
    this.#countedMs = nowMs;
    this.#bytesBy = new Map();
    for (const [, record] of records.entries()) {
      if (isShape(record)) this.#bytesBy.set(record.by, (this.#bytesBy.get(record.by) ?? 0) + sizeOf(record));
    }
  }
}
