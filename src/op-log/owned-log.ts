import { ArenaError } from "../errors/errors.ts";
import { EMPTY_INDEX, type LogIndex, type PastStep, type SnapshotSize, stepPast } from "./segments.ts";
import type { LogContent, SeqRange, StoredBatch, StoredLog, StoredSnapshot } from "./store.ts";

/**
 * One log as a kind of store keeps it, held by one writer. Calls come one at a time, and only such as fit what is there.
 * Every write checks in the same step that the writer still owns the log, and is refused with LOG_FENCED where not.
 */
export interface LogMedium {
  readonly epoch: number;
  readonly ownerEpoch: number;
  /** Seq of the last entry that is kept, in a batch or the snapshot; 0 in an empty log. */
  last(): number;
  load(): LoadedContent | Promise<LoadedContent>;
  /** Whether exactly this batch is there. Checks the owner as a write does. */
  holds(batch: StoredBatch): Promise<boolean>;
  append(batch: StoredBatch): Promise<void>;
  compact(snapshot: StoredSnapshot, step: PastStep): Promise<void>;
  cut(from: number): Promise<void>;
  readBase(base: number): Promise<Uint8Array | undefined>;
  readBatches(range: SeqRange, maxBytes: number): Promise<readonly StoredBatch[]>;
}

/** What a log holds, and what is known about it. */
export interface LoadedContent extends LogContent {
  /** Seq of the snapshot, 0 where there is none. */
  readonly snapshotSeq: number;
  readonly index: LogIndex;
}

/**
 * A log that this process holds: what is the same for every kind of store. Calls are taken one after the other, in the
 * order in which they came. A call that cannot be right (a hole, a batch over another) is a RangeError and writes nothing.
 */
export class OwnedLog implements StoredLog {
  readonly #medium: LogMedium;
  readonly #release: () => void;
  readonly #maxHistoryBytes: number;
  #last: number;
  #index = EMPTY_INDEX;
  #snapshot: SnapshotSize = { seq: 0, bytes: 0 };
  /** Sizes of the batches after the snapshot. */
  #sizes: { readonly to: number; readonly bytes: number }[] = [];
  #isLoaded = false;
  #queue: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  /** Why it can be written no more: it is another's, or nobody knows how it ends. */
  #lost: ArenaError | undefined;

  /** @param release called once, when all writes are done after `close` */
  constructor(medium: LogMedium, maxHistoryBytes: number, release: () => void) {
    this.#medium = medium;
    this.#release = release;
    this.#maxHistoryBytes = maxHistoryBytes;
    this.#last = medium.last();
  }

  get epoch(): number {
    return this.#medium.epoch;
  }

  get ownerEpoch(): number {
    return this.#medium.ownerEpoch;
  }

  /** Resolves once it is let go; undefined while it is open. */
  get closing(): Promise<void> | undefined {
    return this.#closing;
  }

  get bases(): readonly number[] {
    return [...this.#index.past.map(({ base }) => base), this.#snapshot.seq];
  }

  load(): Promise<LogContent> {
    return this.#inTurn(() => this.#load());
  }

  readBase(base: number): Promise<Uint8Array | undefined> {
    return this.#inTurn(async () => (this.bases.includes(base) ? this.#medium.readBase(base) : undefined));
  }

  readBatches(range: SeqRange, maxBytes: number): Promise<readonly StoredBatch[]> {
    return this.#inTurn(() => this.#medium.readBatches(range, maxBytes));
  }

  append(batch: StoredBatch): Promise<void> {
    return this.#write(async () => {
      assertBatch(batch);
      if (batch.from !== this.#last + 1) return this.#repeat(batch);
      await this.#medium.append(batch);
      this.#last = batch.to;
      this.#sizes.push({ to: batch.to, bytes: batch.bytes.byteLength });
    });
  }

  compact(snapshot: StoredSnapshot, keepFrom: number): Promise<void> {
    return this.#write(async () => {
      if (keepFrom > snapshot.seq + 1) {
        throw new RangeError(`A snapshot of ${snapshot.seq} cannot stand for all before ${keepFrom}.`);
      }
      if (!this.#isLoaded) await this.#load();
      await this.#compact(snapshot, keepFrom);
      this.#last = Math.max(this.#last, snapshot.seq);
    });
  }

  cut(from: number): Promise<void> {
    return this.#write(async () => {
      await this.#medium.cut(from);
      this.#last = this.#medium.last();
      this.#sizes = this.#sizes.filter(({ to }) => to <= this.#last);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.then(this.#release);
    return this.#closing;
  }

  async #load(): Promise<LogContent> {
    const { snapshot, batches, snapshotSeq, index } = await this.#medium.load();
    this.#index = index;
    this.#snapshot = { seq: snapshotSeq, bytes: snapshot?.byteLength ?? 0 };
    this.#sizes = batches
      .map(({ to, bytes }) => ({ to, bytes: bytes.byteLength }))
      .filter(({ to }) => to > snapshotSeq);
    this.#isLoaded = true;
    return { snapshot, batches };
  }

  async #compact(snapshot: StoredSnapshot, keepFrom: number): Promise<void> {
    const after = { seq: snapshot.seq, bytes: snapshot.bytes.byteLength };
    const isBetween = ({ to }: { readonly to: number }): boolean => to <= after.seq;
    const batchBytes = this.#sizes.filter(isBetween).reduce((sum, { bytes }) => sum + bytes, 0);
    const change = { before: this.#snapshot, after, batchBytes, keepFrom };
    const step = stepPast(this.#index, change, this.#maxHistoryBytes);
    await this.#medium.compact(snapshot, step);
    this.#index = step.index;
    this.#snapshot = after;
    this.#sizes = this.#sizes.filter((size) => !isBetween(size));
  }

  async #repeat(batch: StoredBatch): Promise<void> {
    if (await this.#medium.holds(batch)) return;
    throw new RangeError(`The log ends at ${this.#last}; ${batch.from} to ${batch.to} does not follow.`);
  }

  #write(step: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#lost) throw this.#lost;
      try {
        await step();
      } catch (error) {
        if (isLoss(error)) this.#lost = error;
        throw error;
      }
    });
  }

  async #inTurn<T>(step: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new ArenaError("LOG_UNAVAILABLE", "It was closed.");
    const done = this.#queue.then(step);
    this.#queue = done.catch(() => {}); // who asked is told; the next in the queue has its own turn
    return done;
  }
}

function isLoss(error: unknown): error is ArenaError {
  return error instanceof ArenaError && (error.code === "LOG_FENCED" || error.code === "LOG_UNCERTAIN");
}

function assertBatch({ from, to }: StoredBatch): void {
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 1 && from <= to) return;
  throw new RangeError(`From ${from} to ${to} is no batch.`);
}
