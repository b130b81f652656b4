import type { RecordReader } from "../../src/document/document.ts";
import { type BoardOp, brimsOf } from "./rules/board.ts";

/** Why a push is not taken now, or at all. */
export interface TooCostly {
  readonly code: "RATE_LIMITED" | "TOO_LARGE";
  readonly detail: string;
  readonly retryAfterMs?: number;
}

const MAX_BRIMS = 2;
const PAUSE_MS = 500;

/** How often each user may write in texts that are full to the brim: each time all that is in them is read, which takes long. */
export class Brims {
  /** When each did last, who did so last at the end; after a pause they are forgotten. */
  readonly #lastMs = new Map<string, number>();

  /** A user pushes ops: takes them, unless some are for full texts and it was a moment ago that others were. */
  take(userId: string, ops: readonly BoardOp[], records: RecordReader<object>, nowMs: number): TooCostly | undefined {
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
