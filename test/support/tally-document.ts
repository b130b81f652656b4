import {
  type OpAuthor,
  type OpDocument,
  OpRefused,
  type RecordReader,
  type Records,
} from "../../src/document/document.ts";

/** A counter. Adding twice shows, so that an op which is taken twice does too. */
export interface Tally {
  readonly count: number;
  /** Seq of the last change. */
  readonly rev: number;
  readonly note?: unknown;
}

/** The ops of a document of counters. */
export type TallyOp =
  | { readonly t: "add"; readonly id: string; readonly by: number }
  | {
      readonly t: "set";
      readonly id: string;
      readonly count: number;
      readonly note?: unknown;
      readonly ifRev?: number;
    }
  | { readonly t: "del"; readonly id: string };

/** What `add` adds at most; more is adjusted. */
export const MAX_STEP = 10;

/**
 * Counters by id, with an op for everything that can become of one: `add` of no integer is INVALID, of more than
 * {@link MAX_STEP} is adjusted; `set` over a newer `ifRev` and `del` of what is not there come too late; the id "locked"
 * is FORBIDDEN, at "broken" the document itself fails, and "by-role" is FORBIDDEN to a "guest".
 */
export const tallyDocument: OpDocument<TallyOp, Tally> = {
  apply(records: RecordReader<Tally>, op: TallyOp, { role }: OpAuthor): readonly TallyOp[] {
    if (isForbidden(op.id, role)) throw new OpRefused("FORBIDDEN", "locked is locked");
    if (op.id === "broken") throw new Error("broken is broken");
    switch (op.t) {
      case "add":
        if (!Number.isInteger(op.by)) throw new OpRefused("INVALID", `by: expected an integer, got ${op.by}`);
        return [op.by > MAX_STEP ? { ...op, by: MAX_STEP } : op];
      case "set":
        return isLate(records, op) ? [] : [op];
      case "del":
        return records.get(op.id) ? [op] : [];
    }
  },

  evolve(records: Records<Tally>, effect: TallyOp, { seq }): void {
    switch (effect.t) {
      case "add":
        records.set(effect.id, { count: (records.get(effect.id)?.count ?? 0) + effect.by, rev: seq });
        break;
      case "set":
        records.set(effect.id, { count: effect.count, rev: seq, note: effect.note ?? null });
        break;
      case "del":
        records.delete(effect.id);
        break;
    }
  },
};

export function add(id: string, by = 1): TallyOp {
  return { t: "add", id, by };
}

export function set(id: string, count: number, more: { note?: unknown; ifRev?: number } = {}): TallyOp {
  return { t: "set", id, count, ...more };
}

export function del(id: string): TallyOp {
  return { t: "del", id };
}

function isForbidden(id: string, role: string | undefined): boolean {
  return id === "locked" || (id === "by-role" && role === "guest");
}

function isLate(
  records: RecordReader<Tally>,
  { id, ifRev }: { readonly id: string; readonly ifRev?: number },
): boolean {
  return ifRev !== undefined && ifRev !== (records.get(id)?.rev ?? 0);
}
