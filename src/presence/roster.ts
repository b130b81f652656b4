import type { Clock, Stop } from "../clock/clock.ts";
import { type PresenceStore, shardOf } from "./store.ts";
import type { Change, Session } from "./types.ts";

/** What a roster is made of. */
export interface RosterParts {
  readonly clock: Pick<Clock, "after">;
  readonly apply: PresenceStore["apply"];
  readonly bootId: string;
  readonly onFailed: (error: unknown) => void;
}

interface Held extends Session {
  readonly userId: string;
}

/** What happens within this time is written together. */
const BATCH_MS = 50;
const RETRY_MS = 500;

/**
 * The sessions of this process, and what of them the store does not have yet. While the store is away, the newest of each session waits,
 * so that there is never more than a note for each.
 */
export class Roster {
  readonly #parts: RosterParts;
  readonly #sessions = new Map<string, Held>();
  /** Users of the sessions that are to be written. */
  readonly #dirty = new Map<string, string>();
  #stopTimer: Stop | undefined;
  #isWriting = false;
  #isClosed = false;

  constructor(parts: RosterParts) {
    this.#parts = parts;
  }

  /** A session is here, or is otherwise than before. */
  set(userId: string, session: Session): void {
    this.#sessions.set(session.sessionId, { ...session, userId });
    this.#note(session.sessionId, userId);
  }

  /** A session of this process has ended. */
  delete(sessionId: string): void {
    const held = this.#sessions.get(sessionId);
    if (!held) return;
    this.#sessions.delete(sessionId);
    this.#note(sessionId, held.userId);
  }

  get(sessionId: string): Held | undefined {
    return this.#sessions.get(sessionId);
  }

  /** Writes all of them again: the store may have lost them. */
  reassert(): void {
    for (const { sessionId, userId } of this.#sessions.values()) this.#note(sessionId, userId);
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer?.();
  }

  #note(sessionId: string, userId: string): void {
    this.#dirty.set(sessionId, userId);
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
    const shards = Map.groupBy(due, ([, userId]) => shardOf(userId));
    const written = await Promise.all([...shards].map(([shard, notes]) => this.#writeShard(shard, notes)));
    this.#isWriting = false;
    if (this.#dirty.size > 0) this.#writeAfter(written.every(Boolean) ? BATCH_MS : RETRY_MS);
  }

  async #writeShard(shard: number, notes: readonly (readonly [string, string])[]): Promise<boolean> {
    try {
      await this.#parts.apply(
        shard,
        notes.map(([sessionId, userId]) => this.#changeOf(sessionId, userId)),
      );
      return true;
    } catch (error) {
      for (const [sessionId, userId] of notes) this.#dirty.set(sessionId, this.#dirty.get(sessionId) ?? userId);
      this.#parts.onFailed(error);
      return false;
    }
  }

  #changeOf(sessionId: string, userId: string): Change {
    const held = this.#sessions.get(sessionId);
    const { bootId } = this.#parts;
    if (held?.userId !== userId) return { userId, sessionId, bootId, session: undefined };
    const { userId: _, ...session } = held;
    return { userId, sessionId, bootId, session };
  }
}
