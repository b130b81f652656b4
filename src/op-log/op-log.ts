/**
 * op-log: the history of a durable document. Orders the operations of all clients, takes each exactly once, keeps them
 * with a snapshot in a store, and leads whoever comes back to the present.
 *
 * Between the op lane of a room, which knows clients, and a store, which knows disks. Refuses whoever is no longer the
 * owner, and never says that something is safe before the store does. Keeps LOG1 to LOG6, HIS1 and HIS2. `sequencer.ts` decides, without
 * I/O; this file appends what it decided; `codec.ts` has the bytes; `*-store.ts` keep them.
 */
import type { Clock } from "../clock/clock.ts";
import type { OpDocument } from "../document/document.ts";
import { type ArenaError, toArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { giveBack } from "./give-back.ts";
import { type Past, pastOf } from "./past.ts";
import { type Recovered, recover } from "./recover.ts";
import { type Committed, type LogLimits, type Refused, Sequencer } from "./sequencer.ts";
import type { LogStore, StoredLog } from "./store.ts";

export { type Batch, divideBatch, type Piece, type Snapshot, wireAfter } from "./codec.ts";
export { packMap } from "./msgpack.ts";
export { type LogStoreOptions, openLogStore } from "./open-store.ts";
export type { Past, PastPart } from "./past.ts";
export type { Committed, LogLimits, PushVerdict, Refused, ResumePlan } from "./sequencer.ts";
export type { LogStore } from "./store.ts";

/** What a log is opened with. */
export interface OpLogParts<Op extends object, R extends object> {
  readonly store: LogStore;
  /** Room name and instance, such as `whiteboard/plans`. */
  readonly key: string;
  /** Higher than that of every writer before; the store finds one itself where only this process can have the log. */
  readonly ownerEpoch?: number | undefined;
  readonly document: OpDocument<Op, R>;
  /** Of this log as this process had it before: what the store has lost of that meanwhile, it is given back. */
  readonly held?: Sequencer<Op, R> | undefined;
  readonly limits: LogLimits;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Entries became safe. */
  readonly onCommitted: (committed: Committed<Op>) => void;
  /** The store does not take anything now: these pushes changed nothing. */
  readonly onFailed: (refused: readonly Refused[]) => void;
  /** The log can no longer be written by this object: another writer has it, or what it holds cannot be told. */
  readonly onLost: (error: ArenaError) => void;
}

/** Bounds of a log where nothing else is said; `maxDocumentBytes` is the app's to choose. */
export function logLimits(maxDocumentBytes: number): LogLimits {
  return {
    tail: { minEntries: 5000, minAgeMs: 10 * 60_000, maxBytes: 4 * 1024 * 1024 },
    marks: { maxAgeMs: 30 * 24 * 60 * 60_000, minClients: 10_000, maxClients: 100_000 },
    maxDocumentBytes,
    maxStagedBytes: 4 * 1024 * 1024,
    maxEntriesWithoutSnapshot: 100_000, // read again in half a second
  };
}

/** Time after which a snapshot that could not be stored is tried again. */
const COMPACT_RETRY_MS = 10_000;

/** Failures of one log are told of no more often than this. */
const REPORT_MS = 5000;

/** The open log of one document. Its `sequencer` is pushed to; `flush` is called once a tick. */
export class OpLog<Op extends object, R extends object> {
  readonly sequencer: Sequencer<Op, R>;
  readonly #parts: OpLogParts<Op, R>;
  readonly #stored: StoredLog;
  #append: Promise<void> | undefined;
  #compaction: Promise<void> | undefined;
  #compactAfterMs = 0;
  #failures = 0;
  #reportAfterMs = Number.NEGATIVE_INFINITY;
  #isLost = false;

  /** Use {@link openOpLog}. */
  constructor(parts: OpLogParts<Op, R>, stored: StoredLog, sequencer: Sequencer<Op, R>) {
    this.#parts = parts;
    this.#stored = stored;
    this.sequencer = sequencer;
  }

  /** The epoch of the history. */
  get epoch(): number {
    return this.#stored.epoch;
  }

  /** Brings what was pushed since the last time on its way to the store, unless the last is still on its way. */
  flush(): void {
    if (this.#isLost || this.#append) return;
    const batch = this.sequencer.takeBatch();
    if (!batch) return;
    const { clock, telemetry } = this.#parts;
    const startMs = clock.nowMs();
    this.#append = this.#stored
      .append(batch)
      .then(
        () => {
          this.#append = undefined;
          const entries = batch.to - batch.from + 1;
          telemetry.emit("log:appended", {
            entries,
            bytes: batch.bytes.byteLength,
            durationMs: clock.nowMs() - startMs,
          });
          this.#parts.onCommitted(this.sequencer.committed());
          this.#compact();
        },
        (cause: unknown) => {
          this.#append = undefined;
          const error = toArenaError(cause);
          this.#report("append", error);
          if (error.code === "LOG_UNAVAILABLE") this.#parts.onFailed(this.sequencer.failed());
          else this.#lose(error);
        },
      )
      .catch((error: unknown) => telemetry.emit("node:failed", { error, isFatal: false })); // of whoever was told
  }

  /** The newest stretch of the past that has entries before `before`, or of all. */
  past(before?: number): Past {
    return pastOf(this.#stored, this.sequencer.seq, before);
  }

  /** Some of the past could not be read. */
  pastFailed(error: ArenaError): void {
    this.#report("history", error);
  }

  /**
   * Ends the log: what was pushed is brought to the store, then a snapshot. Waits for both; the store bounds how long that
   * takes.
   */
  async close(): Promise<void> {
    await this.settle();
    await this.#compaction;
    this.#compactAfterMs = 0;
    this.#compact(true);
    await this.#compaction;
    this.#isLost = true;
    await this.#stored.close();
  }

  /** Brings what was pushed to the store. */
  async settle(): Promise<void> {
    while (!this.#isLost && (this.#append || this.sequencer.hasBatch)) {
      this.flush();
      await this.#append;
    }
  }

  /** Ends the log and writes nothing more: it is another's. */
  async letGo(): Promise<void> {
    this.#isLost = true;
    await this.#stored.close();
  }

  /** Stores a snapshot where one is due. Appends go on meanwhile. */
  #compact(isLast = false): void {
    const { clock } = this.#parts;
    if (this.#isLost || this.#compaction || clock.nowMs() < this.#compactAfterMs) return;
    if (!isLast && !this.sequencer.isCompactionDue) return;
    this.#compaction = this.#store(isLast).finally(() => {
      this.#compaction = undefined;
    });
  }

  async #store(isLast: boolean): Promise<void> {
    const { clock, telemetry, key } = this.#parts;
    try {
      const taken = this.sequencer.snapshot(clock.wallMs());
      // A large document is encoded part by part, so that nobody waits for it.
      for (let part = 1; part < taken.parts.length && !isLast; part++) {
        taken.parts.at(part);
        await new Promise<void>((resolve) => clock.afterPoll(resolve));
      }
      const compaction = isLast ? this.sequencer.compaction(clock.wallMs(), true) : this.sequencer.compactionOf(taken);
      if (!compaction) return;
      const { snapshot, keepFrom, done } = compaction;
      await this.#stored.compact(snapshot, keepFrom);
      done();
      telemetry.emit("log:compacted", { key, seq: snapshot.seq, bytes: snapshot.bytes.byteLength });
    } catch (cause) {
      if (this.#isLost) return; // it was let go of meanwhile
      const error = toArenaError(cause);
      this.#report("compact", error);
      this.#compactAfterMs = clock.nowMs() + COMPACT_RETRY_MS;
      if (error.code === "LOG_FENCED" || error.code === "LOG_UNCERTAIN") this.#lose(error);
    }
  }

  /** Where every batch fails, one of many is told of. */
  #report(action: "append" | "compact" | "history", error: ArenaError): void {
    const { clock, telemetry, key } = this.#parts;
    this.#failures++;
    if (clock.nowMs() < this.#reportAfterMs) return;
    telemetry.emit("log:failed", { key, action, error, times: this.#failures });
    this.#failures = 0;
    this.#reportAfterMs = clock.nowMs() + REPORT_MS;
  }

  #lose(error: ArenaError): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#parts.onLost(error);
  }
}

/**
 * Opens the log of a document and replays it.
 *
 * @throws ArenaError LOG_IN_USE, LOG_FENCED, LOG_UNAVAILABLE as the store does; LOG_CORRUPT naming what is damaged, and
 * then the log stays as it is
 */
export async function openOpLog<Op extends object, R extends object>(parts: OpLogParts<Op, R>): Promise<OpLog<Op, R>> {
  const { store, key, ownerEpoch, telemetry } = parts;
  try {
    return await replay(parts, await store.open(key, ownerEpoch));
  } catch (cause) {
    const error = toArenaError(cause);
    if (error.code !== "LOG_IN_USE") telemetry.emit("log:failed", { key, action: "open", error, times: 1 });
    throw error;
  }
}

async function replay<Op extends object, R extends object>(
  parts: OpLogParts<Op, R>,
  stored: StoredLog,
): Promise<OpLog<Op, R>> {
  const { key, document, limits, clock, telemetry } = parts;
  const startMs = clock.nowMs();
  try {
    const recovered = await recoverWhole(parts, stored);
    if (recovered.tornFrom !== undefined) {
      await stored.cut(recovered.tornFrom);
      telemetry.emit("log:cut", { key, from: recovered.tornFrom });
    }
    const sequencer = new Sequencer<Op, R>(document, limits);
    sequencer.restore(recovered);
    const { seq, sizeBytes } = sequencer;
    telemetry.emit("log:opened", { key, seq, sizeBytes, epoch: stored.epoch, durationMs: clock.nowMs() - startMs });
    return new OpLog(parts, stored, sequencer);
  } catch (error) {
    await stored.close();
    throw error;
  }
}

/** What the store has, and what of it was lost there and is here. */
async function recoverWhole<Op extends object, R extends object>(
  { held, key, clock, telemetry }: OpLogParts<Op, R>,
  stored: StoredLog,
): Promise<Recovered<Op>> {
  const recovered = recover<Op>(await stored.load());
  const entries = held ? await giveBack(held, stored, recovered, clock.wallMs()) : 0;
  if (entries === 0) return recovered;
  telemetry.emit("log:givenBack", { key, entries });
  return recover<Op>(await stored.load());
}
