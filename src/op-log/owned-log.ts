import { ArenaError } from "../errors/errors.ts";
import type { LogContent, StoredBatch, StoredLog, StoredSnapshot } from "./store.ts";

/**
 * One log as a kind of store keeps it, held by one writer. Calls come one at a time, and only such as fit what is there.
 * Every write checks in the same step that the writer still owns the log, and is refused with LOG_FENCED where not.
 */
export interface LogMedium {
  readonly epoch: number;
  readonly ownerEpoch: number;
  /** Seq of the last entry that is kept, in a batch or the snapshot; 0 in an empty log. */
  last(): number;
  load(): LogContent | Promise<LogContent>;
  /** Whether exactly this batch is there. Checks the owner as a write does. */
  holds(batch: StoredBatch): Promise<boolean>;
  append(batch: StoredBatch): Promise<void>;
  compact(snapshot: StoredSnapshot, keepFrom: number): Promise<void>;
  cut(from: number): Promise<void>;
}

/**
 * A log that this process holds: what is the same for every kind of store. Calls are taken one after the other, in the
 * order in which they came. A call that cannot be right (a hole, a batch over another) is a RangeError and writes nothing.
 */
export class OwnedLog implements StoredLog {
  readonly #medium: LogMedium;
  readonly #release: () => void;
  #last: number;
  #queue: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  /** Why it can be written no more: it is another's, or nobody knows how it ends. */
  #lost: ArenaError | undefined;

  /** @param release called once, when all writes are done after `close` */
  constructor(medium: LogMedium, release: () => void) {
    this.#medium = medium;
    this.#release = release;
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

  load(): Promise<LogContent> {
    return this.#inTurn(async () => this.#medium.load());
  }

  append(batch: StoredBatch): Promise<void> {
    return this.#write(async () => {
      assertBatch(batch);
      if (batch.from !== this.#last + 1) return this.#repeat(batch);
      await this.#medium.append(batch);
      this.#last = batch.to;
    });
  }

  compact(snapshot: StoredSnapshot, keepFrom: number): Promise<void> {
    return this.#write(async () => {
      if (keepFrom > snapshot.seq + 1) {
        throw new RangeError(`A snapshot of ${snapshot.seq} cannot stand for all before ${keepFrom}.`);
      }
      await this.#medium.compact(snapshot, keepFrom);
      this.#last = Math.max(this.#last, snapshot.seq);
    });
  }

  cut(from: number): Promise<void> {
    return this.#write(async () => {
      await this.#medium.cut(from);
      this.#last = this.#medium.last();
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.then(this.#release);
    return this.#closing;
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
