import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { LogMedium } from "./owned-log.ts";
import { OwnedStore, type StoreMedium } from "./owned-store.ts";
import { type LogContent, type LogStore, nextEpoch, type StoredBatch, type StoredSnapshot } from "./store.ts";

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
  snapshot: StoredSnapshot | undefined;
  batches: StoredBatch[];
}

/**
 * A store whose logs end with the process: for tests, and for rooms that need not outlive it.
 *
 * @param options `isRestored`: see `createLmdbStore`; `logs`: what an earlier store held, empty by default
 */
export function createMemoryStore(options: { clock: Clock; isRestored?: boolean; logs?: MemoryLogs }): LogStore {
  return new OwnedStore(new MemoryMedium(options), options.clock);
}

class MemoryMedium implements StoreMedium {
  readonly description = "memory";
  readonly #clock: Clock;
  readonly #logs: MemoryLogs;

  constructor({ clock, isRestored = false, logs = new MemoryLogs() }: Parameters<typeof createMemoryStore>[0]) {
    this.#clock = clock;
    this.#logs = logs;
    if (isRestored) logs.generation++;
  }

  async take(key: string, ownerEpoch?: number): Promise<LogMedium> {
    const log = this.#logs.get(key) ?? { generation: 0, epoch: 0, ownerEpoch: 0, snapshot: undefined, batches: [] };
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
    return Math.max(this.#log.batches.at(-1)?.to ?? 0, this.#log.snapshot?.seq ?? 0);
  }

  load(): LogContent {
    return { snapshot: this.#log.snapshot?.bytes, batches: [...this.#log.batches] };
  }

  async holds(batch: StoredBatch): Promise<boolean> {
    const there = this.#own().batches.find(({ from }) => from === batch.from);
    return there?.to === batch.to && Buffer.compare(there.bytes, batch.bytes) === 0;
  }

  async append(batch: StoredBatch): Promise<void> {
    this.#own().batches.push({ ...batch, bytes: batch.bytes.slice() });
  }

  async compact(snapshot: StoredSnapshot, keepFrom: number): Promise<void> {
    const log = this.#own();
    log.snapshot = { ...snapshot, bytes: snapshot.bytes.slice() };
    log.batches = log.batches.filter(({ to }) => to >= keepFrom);
  }

  async cut(from: number): Promise<void> {
    const log = this.#own();
    log.batches = log.batches.filter((batch) => batch.from < from);
  }

  #own(): MemoryLog {
    if (this.#log.ownerEpoch !== this.ownerEpoch) throw new ArenaError("LOG_FENCED");
    return this.#log;
  }
}
