import type { UserPresence } from "../protocol/protocol.ts";
import { GRACE_MS, type Session, type Told } from "./types.ts";

interface Watched {
  told: Told;
  /** When the last of its sessions was gone; undefined while it has one. */
  emptySinceMs: number | undefined;
  now: UserPresence;
  /** As others have been told. */
  shown: UserPresence;
}

/** A store that has lost its last moments is told of them by then. */
const RETOLD_MS = 2000;
const OFFLINE: UserPresence = { online: false, sessions: [] };

/** What is known of time and processes. */
export interface ViewParts {
  readonly nowMs: () => number;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  /** For how long a process is gone, in ms, as far as it is known; undefined while it lives. */
  readonly goneForMs: (bootId: string) => number | undefined;
}

/**
 * Users as others see them. Pure: told what the store has, it leaves out sessions of processes that are gone, and shows as online who
 * had a session a moment ago. The order in which it is told the same things makes no difference to what it comes to.
 */
export class PresenceView {
  readonly #parts: ViewParts;
  readonly #users = new Map<string, Watched>();
  /** Users who are shown online and have no session. */
  readonly #leaving = new Set<string>();
  readonly #changed = new Set<string>();

  constructor(parts: ViewParts) {
    this.#parts = parts;
  }

  /** What the store has of a user now. */
  told(userId: string, told: Told): void {
    const known = this.#users.get(userId);
    const user = known ?? this.#newcomer(told);
    user.told = told;
    this.#users.set(userId, user);
    this.#judge(userId, user);
    if (known) return;
    user.shown = user.now;
    this.#changed.delete(userId);
  }

  /** The user is watched no more. */
  forget(userId: string): void {
    for (const users of [this.#users, this.#leaving, this.#changed]) users.delete(userId);
  }

  /** Processes have come or gone. */
  judgeAll(): void {
    for (const [userId, user] of this.#users) this.#judge(userId, user);
  }

  /** How a user is shown, as of when the changes were taken last; undefined where nothing was told of them. */
  of(userId: string): UserPresence | undefined {
    return this.#users.get(userId)?.shown;
  }

  /** Who is shown otherwise from now on. What was otherwise only meanwhile is no change. */
  takeChanged(): ReadonlyMap<string, UserPresence> {
    for (const userId of this.#leaving) {
      const user = this.#users.get(userId);
      if (user) this.#judge(userId, user);
    }
    const changed = new Map<string, UserPresence>();
    for (const userId of this.#changed) {
      const user = this.#users.get(userId);
      if (!user) continue;
      user.shown = user.now;
      changed.set(userId, user.shown);
    }
    this.#changed.clear();
    return changed;
  }

  /** Who went a moment before anybody looked is still shown. */
  #newcomer(told: Told): Watched {
    const goneForMs = this.#goneForMs(told);
    const isLeaving = goneForMs !== undefined && goneForMs < GRACE_MS;
    const now = isLeaving ? { online: true, sessions: [] } : OFFLINE;
    return { told, emptySinceMs: isLeaving ? this.#parts.nowMs() - goneForMs : undefined, now, shown: now };
  }

  #judge(userId: string, user: Watched): void {
    user.now = this.#presenceOf(user);
    if (user.now.online && user.emptySinceMs !== undefined) this.#leaving.add(userId);
    else this.#leaving.delete(userId);
    if (isSame(user.now, user.shown)) this.#changed.delete(userId);
    else this.#changed.add(userId);
  }

  #presenceOf(user: Watched): UserPresence {
    const alive = user.told.sessions.filter(({ bootId }) => this.#parts.goneForMs(bootId) === undefined);
    if (alive.length > 0) {
      user.emptySinceMs = undefined;
      return { online: true, sessions: alive.toSorted(bySessionId).map(describe) };
    }
    if (!user.now.online) return offline(this.#lastSeen(user) ?? user.now.lastSeen);
    user.emptySinceMs ??= this.#parts.nowMs() - Math.min(this.#goneForMs(user.told) ?? 0, GRACE_MS - RETOLD_MS);
    if (this.#parts.nowMs() - user.emptySinceMs < GRACE_MS) return user.now;
    return offline(this.#lastSeen(user) ?? this.#parts.wallMs() - (this.#parts.nowMs() - user.emptySinceMs));
  }

  /** For how long somebody has had no session in a process that lives. */
  #goneForMs({ sessions, goneForMs }: Told): number | undefined {
    if (sessions.length === 0) return goneForMs;
    const gone = sessions.map(({ bootId }) => this.#parts.goneForMs(bootId));
    return gone.every((each) => each !== undefined) ? Math.min(...gone) : undefined;
  }

  #lastSeen({ told: { goneForMs } }: Watched): number | undefined {
    return goneForMs === undefined ? undefined : Math.round(this.#parts.wallMs() - goneForMs);
  }
}

function offline(lastSeen: number | undefined): UserPresence {
  return lastSeen === undefined ? OFFLINE : { ...OFFLINE, lastSeen };
}

/** In the store they stand in the order in which they came, which says nothing to others. */
function bySessionId(one: Session, other: Session): number {
  return one.sessionId < other.sessionId ? -1 : 1;
}

/** Always in this order: Redis' JSON has none, and sessions are compared as texts. */
function describe({ nodeId, roomId, room, status, isPrivate }: Session): UserPresence["sessions"][number] {
  return { nodeId, roomId, room, status, ...(isPrivate && { isPrivate }) };
}

/** When somebody was last seen is told with the change to offline, and no change by itself: clocks differ a little. */
function isSame(one: UserPresence, other: UserPresence): boolean {
  return one.online === other.online && JSON.stringify(one.sessions) === JSON.stringify(other.sessions);
}
