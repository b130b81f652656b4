import type { RecordReader } from "../../src/document/document.ts";
import type { Refusal } from "../../src/op-lane/op-lane.ts";
import { type BoardOp, countBrims, isShape } from "./rules/board.ts";

const MAX_BRIMS = 2;
const PAUSE_MS = 500;

/** How often each user may write in texts that are full to the brim: each time all that is in them is read, which takes long. */
export class Brims {
  /** When each did last, who did so last at the end; after a pause they are forgotten. */
  readonly #lastMs = new Map<string, number>();

  /** A user pushes ops: takes them, unless some are for full texts and it was a moment ago that others were. */
  take(userId: string, ops: readonly BoardOp[], records: RecordReader<object>, nowMs: number): Refusal | undefined {
    const brims = brimsOf(records, ops);
    if (brims === 0) return undefined;
    if (brims > MAX_BRIMS) return { code: "TOO_LARGE", detail: "Too much for texts that are full." };
    this.#forget(nowMs);
    const lastMs = this.#lastMs.get(userId);
    if (lastMs !== undefined) {
      return { code: "RATE_LIMITED", detail: "This text is full.", retryAfterMs: Math.ceil(lastMs + PAUSE_MS - nowMs) };
    }
    this.#lastMs.set(userId, nowMs);
    return undefined;
  }

  #forget(nowMs: number): void {
    for (const [userId, lastMs] of this.#lastMs) {
      if (lastMs > nowMs - PAUSE_MS) break;
      this.#lastMs.delete(userId);
    }
  }
}

/** How often all of a text has to be read to take ops one after another. */
function brimsOf(records: RecordReader<object>, ops: readonly BoardOp[]): number {
  const updates = new Map<string, Uint8Array[]>();
  for (const op of ops) {
    if (op.t !== "y") continue;
    const before = updates.get(op.id);
    if (before) before.push(op.u);
    else updates.set(op.id, [op.u]);
  }
  let brims = 0;
  for (const [id, all] of updates) {
    const shape = records.get(id);
    if (isShape(shape)) brims += countBrims(shape.rich ?? [], all);
  }
  return brims;
}
