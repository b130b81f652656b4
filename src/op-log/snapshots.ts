import type { MapRecords } from "../document/document.ts";
import type { Mark, Snapshot } from "./codec.ts";
import { keptMarks, type MarkLimits } from "./marks.ts";
import { RecordParts } from "./record-parts.ts";

/** What a snapshot is made of. */
export interface SnapshotSource {
  readonly records: Pick<MapRecords<object>, "entries" | "sizeBytes" | "sizeBytesOf">;
  readonly marks: ReadonlyMap<string, Mark>;
}

/** A tail of less than this is never due for a snapshot, and a document of less is cheaper than nothing. */
export const MIN_SNAPSHOT_BYTES = 64 * 1024;
/** A snapshot is used again, with what came after it, until that has this share of its size. */
const REUSE_SHARE = 0.25;

/** A snapshot in use, and how much came since. */
interface InUse {
  readonly snapshot: Snapshot;
  readonly sizeBytes: number;
  bytesSince: number;
}

/** The snapshot that is in use, encoded once for the store and for all who join, and when the store needs a new one. */
export class Snapshots {
  readonly #source: SnapshotSource;
  readonly #maxEntries: number;
  #latest: InUse | undefined;
  #storedSeq = 0;
  #storedBytes = 0;
  #bytesSinceStored = 0;

  /** @param maxEntries entries after the stored snapshot from which on a new one is due */
  constructor(source: SnapshotSource, maxEntries: number) {
    this.#source = source;
    this.#maxEntries = maxEntries;
  }

  /** A snapshot of `storedBytes` came from the store: it is in use, too. */
  restored(snapshot: Snapshot, storedBytes: number): void {
    this.#latest = { snapshot, sizeBytes: storedBytes, bytesSince: 0 };
    this.stored(snapshot.seq, storedBytes, 0);
  }

  /** A snapshot of `bytes` is in the store, with `bytesSince` after it. By now another may be in use, or none. */
  stored(seq: number, bytes: number, bytesSince: number): void {
    this.#storedSeq = seq;
    this.#storedBytes = bytes;
    this.#bytesSinceStored = bytesSince;
  }

  /** Seq of the snapshot in the store. */
  get storedSeq(): number {
    return this.#storedSeq;
  }

  /** A snapshot of the entry `seq`, which is the last one, or of a moment before where little came since. */
  take(seq: number, limits: MarkLimits, nowMs: number): Snapshot {
    if (this.#latest) return this.#latest.snapshot;
    const { records, marks } = this.#source;
    const parts = new RecordParts(records.entries(), ([id]) => records.sizeBytesOf(id));
    const snapshot = { seq, parts, marks: keptMarks(marks, limits, nowMs) };
    this.#latest = { snapshot, sizeBytes: records.sizeBytes, bytesSince: 0 };
    return snapshot;
  }

  /** Entries of `bytes` were added up to `seq`: a snapshot that is outweighed, outnumbered or no longer joined to the tail is let go. */
  added(seq: number, bytes: number, tailFrom: number): void {
    this.#bytesSinceStored += bytes;
    if (!this.#latest) return;
    this.#latest.bytesSince += bytes;
    const { snapshot, sizeBytes, bytesSince } = this.#latest;
    const isLight = bytesSince <= sizeBytes * REUSE_SHARE && tailFrom <= snapshot.seq + 1;
    if (!isLight || seq - snapshot.seq >= this.#maxEntries) this.#latest = undefined;
  }

  /** Whether what came since the stored snapshot outweighs it, so that starting from it costs more than a new one. */
  isDue(seq: number): boolean {
    if (seq - this.#storedSeq >= this.#maxEntries) return true;
    return this.#bytesSinceStored >= Math.max(this.#storedBytes, MIN_SNAPSHOT_BYTES);
  }
}
