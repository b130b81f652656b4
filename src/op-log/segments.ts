import { MIN_SNAPSHOT_BYTES } from "./snapshots.ts";

/**
 * A stretch of a log's past: the snapshot that it begins with, or nothing where that is of 0, and the entries after it up to
 * the next stretch. By it alone every state within it can be told.
 */
export interface Segment {
  /** Seq of its snapshot. */
  readonly base: number;
  readonly snapshotBytes: number;
  readonly batchBytes: number;
}

/** What a store keeps about a log beside its snapshots and batches. */
export interface LogIndex {
  /** Batches that end before this are history: an opening does not read them. */
  readonly keepFrom: number;
  /** Stretches that ended, oldest first. The one that goes on begins with the newest snapshot and is not among them. */
  readonly past: readonly Segment[];
}

/** What a compaction makes of the past, to be done in one step with it. */
export interface PastStep {
  readonly index: LogIndex;
  /** Seqs of the snapshots that are let go; the one that is replaced may be among them. */
  readonly dropped: readonly number[];
  /** Batches that end before this are let go. */
  readonly dropBefore: number;
}

/** A snapshot, and how large it is. */
export interface SnapshotSize {
  readonly seq: number;
  readonly bytes: number;
}

/** What is known when a snapshot takes the place of another. */
export interface Replacement {
  /** The one that is there; seq 0 and no bytes where there is none. */
  readonly before: SnapshotSize;
  readonly after: SnapshotSize;
  /** Bytes of the batches between the two. */
  readonly batchBytes: number;
  readonly keepFrom: number;
}

/** A log that was never compacted. */
export const EMPTY_INDEX: LogIndex = { keepFrom: 0, past: [] };

/**
 * What of the past remains when a snapshot replaces another: the newest stretches that together have at most `maxBytes`, each
 * whole. The snapshot that is replaced begins a stretch of its own only where the one before it outweighs it, so that
 * a document which is opened and closed for every few entries does not fill its past with snapshots. What an opening does not
 * read any more is not read again.
 */
export function stepPast(index: LogIndex, change: Replacement, maxBytes: number): PastStep {
  const { before, after } = change;
  const keepFrom = Math.max(index.keepFrom, change.keepFrom);
  const grown = after.seq === before.seq ? index.past : grow(index.past, change);
  const past = newest(grown, maxBytes);
  const isKept = (base: number): boolean => past.some((segment) => segment.base === base);
  const known = new Set([...index.past, ...grown].map(({ base }) => base).concat(before.seq));
  const dropped = [...known].filter((base) => base > 0 && base !== after.seq && !isKept(base));
  const first = past[0]?.base ?? after.seq;
  return { index: { keepFrom, past }, dropped, dropBefore: Math.min(keepFrom, first + 1) };
}

/** The index as a text to be kept. */
export function writeIndex({ keepFrom, past }: LogIndex): string {
  const segments = past.map(({ base, snapshotBytes, batchBytes }) => [base, snapshotBytes, batchBytes]);
  return JSON.stringify([keepFrom, segments]);
}

/** Reads what {@link writeIndex} wrote; where it is damaged or missing, the log counts as one without a past. */
export function readIndex(text: string | undefined): LogIndex {
  try {
    const [keepFrom, segments] = JSON.parse(text ?? "") as [number, [number, number, number][]]; // checked below
    const past = segments.map(([base, snapshotBytes, batchBytes]) => ({ base, snapshotBytes, batchBytes }));
    const numbers = [
      keepFrom,
      ...past.flatMap(({ base, snapshotBytes, batchBytes }) => [base, snapshotBytes, batchBytes]),
    ];
    return numbers.every(Number.isSafeInteger) ? { keepFrom, past } : EMPTY_INDEX;
  } catch {
    return EMPTY_INDEX; // all batches are read then, which is right, if slower
  }
}

function grow(past: readonly Segment[], { before, batchBytes }: Replacement): readonly Segment[] {
  const last = past.at(-1);
  if (last && last.batchBytes < Math.max(before.bytes, MIN_SNAPSHOT_BYTES)) {
    return [...past.slice(0, -1), { ...last, batchBytes: last.batchBytes + batchBytes }];
  }
  return [...past, { base: before.seq, snapshotBytes: before.bytes, batchBytes }];
}

function newest(past: readonly Segment[], maxBytes: number): readonly Segment[] {
  let bytes = 0;
  const first = past.findLastIndex(({ snapshotBytes, batchBytes }) => {
    bytes += snapshotBytes + batchBytes;
    return bytes > maxBytes;
  });
  return past.slice(first + 1);
}
