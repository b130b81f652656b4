import type { Clock, Stop } from "../clock/clock.ts";
import type { Holder } from "../cluster/cluster.ts";
import { type PresenceStore, SHARDS } from "./store.ts";
import type { Entry } from "./types.ts";

/** What leftovers are cleared with. */
export interface LeftoversParts {
  readonly clock: Pick<Clock, "nowMs" | "every" | "random">;
  readonly store: Pick<PresenceStore, "sessionsOf" | "apply">;
  /** Of this process. */
  readonly bootId: string;
  /** Whether a process is gone, asked now. @throws ArenaError CLUSTER_UNAVAILABLE */
  readonly isGone: (holder: Holder) => Promise<boolean>;
  /** Takes what the store has of this process. */
  readonly compare: (stored: readonly Entry[]) => void;
  readonly onFailed: (error: unknown) => void;
}

interface Due {
  readonly holder: Holder;
  readonly goneMs: number;
  readonly dueMs: number;
}

const LOOK_EVERY_MS = 500;
/** Who is only taken for gone is back by then, and nobody is shown as having just gone any more. */
const AFTER_MS = 5000;
const SPREAD_MS = 3000;
const RETRY_MS = 2000;
/** Processes that wait for it; who went longest ago is left first, to who hears of it next. */
const MAX_DUE = 1000;

/**
 * What the store has of sessions that are no more: those of processes that are gone, and of this one's what it had taken back when the
 * store lost its last moments. Nobody is shown them; one that is gone is asked about between what is read and what is ended, so that nothing is
 * ended that it has written since it came back. What fails is tried again.
 */
export class Leftovers {
  readonly #parts: LeftoversParts;
  readonly #due = new Map<string, Due>();
  readonly #stop: Stop;
  #isOwnDue = false;
  #isBusy = false;

  constructor(parts: LeftoversParts) {
    this.#parts = parts;
    this.#stop = parts.clock.every(LOOK_EVERY_MS, () => void this.#look());
  }

  /** A process is gone. */
  add(holder: Holder): void {
    const { clock } = this.#parts;
    const goneMs = clock.nowMs();
    this.#due.set(holder.bootId, { holder, goneMs, dueMs: goneMs + AFTER_MS + SPREAD_MS * clock.random() });
    const [oldest] = this.#due.keys();
    if (this.#due.size > MAX_DUE && oldest !== undefined) this.#due.delete(oldest);
  }

  /** The store may have what this process had taken back. */
  compareOwn(): void {
    this.#isOwnDue = true;
    void this.#look();
  }

  close(): void {
    this.#stop();
  }

  async #look(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    if (this.#isOwnDue) await this.#compareOwn();
    for (const due of [...this.#due.values()]) if (due.dueMs <= this.#parts.clock.nowMs()) await this.#clear(due);
    this.#isBusy = false;
  }

  async #compareOwn(): Promise<void> {
    const { store, bootId, compare, onFailed } = this.#parts;
    this.#isOwnDue = false;
    try {
      for (let shard = 0; shard < SHARDS; shard++) compare(await store.sessionsOf(shard, bootId));
    } catch (error) {
      this.#isOwnDue = true;
      onFailed(error);
    }
  }

  async #clear(due: Due): Promise<void> {
    const { clock, onFailed } = this.#parts;
    const { bootId } = due.holder;
    try {
      for (let shard = 0; shard < SHARDS; shard++) await this.#clearShard(shard, due);
      this.#due.delete(bootId);
    } catch (error) {
      this.#due.set(bootId, { ...due, dueMs: clock.nowMs() + RETRY_MS });
      onFailed(error);
    }
  }

  async #clearShard(shard: number, { holder, goneMs }: Due): Promise<void> {
    const { clock, store, isGone } = this.#parts;
    const left = await store.sessionsOf(shard, holder.bootId);
    if (left.length === 0 || !(await isGone(holder))) return;
    const agoMs = clock.nowMs() - goneMs;
    await store.apply(
      shard,
      left.map((entry) => ({ ...entry, agoMs, session: undefined })),
    );
  }
}
