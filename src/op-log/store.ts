/** Where logs are kept: the contract that every store fulfils. Stores move bytes; what the bytes mean is the codec's. */

/** A place for the logs of many rooms. */
export interface LogStore {
  /** For people: which kind it is and where it keeps what it is given. */
  readonly description: string;
  /**
   * Takes the log of `key` for writing and makes it where there is none. Whoever held it before is fenced: nothing that
   * they append from now on is taken. While the same process still closes it, this waits for that, at most 10 s.
   *
   * @param key room name and instance, such as `whiteboard/plans`; 1 to 256 characters
   * @param ownerEpoch where ownership is settled elsewhere: refused unless it is higher than that of every opening before
   * @throws ArenaError LOG_IN_USE while this process has it open; LOG_FENCED for an old `ownerEpoch`; LOG_UNAVAILABLE
   */
  open(key: string, ownerEpoch?: number): Promise<StoredLog>;
  /** Ends the store, after what it was given is safe; further calls are refused with LOG_UNAVAILABLE. */
  close(): Promise<void>;
}

/** The log of one room, held by one writer. */
export interface StoredLog {
  /** The epoch of the history: it changes only where the history may have forked, as after a restore from a backup. */
  readonly epoch: number;
  /** The writer's own epoch, higher than that of every writer before. */
  readonly ownerEpoch: number;
  /** The document and its latest entries, without history. Meant for one call right after opening. */
  load(): Promise<LogContent>;
  /**
   * Appends a batch; resolves when it outlives the loss of the process (and of the machine, as far as the store can).
   * Appending the same bytes at the same place again changes nothing and resolves.
   *
   * @throws ArenaError LOG_FENCED: another writer has the log, nothing was written; LOG_UNAVAILABLE: nothing was written,
   * trying again may help; LOG_UNCERTAIN: it cannot be told whether it was written, open the log anew
   */
  append(batch: StoredBatch): Promise<void>;
  /**
   * Puts a snapshot in the place of the one before, in one step. That one and the batches that end before `keepFrom` become
   * history: `load` gives them no more, also where a later call asks for more. Of the history the oldest goes where all of it
   * is more than the store's bound.
   *
   * @throws ArenaError as `append`
   */
  compact(snapshot: StoredSnapshot, keepFrom: number): Promise<void>;
  /**
   * Seqs of the snapshots from which the past can be read, rising; 0 stands for the empty document at the beginning. The
   * last is that of the newest snapshot. Known after `load`.
   */
  readonly bases: readonly number[];
  /**
   * The snapshot of a base above 0; undefined where a compaction has let it go, or it is not there.
   *
   * @throws ArenaError LOG_UNAVAILABLE
   */
  readBase(base: number): Promise<Uint8Array | undefined>;
  /**
   * Batches with entries of a range, in order: the first that there are, of `maxBytes` together or one batch more.
   *
   * @throws ArenaError LOG_UNAVAILABLE
   */
  readBatches(range: SeqRange, maxBytes: number): Promise<readonly StoredBatch[]>;
  /** Drops the batch that begins at `from`, which was never written to its end, and all after it. @throws as `append` */
  cut(from: number): Promise<void>;
  /** Lets go of the log. Does not throw. */
  close(): Promise<void>;
}

/** What a log holds. */
export interface LogContent {
  readonly snapshot: Uint8Array | undefined;
  /** In order; they may begin before the snapshot's seq. */
  readonly batches: readonly StoredBatch[];
}

/** Consecutive seqs, both ends included. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/** Consecutive entries, encoded. `bytes` carries a checksum and is stored as it is. */
export interface StoredBatch extends SeqRange {
  readonly bytes: Uint8Array;
}

/** The whole document at a seq, encoded, with its checksum. */
export interface StoredSnapshot {
  readonly seq: number;
  readonly bytes: Uint8Array;
}

/**
 * The epoch of a new or forked history: the time, so that one that was made after a backup is never made again by the
 * restored log.
 */
export function nextEpoch(wallMs: number, previous = 0): number {
  return Math.max(previous + 1, Math.floor(wallMs));
}
