import { ArenaError } from "../errors/errors.ts";
import { type Batch, type BatchContent, decodeBatch, decodeSnapshot, type Snapshot, TornError } from "./codec.ts";
import type { LogContent, StoredBatch } from "./store.ts";

/** A batch with what it holds. */
export interface RecoveredBatch<Op> extends BatchContent<Op> {
  readonly batch: Batch;
}

/** What a log comes to. */
export interface Recovered<Op> {
  readonly snapshot: Snapshot | undefined;
  /** In order and without a hole. Those before the snapshot's seq are kept for resumes only. */
  readonly batches: readonly RecoveredBatch<Op>[];
  /** The last batch was never written to its end; whoever goes on has to cut the log here first. */
  readonly tornFrom: number | undefined;
}

/**
 * Reads what a store kept. A last batch that ends too early was never acknowledged and is left out; anything else that is
 * wrong is a damage that nobody may write over.
 *
 * @throws ArenaError LOG_CORRUPT naming the place
 */
export function recover<Op>({ snapshot: bytes, batches }: LogContent): Recovered<Op> {
  const snapshot = bytes && decodeSnapshot(bytes);
  const safeSeq = snapshot?.seq ?? 0;
  assertDense(batches, safeSeq);
  const read: RecoveredBatch<Op>[] = [];
  for (const stored of batches) {
    const mayBeTorn = stored === batches.at(-1) && stored.from > safeSeq;
    const batch = readBatch<Op>(stored, mayBeTorn);
    if (!batch) return { snapshot, batches: read, tornFrom: stored.from };
    read.push(batch);
  }
  return { snapshot, batches: read, tornFrom: undefined };
}

/** @throws ArenaError LOG_CORRUPT where an entry is missing in the batches, or between the snapshot and them */
function assertDense(batches: readonly StoredBatch[], safeSeq: number): void {
  let due = Math.min(batches[0]?.from ?? safeSeq + 1, safeSeq + 1);
  for (const stored of batches) {
    if (stored.from !== due) throw corrupt(stored, `Entry ${due} is missing.`);
    due = stored.to + 1;
  }
  if (due <= safeSeq) throw new ArenaError("LOG_CORRUPT", `Entry ${due} is missing before the snapshot of ${safeSeq}.`);
}

function readBatch<Op>(stored: StoredBatch, mayBeTorn: boolean): RecoveredBatch<Op> | undefined {
  try {
    const { entries, wire, outcomes, owners } = decodeBatch<Op>(stored.bytes);
    const isWhole = entries.every(({ seq }, index) => seq === stored.from + index) && entries.at(-1)?.seq === stored.to;
    if (!isWhole) throw new ArenaError("LOG_CORRUPT", "Its entries are not those that it should hold.");
    return { batch: { ...stored, wire, ts: entries.at(-1)?.ts ?? 0 }, entries, outcomes, owners };
  } catch (error) {
    if (error instanceof TornError && mayBeTorn) return undefined;
    throw corrupt(stored, error instanceof Error ? error.message : String(error));
  }
}

function corrupt({ from, to }: StoredBatch, what: string): ArenaError {
  return new ArenaError("LOG_CORRUPT", `Entries ${from} to ${to}: ${what}`);
}
