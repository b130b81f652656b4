import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { LmdbEnv } from "../lmdb/lmdb.ts";
import { batchRange, LogKeys, STORE_KEY, snapshotSeq } from "./lmdb-keys.ts";
import type { LoadedContent, LogMedium } from "./owned-log.ts";
import { OwnedStore, type OwnedStoreOptions, type StoreMedium } from "./owned-store.ts";
import { type PastStep, readIndex, writeIndex } from "./segments.ts";
import { type LogStore, nextEpoch, type SeqRange, type StoredBatch, type StoredSnapshot } from "./store.ts";

/** Where the logs are, and whether they are what they were. */
export interface LmdbStoreOptions extends OwnedStoreOptions {
  /** Folder of the database; made where it is missing, in a folder that is there. */
  readonly path: string;
  /** The data was put back from a backup: each log gets a new history when this store first opens it. Default: false. */
  readonly isRestored?: boolean;
}

/**
 * A store in a folder on this machine. A write resolves after it was flushed to disk; the rooms share the flushes, which
 * happen in a thread of their own. Several processes may use one folder: the last that opens a log has it.
 *
 * The folder is opened with the first log. Where it cannot be, or is full, calls are refused with LOG_UNAVAILABLE until it can.
 */
export function createLmdbStore(options: LmdbStoreOptions): LogStore {
  return new OwnedStore(new LmdbMedium(options), options);
}

const NUMBER_BYTES = 8;
/** How often another process may come first while a log is taken, before it is given up. */
const MAX_TAKES = 10;

class LmdbMedium implements StoreMedium {
  readonly description: string;
  readonly #env: LmdbEnv;
  readonly #clock: Clock;
  readonly #isRestored: boolean;
  /** How often this data was put back from a backup, once that is written down. */
  #generation: Promise<number> | undefined;

  constructor({ path, clock, isRestored = false }: LmdbStoreOptions) {
    this.description = `LMDB in ${path}`;
    this.#env = new LmdbEnv(path, clock);
    this.#clock = clock;
    this.#isRestored = isRestored;
  }

  async take(key: string, ownerEpoch?: number): Promise<LogMedium> {
    const keys = new LogKeys(key);
    const generation = await this.#currentGeneration();
    for (let takes = 0; takes < MAX_TAKES; takes++) {
      const owner = await this.#tryTake(keys, generation, ownerEpoch);
      if (!owner) continue;
      return new LmdbWriter(this.#env, keys, owner);
    }
    throw new ArenaError("LOG_UNAVAILABLE", "Other processes keep taking it.", { details: { key } });
  }

  close(): Promise<void> {
    return this.#env.close();
  }

  /** A log of an earlier generation may lack what clients were told: it begins a new history when it is opened next. */
  #currentGeneration(): Promise<number> {
    const stored = this.#env.db.get(STORE_KEY);
    const generation = stored ? readNumbers(stored)[0] : 0;
    if (!this.#isRestored) return Promise.resolve(generation);
    this.#generation ??= this.#raise(generation + 1);
    return this.#generation;
  }

  async #raise(generation: number): Promise<number> {
    try {
      await this.#env.write(() => this.#env.db.put(STORE_KEY, encodeNumbers(generation, 0)));
      return generation;
    } catch (error) {
      this.#generation = undefined; // another opening tries again
      throw error;
    }
  }

  async #tryTake(keys: LogKeys, generation: number, wanted: number | undefined): Promise<Owner | undefined> {
    const { db } = this.#env;
    const head = db.getEntry(keys.head);
    const before = head?.version ?? 0;
    if (wanted !== undefined && wanted <= before) throw new ArenaError("LOG_FENCED");
    const owner = { epoch: this.#epochOf(head?.value, generation), ownerEpoch: wanted ?? before + 1 };
    const put = (): unknown => db.put(keys.head, encodeNumbers(owner.epoch, generation), owner.ownerEpoch);
    const isTaken = await this.#env
      .write(() => (head ? db.ifVersion(keys.head, before, put) : db.ifNoExists(keys.head, put)))
      .catch((cause) => {
        if (!(cause instanceof ArenaError && cause.code === "LOG_UNCERTAIN")) throw cause;
        // To have been the owner for a moment harms nobody: the next to open the log comes after it.
        throw new ArenaError("LOG_UNAVAILABLE", "It cannot be told whether it was opened.", { cause });
      });
    return isTaken ? owner : undefined;
  }

  #epochOf(stored: Uint8Array | undefined, generation: number): number {
    const [epoch, of] = stored ? readNumbers(stored) : [undefined, 0];
    return epoch !== undefined && of >= generation ? epoch : nextEpoch(this.#clock.wallMs(), epoch);
  }
}

interface Owner {
  readonly epoch: number;
  readonly ownerEpoch: number;
}

class LmdbWriter implements LogMedium {
  readonly epoch: number;
  readonly ownerEpoch: number;
  readonly #env: LmdbEnv;
  readonly #keys: LogKeys;

  constructor(env: LmdbEnv, keys: LogKeys, { epoch, ownerEpoch }: Owner) {
    this.#env = env;
    this.#keys = keys;
    this.epoch = epoch;
    this.ownerEpoch = ownerEpoch;
  }

  last(): number {
    const snapshot = this.#snapshotKey();
    const [batch] = this.#env.db.getKeys({
      start: this.#keys.afterBatches,
      end: this.#keys.batch(0),
      reverse: true,
      limit: 1,
    });
    return Math.max(batch ? batchRange(batch).to : 0, snapshot ? snapshotSeq(snapshot) : 0);
  }

  load(): LoadedContent {
    const { db } = this.#env;
    const snapshot = this.#snapshotKey();
    const index = readIndex(db.get(this.#keys.index)?.toString());
    return {
      snapshot: snapshot && db.get(snapshot),
      batches: [...this.#batches(index.keepFrom)],
      snapshotSeq: snapshot ? snapshotSeq(snapshot) : 0,
      index,
    };
  }

  async holds({ from, to, bytes }: StoredBatch): Promise<boolean> {
    await this.#write(() => {});
    const there = this.#env.db.get(this.#keys.batch(from, to));
    return there !== undefined && Buffer.compare(there, bytes) === 0;
  }

  async append({ from, to, bytes }: StoredBatch): Promise<void> {
    await this.#write(() => this.#env.db.put(this.#keys.batch(from, to), bytes));
  }

  async compact({ seq, bytes }: StoredSnapshot, { index, dropped, dropBefore }: PastStep): Promise<void> {
    const batches = this.#batchKeys(0, dropBefore).filter((key) => batchRange(key).to < dropBefore);
    await this.#write(() => {
      const { db } = this.#env;
      for (const base of dropped) void db.remove(this.#keys.snapshot(base));
      void db.put(this.#keys.snapshot(seq), bytes);
      void db.put(this.#keys.index, Buffer.from(writeIndex(index)));
      for (const key of batches) void db.remove(key);
    });
  }

  async cut(from: number): Promise<void> {
    const dropped = this.#batchKeys(from);
    await this.#write(() => {
      for (const key of dropped) void this.#env.db.remove(key);
    });
  }

  async readBase(base: number): Promise<Uint8Array | undefined> {
    const key = this.#keys.snapshot(base);
    await this.#env.db.prefetch([key]); // a thread waits for the disk, where it is not in memory
    return this.#env.db.get(key);
  }

  async readBatches({ from, to }: SeqRange, maxBytes: number): Promise<readonly StoredBatch[]> {
    const batches: StoredBatch[] = [];
    let bytes = 0;
    for (const batch of this.#batches(from)) {
      if (batch.from > to) break;
      batches.push(batch);
      bytes += batch.bytes.byteLength;
      if (bytes >= maxBytes) break;
    }
    return batches;
  }

  /** The newest. */
  #snapshotKey(): Buffer | undefined {
    const [start, end] = [this.#keys.afterSnapshots, this.#keys.snapshot(0)];
    const [key] = this.#env.db.getKeys({ start, end, reverse: true, limit: 1 });
    return key;
  }

  /** The batches that end at `from` or later, read as they are asked for. */
  *#batches(from: number): Generator<StoredBatch> {
    const { db } = this.#env;
    const before = db.getKeys({ start: this.#keys.batch(from), end: this.#keys.batch(0), reverse: true, limit: 1 });
    const [start = this.#keys.batch(from)] = [...before].filter((key) => batchRange(key).to >= from);
    for (const { key, value } of db.getRange({ start, end: this.#keys.afterBatches })) {
      yield { ...batchRange(key), bytes: value };
    }
  }

  /** Keys of the batches that begin at `start` or later, and before `end`. */
  #batchKeys(start: number, end?: number): Buffer[] {
    const keys = this.#keys;
    return [...this.#env.db.getKeys({ start: keys.batch(start), end: end ? keys.batch(end) : keys.afterBatches })];
  }

  /** Writes what `change` does where the log is still this writer's, all or nothing. */
  async #write(change: () => unknown): Promise<void> {
    const isOwner = await this.#env.write((db) => db.ifVersion(this.#keys.head, this.ownerEpoch, change));
    if (!isOwner) throw new ArenaError("LOG_FENCED");
  }
}

function encodeNumbers(first: number, second: number): Buffer {
  const bytes = Buffer.alloc(2 * NUMBER_BYTES);
  bytes.writeDoubleBE(first);
  bytes.writeDoubleBE(second, NUMBER_BYTES);
  return bytes;
}

function readNumbers(stored: Uint8Array): readonly [number, number] {
  const bytes = Buffer.from(stored);
  return [bytes.readDoubleBE(), bytes.readDoubleBE(NUMBER_BYTES)];
}
