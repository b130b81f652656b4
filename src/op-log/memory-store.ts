import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { LoadedContent, LogMedium } from "./owned-log.ts";
import { OwnedStore, type OwnedStoreOptions, type StoreMedium } from "./owned-store.ts";
import { EMPTY_INDEX, type LogIndex, type PastStep } from "./segments.ts";
import { type LogStore, nextEpoch, type SeqRange, type StoredBatch, type StoredSnapshot } from "./store.ts";

/** What the memory stores of one process hold, to be shared by those that stand for several processes. */
export class MemoryLogs extends Map<string, MemoryLog> {
  /** How often what is held was put back from a backup. */
  generation = 0;
}

interface MemoryLog {
  /** The generation in which it got its epoch. */
  generation: number;
  epoch: number;
  ownerEpoch: number;
  /** By their seq, rising; the last one is the document. */
  readonly snapshots: Map<number, Uint8Array>;
  batches: StoredBatch[];
  index: LogIndex;
}

/** What a store in memory is made of. */
export interface MemoryStoreOptions extends OwnedStoreOptions {
  /** See `createLmdbStore`. */
  readonly isRestored?: boolean;
  /** What an earlier store held. @default empty */
  readonly logs?: MemoryLogs;
}

/** A store whose logs end with the process: for tests, and for rooms that need not outlive it. */
export function createMemoryStore(options: MemoryStoreOptions): LogStore {
  return new OwnedStore(new MemoryMedium(options), options);
}

class MemoryMedium implements StoreMedium {
  readonly description = "memory";
  readonly #clock: Clock;
  readonly #logs: MemoryLogs;

  constructor({ clock, isRestored = false, logs = new MemoryLogs() }: MemoryStoreOptions) {
    this.#clock = clock;
    this.#logs = logs;
    if (isRestored) logs.generation++;
  }

  async take(key: string, ownerEpoch?: number): Promise<LogMedium> {
    const log = this.#logs.get(key) ?? emptyLog();
    if (ownerEpoch !== undefined && ownerEpoch <= log.ownerEpoch) throw new ArenaError("LOG_FENCED");
    const { generation } = this.#logs;
    if (log.epoch === 0 || log.generation < generation) log.epoch = nextEpoch(this.#clock.wallMs(), log.epoch);
    log.generation = generation;
    log.ownerEpoch = ownerEpoch ?? log.ownerEpoch + 1;
    this.#logs.set(key, log);
    return new MemoryWriter(log);
  }

  async close(): Promise<void> {}
}

function emptyLog(): MemoryLog {
  return { generation: 0, epoch: 0, ownerEpoch: 0, snapshots: new Map(), batches: [], index: EMPTY_INDEX };
}

class MemoryWriter implements LogMedium {
  readonly epoch: number;
  readonly ownerEpoch: number;
  readonly #log: MemoryLog;

  constructor(log: MemoryLog) {
    this.#log = log;
    this.epoch = log.epoch;
    this.ownerEpoch = log.ownerEpoch;
  }

  last(): number {
    return Math.max(this.#log.batches.at(-1)?.to ?? 0, this.#snapshotSeq);
  }

  load(): LoadedContent {
    const { snapshots, batches, index } = this.#log;
    return {
      snapshot: snapshots.get(this.#snapshotSeq),
      batches: batches.filter(({ to }) => to >= index.keepFrom),
      snapshotSeq: this.#snapshotSeq,
      index,
    };
  }

  async holds(batch: StoredBatch): Promise<boolean> {
    const there = this.#own().batches.find(({ from }) => from === batch.from);
    return there?.to === batch.to && Buffer.compare(there.bytes, batch.bytes) === 0;
  }

  async append(batch: StoredBatch): Promise<void> {
    this.#own().batches.push({ ...batch, bytes: batch.bytes.slice() });
  }

  async compact({ seq, bytes }: StoredSnapshot, { index, dropped, dropBefore }: PastStep): Promise<void> {
    const log = this.#own();
    for (const base of dropped) log.snapshots.delete(base);
    log.snapshots.set(seq, bytes.slice());
    log.batches = log.batches.filter(({ to }) => to >= dropBefore);
    log.index = index;
  }

  async readBase(base: number): Promise<Uint8Array | undefined> {
    return this.#log.snapshots.get(base);
  }

  async readBatches({ from, to }: SeqRange, maxBytes: number): Promise<readonly StoredBatch[]> {
    let bytes = 0;
    const inRange = this.#log.batches.filter((batch) => batch.to >= from && batch.from <= to);
    const end = inRange.findIndex((batch) => {
      bytes += batch.bytes.byteLength;
      return bytes >= maxBytes;
    });
    return end < 0 ? inRange : inRange.slice(0, end + 1);
  }

  async cut(from: number): Promise<void> {
    const log = this.#own();
    log.batches = log.batches.filter((batch) => batch.from < from);
  }

  get #snapshotSeq(): number {
    return [...this.#log.snapshots.keys()].at(-1) ?? 0;
  }

  #own(): MemoryLog {
    if (this.#log.ownerEpoch !== this.ownerEpoch) throw new ArenaError("LOG_FENCED");
    return this.#log;
  }
}
