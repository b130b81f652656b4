import { type OpDocument, OpRefused, type OpStamp, type RecordReader, type Records } from "../document/document.ts";
import type { OpAck, OpEntry, OpNack, OpOutcome, ResetReason } from "../protocol/protocol.ts";
import { type Batch, encodeBatch, encodeSnapshot, type Mark, type Snapshot } from "./codec.ts";
import { Layers } from "./layers.ts";
import type { MarkLimits } from "./marks.ts";
import { decode, encode } from "./msgpack.ts";
import { RecentOutcomes } from "./recent-outcomes.ts";
import type { Recovered } from "./recover.ts";
import { MIN_SNAPSHOT_BYTES, Snapshots } from "./snapshots.ts";
import { type Staged, Staging } from "./staging.ts";
import type { StoredSnapshot } from "./store.ts";
import { Tail, type TailLimits } from "./tail.ts";
import { ackOf, type Nacked, nack, outcomeOf, tooMuchWaits } from "./verdicts.ts";

/** Bounds of one log. */
export interface LogLimits {
  readonly tail: TailLimits;
  readonly marks: MarkLimits;
  /** About the largest size of all records; beyond it only what does not add to them is taken. */
  readonly maxDocumentBytes: number;
  /** What may wait for the disk; beyond it pushes are refused until later. */
  readonly maxStagedBytes: number;
  /** Entries after which a snapshot is due, however small they are. */
  readonly maxEntriesWithoutSnapshot: number;
}

/** A push that has come in. */
export interface PushRequest<Op> {
  readonly clientId: string;
  readonly userId: string;
  /** What the author may do, in the words of the document. */
  readonly role?: string | undefined;
  /** Who it is that speaks for the client; see {@link Mark}. */
  readonly owner: string;
  readonly n: number;
  readonly ops: readonly Op[];
  /** Now, in ms since 1970. */
  readonly ts: number;
}

/**
 * What becomes of a push: it is staged and will be acknowledged; it was before, and waits for the disk or is acknowledged
 * again; or it is not taken. `fault` is an error of the document itself, not of who pushed.
 */
export type PushVerdict<Op> =
  | { readonly kind: "staged" }
  | { readonly kind: "waiting" }
  | { readonly kind: "ack"; readonly ack: OpAck<Op> }
  | { readonly kind: "nack"; readonly nack: OpNack; readonly fault?: unknown };

/** Entries that are safe now, and whom to tell. */
export interface Committed<Op> {
  readonly batch: Batch;
  readonly acks: readonly { readonly clientId: string; readonly ack: OpAck<Op> }[];
}

/** How to lead a client on. */
export interface ResumePlan {
  /** What it knows is not of this history, or from a future that this history does not have. */
  readonly reset: ResetReason | undefined;
  readonly mode: "delta" | "snapshot";
  /** The last push of the client that is safe. */
  readonly yourLast: number;
}

/** A push that was staged and did not become safe. */
export interface Refused {
  readonly clientId: string;
  readonly nack: OpNack;
}

const UNAVAILABLE_RETRY_MS = 1000;
/** What is kept free for vital ops: so much, and no more than this share of the document. */
const RESERVE_BYTES = 4 * 1024 * 1024;
const RESERVE_SHARE = 0.25;
/** For so long a batch is read again by who opens the log, though nobody is led on by it: a store may lose its last entries, and is given them back. */
const GIVE_BACK_MS = 10_000;

/** What a client knows when it comes. */
export interface Known {
  /** The epoch of its history. */
  readonly epoch?: number | undefined;
  /** The last entry that it has. */
  readonly lastSeq?: number | undefined;
}

/** A snapshot for the store. */
export interface Compaction {
  readonly snapshot: StoredSnapshot;
  /** The first entry to keep behind it for those who come back. */
  readonly keepFrom: number;
  /** To be called when it is stored. */
  readonly done: () => void;
}

/**
 * Puts the pushes of all clients in one order, each exactly once, and knows at any time what is safe and what is not.
 * A state machine without I/O: whoever drives it appends what {@link takeBatch} gives to a store and says how that ended.
 */
export class Sequencer<Op extends object, R extends object> {
  readonly #document: OpDocument<Op, R>;
  readonly #limits: LogLimits;
  readonly #layers = new Layers<R>();
  readonly #marks = new Map<string, Mark>();
  readonly #recent = new RecentOutcomes();
  readonly #tail: Tail;
  readonly #snapshots: Snapshots;
  /** Bytes of all entries since this object was made. */
  #bytesInAll = 0;
  readonly #staging = new Staging<Op>();
  #seq = 0;

  constructor(document: OpDocument<Op, R>, limits: LogLimits) {
    this.#document = document;
    this.#limits = limits;
    this.#tail = new Tail(limits.tail);
    this.#snapshots = new Snapshots(
      { records: this.#layers.safe, marks: this.#marks },
      limits.maxEntriesWithoutSnapshot,
    );
  }

  /**
   * Replays what a store held, effects as they were recorded. Meant for one call, before any push.
   *
   * @throws whatever the document throws on an effect, which it must not
   */
  restore({ snapshot, batches }: Recovered<Op>): void {
    if (snapshot) this.#restoreSnapshot(snapshot);
    for (const { batch, entries, outcomes, owners } of batches) {
      if (batch.from <= this.#seq) {
        this.#tail.add(batch);
        for (const [index, { clientId, n, seq }] of entries.entries()) {
          this.#recent.add(clientId, { n, seq, outcome: outcomes[index] ?? "commit" });
        }
        continue;
      }
      for (const { effects, ...stamp } of entries) this.#evolve(this.#layers.safe, effects, stamp);
      this.#settle(
        entries.map((entry, index) => stagedOf(entry, outcomes[index], owners[index])),
        batch,
      );
    }
  }

  /** The last entry that is safe. */
  get seq(): number {
    return this.#seq;
  }

  /** About how many bytes the records take. */
  get sizeBytes(): number {
    return this.#layers.safe.sizeBytes;
  }

  /** The records as they are safe. */
  get records(): RecordReader<R> {
    return this.#layers.safe;
  }

  /** The records with what was taken and is not safe yet. */
  get latest(): RecordReader<R> {
    return this.#layers.latest;
  }

  /** Whether something waits to be taken to the disk and may be taken now. */
  get hasBatch(): boolean {
    return this.#staging.hasBatch;
  }

  /** Checks a push and stages what it comes to. */
  push(request: PushRequest<Op>): PushVerdict<Op> {
    const { clientId, owner, n } = request;
    const mark = this.#marks.get(clientId);
    if (!this.maySpeak(clientId, owner)) return nack(n, "FORBIDDEN", "This client id is another's.");
    if (mark && n <= mark.n) return { kind: "ack", ack: this.#ackAgain(clientId, n, mark) };
    const last = this.#lastTaken(clientId);
    if (n <= last) return { kind: "waiting" };
    if (n > last + 1) return nack(n, "GAP", `Push ${last + 1} is due.`, { expected: last + 1 });
    if (this.#staging.bytes >= this.#limits.maxStagedBytes) return tooMuchWaits(n);
    return this.#stage(request);
  }

  /** Whether a push is the one that is due: neither safe nor on its way, and next. */
  isNext(clientId: string, n: number): boolean {
    return n === this.#lastTaken(clientId) + 1;
  }

  /** Whether `owner` may speak for a client id: it is new, or was the same owner's from the start. */
  maySpeak(clientId: string, owner: string): boolean {
    const known = this.#marks.get(clientId)?.owner ?? this.#staging.lastOf(clientId)?.owner;
    return known === undefined || known === owner;
  }

  /** Takes what was pushed since the last time, to be appended to the store. One at a time: `committed` or `failed` follows. */
  takeBatch(): Batch | undefined {
    if (!this.hasBatch) return undefined;
    this.#layers.take();
    return this.#staging.take(encodeStaged);
  }

  /** The batch that was taken is safe. */
  committed(): Committed<Op> {
    const { staged, batch } = this.#staging.committed();
    this.#layers.settle();
    this.#settle(staged, batch);
    return {
      batch,
      acks: staged.map(({ entry, outcome }) => ({ clientId: entry.clientId, ack: ackOf(entry, outcome) })),
    };
  }

  /** The batch that was taken is not in the store: it and all that was pushed since are as if they had never come. */
  failed(): readonly Refused[] {
    this.#layers.drop();
    return this.#staging.failed().map(({ entry: { clientId, n } }) => ({
      clientId,
      nack: { n, code: "UNAVAILABLE", retryAfterMs: UNAVAILABLE_RETRY_MS },
    }));
  }

  /** The last push of a client that is safe, 0 where there is none. */
  lastOf(clientId: string): number {
    return this.#marks.get(clientId)?.n ?? 0;
  }

  /** How to lead a client to the present, given the epoch of the history. */
  plan(clientId: string, epoch: number, known: Known): ResumePlan {
    const yourLast = this.lastOf(clientId);
    const { lastSeq } = known;
    if (known.epoch === undefined || lastSeq === undefined) return { reset: undefined, mode: "snapshot", yourLast };
    if (known.epoch !== epoch) return { reset: "EPOCH", mode: "snapshot", yourLast };
    if (lastSeq > this.#seq) return { reset: "FUTURE", mode: "snapshot", yourLast };
    const deltaBytes = lastSeq < this.#seq ? this.#tail.bytesAfter(lastSeq) : 0;
    const isCheaper = deltaBytes !== undefined && deltaBytes <= this.#mostDeltaBytes;
    return { reset: undefined, mode: isCheaper ? "delta" : "snapshot", yourLast };
  }

  /** The batches with everything after `seq`, or undefined where some of it is no longer kept. */
  after(seq: number): readonly Batch[] | undefined {
    return seq < this.#seq ? this.#tail.after(seq) : [];
  }

  /** The batch that holds the entry after `seq`; undefined where it is no longer kept, or not there yet. */
  next(seq: number): Batch | undefined {
    return this.#tail.next(seq);
  }

  /** The document for those who know nothing, of the present or of a moment ago; encoded once for all who ask meanwhile. */
  snapshot(nowMs: number): Snapshot {
    return this.#snapshots.take(this.#seq, this.#limits.marks, nowMs);
  }

  /** The snapshot that the store should have now: where one is due, or, `isLast`, where the one in use is newer than what it has. */
  compaction(nowMs: number, isLast = false): Compaction | undefined {
    if (!isLast && !this.isCompactionDue) return undefined;
    const snapshot = this.snapshot(nowMs);
    return snapshot.seq > this.#snapshots.storedSeq ? this.compactionOf(snapshot) : undefined;
  }

  /** Whether the store should have a new snapshot: starting from the one that it has costs more than making it. */
  get isCompactionDue(): boolean {
    return this.#snapshots.isDue(this.#seq);
  }

  /** The batches that hold everything that is safe after `seq`, or undefined where some of it is no longer kept. */
  batchesAfter(seq: number): readonly Batch[] | undefined {
    return this.#tail.after(seq);
  }

  /** A snapshot for the store. */
  compactionOf(snapshot: Snapshot): Compaction {
    const bytes = encodeSnapshot(snapshot);
    const bytesInAll = this.#bytesInAll;
    return {
      snapshot: { seq: snapshot.seq, bytes },
      keepFrom: Math.min(
        this.#tail.fromWithin(this.#mostDeltaBytes, GIVE_BACK_MS) ?? snapshot.seq + 1,
        snapshot.seq + 1,
      ),
      done: () => this.#compacted(snapshot, bytes.byteLength, this.#bytesInAll - bytesInAll),
    };
  }

  /** What the store has forgotten is forgotten here, too: a restart must not change who is known. */
  #compacted(snapshot: Snapshot, bytes: number, bytesSince: number): void {
    this.#snapshots.stored(snapshot.seq, bytes, bytesSince);
    for (const [clientId, { seq }] of this.#marks) {
      if (seq <= snapshot.seq && !snapshot.marks.has(clientId)) this.#marks.delete(clientId);
    }
  }

  #restoreSnapshot(snapshot: Snapshot): void {
    let bytes = 0;
    for (const part of snapshot.parts) {
      bytes += part.byteLength;
      const pairs = decode(part) as (readonly [string, R])[]; // as RecordParts wrote it, under its checksum
      for (const [id, record] of pairs) this.#layers.safe.set(id, record);
    }
    for (const [clientId, mark] of snapshot.marks) this.#marks.set(clientId, mark);
    this.#seq = snapshot.seq;
    this.#snapshots.restored(snapshot, bytes);
  }

  /** What was missed is sent up to here, and else the whole document, which is less. */
  get #mostDeltaBytes(): number {
    return Math.max(this.sizeBytes, MIN_SNAPSHOT_BYTES);
  }

  #lastTaken(clientId: string): number {
    return this.#staging.lastOf(clientId)?.entry.n ?? this.lastOf(clientId);
  }

  #stage({ clientId, userId, role, owner, n, ops, ts }: PushRequest<Op>): PushVerdict<Op> {
    const trial = this.#layers.trial();
    const seq = this.#seq + this.#staging.count + 1;
    const stamp: OpStamp = { seq, clientId, n, userId, ts };
    const effects: Op[] = [];
    let encoded: Uint8Array;
    try {
      for (const op of ops) {
        const taken = this.#document.apply(trial, op, { ...stamp, role });
        this.#evolve(trial, taken, stamp);
        effects.push(...taken);
      }
      encoded = encode({ ...stamp, effects });
    } catch (error) {
      if (error instanceof OpRefused) return nack(n, error.code, error.message);
      return { ...nack(n, "INVALID", "The room failed on this push."), fault: error };
    }
    const growth = this.#layers.growthOf(trial);
    const refusal = this.#whyTooLarge(n, encoded.byteLength) ?? this.#whyFull(n, ops, growth);
    if (refusal) return refusal;
    this.#layers.keep(trial);
    this.#staging.add({ entry: { ...stamp, effects }, outcome: outcomeOf(ops, effects), owner, encoded, growth });
    return { kind: "staged" };
  }

  #whyTooLarge(n: number, bytes: number): Nacked | undefined {
    const { maxStagedBytes } = this.#limits;
    if (bytes > maxStagedBytes) return nack(n, "TOO_LARGE", `At most ${maxStagedBytes} bytes, got ${bytes}.`);
    return this.#staging.bytes + bytes > maxStagedBytes ? tooMuchWaits(n) : undefined;
  }

  #whyFull(n: number, ops: readonly Op[], growth: number): Nacked | undefined {
    if (growth <= 0 || this.sizeBytes + this.#staging.growth + growth <= this.#mostBytesFor(ops)) return undefined;
    return nack(n, "FULL", "The document is as large as it may be; only what does not add to it is taken.");
  }

  /** How large the document may become by these. */
  #mostBytesFor(ops: readonly Op[]): number {
    const document = this.#document;
    const { maxDocumentBytes } = this.#limits;
    if (!document.isVital || ops.every((op) => document.isVital?.(op))) return maxDocumentBytes;
    return maxDocumentBytes - Math.min(RESERVE_BYTES, maxDocumentBytes * RESERVE_SHARE);
  }

  /** What became of long ago is no longer known; that it is safe is, and that its entry is not after the client's last. */
  #ackAgain(clientId: string, n: number, mark: Mark): OpAck<Op> {
    if (n === mark.n) return { n, seq: mark.seq, outcome: mark.outcome };
    return this.#recent.find(clientId, n) ?? { n, seq: mark.seq, outcome: "unknown" };
  }

  #evolve(records: Records<R>, effects: readonly Op[], stamp: OpStamp): void {
    for (const effect of effects) this.#document.evolve(records, effect, stamp);
  }

  /** Entries whose effects are in the safe records become part of what is safe. */
  #settle(staged: readonly Staged<Op>[], batch: Batch): void {
    for (const { entry, outcome, owner } of staged) {
      const { clientId, n, seq, ts } = entry;
      this.#marks.set(clientId, { n, seq, outcome, owner, ts });
      this.#recent.add(clientId, { n, seq, outcome });
    }
    this.#seq = batch.to;
    this.#tail.add(batch);
    this.#bytesInAll += batch.bytes.byteLength;
    this.#snapshots.added(batch.to, batch.bytes.byteLength, this.#tail.from ?? batch.from);
  }
}

function encodeStaged<Op>(staged: readonly Staged<Op>[]): Batch {
  return encodeBatch(
    staged.map(({ entry }) => entry),
    { outcomes: staged.map(({ outcome }) => outcome), owners: staged.map(({ owner }) => owner) },
    staged.map(({ encoded }) => encoded),
  );
}

function stagedOf<Op>(entry: OpEntry<Op>, outcome: OpOutcome = "commit", owner = ""): Staged<Op> {
  return { entry, outcome, owner, encoded: new Uint8Array(), growth: 0 };
}
