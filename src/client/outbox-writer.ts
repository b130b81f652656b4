import type { Clock } from "../clock/clock.ts";
import { withDeadline } from "./deadline.ts";
import type { OutboxChange } from "./outbox.ts";
import type { ClaimedOutbox } from "./tab-outbox.ts";

/** A storage that takes longer than this has failed. */
const STORAGE_TIMEOUT_MS = 10_000;

/** What an outbox writer needs. */
export interface OutboxWriterParts {
  readonly claimed: ClaimedOutbox;
  readonly clock: Clock;
  /** Changes up to this ticket are kept, or cannot be. */
  readonly onStored: (ticket: number) => void;
  /** From now on nothing is kept. */
  readonly onFailed: (error: unknown) => void;
}

/**
 * Keeps the changes of an outbox, in order, as many at a time as have come meanwhile. When that fails it is not tried again,
 * and the outbox is removed: what it still holds goes on to be sent from here, and whoever found it later would send it again.
 */
export class OutboxWriter {
  readonly #parts: OutboxWriterParts;
  #waiting: OutboxChange[] = [];
  #writing: Promise<void> | undefined;
  #hasFailed = false;

  constructor(parts: OutboxWriterParts) {
    this.#parts = parts;
  }

  /** Whether what is put here is still there after a reload. */
  get isPersistent(): boolean {
    return this.#parts.claimed.storage.isPersistent && !this.#hasFailed;
  }

  /** Whether something could not be kept. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Keeps a change, soon. */
  put(change: OutboxChange): void {
    this.#waiting.push(change);
    this.#writing ??= this.#write();
  }

  /** Resolves when nothing waits any more. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        await Promise.resolve(); // what one moment brings is one change
        const changes = this.#waiting;
        this.#waiting = [];
        await this.#commit(changes);
        this.#parts.onStored(changes.at(-1)?.ticket ?? 0);
      }
    } finally {
      this.#writing = undefined; // in the same step in which nothing waits: what is put after that begins anew
    }
  }

  async #commit(changes: readonly OutboxChange[]): Promise<void> {
    if (this.#hasFailed) return;
    const { claimed, clock, onFailed } = this.#parts;
    try {
      await withDeadline(claimed.storage.commit(claimed.name, changes), { clock, timeoutMs: STORAGE_TIMEOUT_MS });
    } catch (error) {
      this.#hasFailed = true;
      onFailed(error);
      const removed = claimed.storage.remove(claimed.name);
      await withDeadline(removed, { clock, timeoutMs: STORAGE_TIMEOUT_MS }).catch(() => {}); // tried again when it is closed
    }
  }
}
