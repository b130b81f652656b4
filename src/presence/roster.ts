import type { Clock, Stop } from "../clock/clock.ts";
import { type PresenceStore, shardOf } from "./store.ts";
import { Turns } from "./turns.ts";
import { type Change, type Entry, GRACE_MS, type Session } from "./types.ts";

/** What a roster is made of. */
export interface RosterParts {
  readonly clock: Pick<Clock, "nowMs" | "after">;
  readonly apply: PresenceStore["apply"];
  readonly bootId: string;
  readonly onFailed: (error: unknown) => void;
}

/** A session here; the store learns whose process it is when it is written. */
interface Held extends Omit<Session, "bootId" | "term"> {
  readonly userId: string;
  readonly arrivedMs: number;
}

/** Whose session is to be written, and when it came to be as it is. */
interface Note {
  readonly userId: string;
  readonly atMs: number;
}

type Due = readonly [sessionId: string, note: Note];

/** What happens within this time is written together. */
const BATCH_MS = 50;
const RETRY_MS = 500;
/** Shards that are written at a time: what waits behind others in a slow store runs out of time there, and is written again in vain. */
const WRITTEN_AT_ONCE = 8;
/** Sessions that are remembered when they have ended: they may come back, or the store may lose that they have. */
const MAX_ENDED = 10_000;

/**
 * The sessions of this process, and what of them the store does not have yet. While the store is away, the newest of each session waits,
 * so that there is never more than a note for each.
 */
export class Roster {
  readonly #parts: RosterParts;
  readonly #sessions = new Map<string, Held>();
  /** By session. */
  readonly #dirty = new Map<string, Note>();
  /** What was said last in sessions that have ended, and when that was; newest last. */
  readonly #ended = new Map<string, { readonly status: string; readonly atMs: number }>();
  #term = 0;
  #stopTimer: Stop | undefined;
  #isWriting = false;
  #isClosed = false;

  constructor(parts: RosterParts) {
    this.#parts = parts;
  }

  /** A session is here, or back: with the status that it had where it was never gone for others. */
  set(session: Omit<Held, "status" | "arrivedMs">): void {
    const { sessionId, userId } = session;
    const status = this.#sessions.get(sessionId)?.status ?? this.#takeStatus(sessionId);
    this.#sessions.set(sessionId, { ...session, status, arrivedMs: this.#parts.clock.nowMs() });
    this.#note(sessionId, userId);
  }

  setStatus(sessionId: string, status: string): void {
    const held = this.#sessions.get(sessionId);
    if (!held || held.status === status) return;
    this.#sessions.set(sessionId, { ...held, status });
    this.#note(sessionId, held.userId);
  }

  /** A session of this process has ended. */
  delete(sessionId: string): void {
    const held = this.#sessions.get(sessionId);
    if (!held) return;
    this.#sessions.delete(sessionId);
    this.#ended.set(sessionId, { status: held.status, atMs: this.#parts.clock.nowMs() });
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
    this.#note(sessionId, held.userId);
  }

  /** Writes all of them again: the store may have lost them. */
  reassert(): void {
    for (const { sessionId, userId } of this.#sessions.values()) this.#note(sessionId, userId);
  }

  /** This process had been taken for gone: its sessions may be swept away, until they are written again. */
  beginTerm(): void {
    this.#term++;
    this.reassert();
  }

  /** Has the store forget what it has of this process that is not so. */
  compare(stored: readonly Entry[]): void {
    for (const { sessionId, userId } of stored) {
      if (this.#sessions.get(sessionId)?.userId === userId) continue;
      this.#note(sessionId, userId, this.#ended.get(sessionId)?.atMs);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer?.();
  }

  #takeStatus(sessionId: string): string {
    const ended = this.#ended.get(sessionId);
    this.#ended.delete(sessionId);
    return ended && this.#parts.clock.nowMs() - ended.atMs < GRACE_MS ? ended.status : "";
  }

  #note(sessionId: string, userId: string, atMs = this.#parts.clock.nowMs()): void {
    this.#dirty.set(sessionId, { userId, atMs });
    this.#writeAfter(BATCH_MS);
  }

  #writeAfter(ms: number): void {
    if (this.#isClosed || this.#isWriting || this.#stopTimer) return;
    this.#stopTimer = this.#parts.clock.after(ms, () => {
      this.#stopTimer = undefined;
      void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    const due = [...this.#dirty];
    this.#dirty.clear();
    const turns = new Turns(WRITTEN_AT_ONCE);
    let hasFailed = false;
    const write = async ([shard, notes]: readonly [number, readonly Due[]]): Promise<void> => {
      if (hasFailed) return this.#putBack(notes);
      try {
        await this.#parts.apply(
          shard,
          notes.map(([sessionId, note]) => this.#changeOf(sessionId, note)),
        );
      } catch (error) {
        hasFailed = true;
        this.#putBack(notes);
        this.#parts.onFailed(error);
      }
    };
    const shards = Map.groupBy(due, ([, { userId }]) => shardOf(userId));
    await Promise.all([...shards].map((shard) => turns.take(() => write(shard))));
    this.#isWriting = false;
    if (this.#dirty.size > 0) this.#writeAfter(hasFailed ? RETRY_MS : BATCH_MS);
  }

  #putBack(notes: readonly Due[]): void {
    for (const [sessionId, note] of notes) this.#dirty.set(sessionId, this.#dirty.get(sessionId) ?? note);
  }

  #changeOf(sessionId: string, { userId, atMs }: Note): Change {
    const held = this.#sessions.get(sessionId);
    const place = { sessionId, bootId: this.#parts.bootId, term: this.#term };
    const nowMs = this.#parts.clock.nowMs();
    if (held?.userId !== userId) return { ...place, agoMs: nowMs - atMs, userId, session: undefined };
    const { userId: _, arrivedMs, ...session } = held;
    return { ...place, agoMs: nowMs - arrivedMs, userId, session: { ...session, ...place } };
  }
}
