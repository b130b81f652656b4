import { ArenaError, type ErrorCode } from "../../src/errors/errors.ts";
import type { LogContent, LogStore, SeqRange, StoredBatch, StoredLog, StoredSnapshot } from "../../src/op-log/store.ts";

/** A write that a log was asked for and that waits for the test. */
export interface HeldWrite {
  readonly kind: "append" | "compact" | "cut";
  /** Seq of the first entry of what is appended, of the snapshot, or of the cut. */
  readonly at: number;
  /** Writes and resolves. */
  release(): void;
  /** Rejects. Nothing is written, unless `isWritten`. */
  fail(code: ErrorCode, options?: { readonly isWritten: boolean }): void;
}

/**
 * A store of one log whose writes end when and how the test says; until `hold` they end well at once. It keeps every snapshot, and
 * so all of the past.
 */
export class HeldStore implements LogStore {
  readonly description = "held";
  readonly epoch = 7;
  /** Writes that wait, oldest first. */
  readonly held: HeldWrite[] = [];
  /** All that was asked for, such as `append 1`. */
  readonly asked: string[] = [];
  /** The newest. */
  snapshot: StoredSnapshot | undefined;
  /** What an opening reads. */
  batches: StoredBatch[] = [];
  /** Every snapshot and batch that was ever written. */
  readonly past: { readonly snapshots: StoredSnapshot[]; readonly batches: StoredBatch[] } = {
    snapshots: [],
    batches: [],
  };
  isOpen = false;
  /** With what appends fail until further notice, having written nothing. */
  failWith: ErrorCode | undefined;
  #isHolding = false;

  async open(): Promise<StoredLog> {
    this.isOpen = true;
    const { past } = this;
    return {
      epoch: this.epoch,
      ownerEpoch: 1,
      load: async () => this.#content(),
      append: (batch) => this.#write("append", batch.from, () => this.#add(batch)),
      compact: (snapshot, keepFrom) => this.#write("compact", snapshot.seq, () => this.#replace(snapshot, keepFrom)),
      cut: (from) => this.#write("cut", from, () => this.#keep((batch) => batch.from < from)),
      get bases() {
        return [0, ...past.snapshots.map(({ seq }) => seq)];
      },
      readBase: async (base) => past.snapshots.find(({ seq }) => seq === base)?.bytes,
      readBatches: async (range, maxBytes) => this.#read(range, maxBytes),
      close: async () => {
        this.isOpen = false;
      },
    };
  }

  async close(): Promise<void> {}

  /** From now on writes wait for the test. */
  hold(): void {
    this.#isHolding = true;
  }

  /** Takes the oldest write that waits. */
  next(): HeldWrite {
    const write = this.held.shift();
    if (!write) throw new Error(`No write waits; asked for: ${this.asked.join(", ")}.`);
    return write;
  }

  #content(): LogContent {
    return { snapshot: this.snapshot?.bytes, batches: [...this.batches] };
  }

  #add(batch: StoredBatch): void {
    this.batches.push(batch);
    this.past.batches.push(batch);
  }

  #read({ from, to }: SeqRange, maxBytes: number): readonly StoredBatch[] {
    const found = this.past.batches.filter((batch) => batch.to >= from && batch.from <= to);
    let bytes = 0;
    const end = found.findIndex((batch) => {
      bytes += batch.bytes.byteLength;
      return bytes >= maxBytes;
    });
    return end < 0 ? found : found.slice(0, end + 1);
  }

  #replace(snapshot: StoredSnapshot, keepFrom: number): void {
    this.past.snapshots.push(snapshot);
    this.snapshot = snapshot;
    this.#keep(({ to }) => to >= keepFrom);
  }

  #keep(isKept: (batch: StoredBatch) => boolean): void {
    this.batches = this.batches.filter(isKept);
  }

  #write(kind: HeldWrite["kind"], at: number, write: () => void): Promise<void> {
    this.asked.push(`${kind} ${at}`);
    if (this.failWith && kind === "append") return Promise.reject(new ArenaError(this.failWith));
    if (!this.#isHolding) return Promise.resolve(write());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.held.push({
      kind,
      at,
      release: () => resolve(write()),
      fail: (code, { isWritten } = { isWritten: false }) => {
        if (isWritten) write();
        reject(new ArenaError(code));
      },
    });
    return promise;
  }
}
