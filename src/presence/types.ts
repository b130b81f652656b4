/** A session of a user: a seat in a room, while a connection has it. */
export interface Session {
  readonly sessionId: string;
  /** Boot of the process that runs the room; with it the session ends. */
  readonly bootId: string;
  /** Rises when that process was taken for gone and is back: what it had before may be swept away meanwhile, what it writes then is not. */
  readonly term: number;
  readonly nodeId: string;
  readonly roomId: string;
  /** Type of the room. */
  readonly room: string;
  /** What the user says of themselves, such as `away`; "" where they say nothing. */
  readonly status: string;
  /** Whether the room is private: who knows its id may be let in. */
  readonly isPrivate?: true;
}

/** What the store has of a user. */
export interface Told {
  readonly sessions: readonly Session[];
  /** For how long the user has had no session, in ms; undefined where they have one, or that is not known. */
  readonly goneForMs: number | undefined;
}

/** Which session of a user, and which process has it. */
export interface Entry extends Pick<Session, "sessionId" | "bootId" | "term"> {
  readonly userId: string;
}

/**
 * A session began or changed, or ended. Where another process has it by now, or the same one in a later term, its end is not told; nor
 * that it is where it was before.
 */
export interface Change extends Entry {
  /** How long ago it came to where it is, or ended, in ms: a store that was away hears of it late. */
  readonly agoMs: number;
  /** Undefined where it has ended. */
  readonly session: Session | undefined;
}

/** A user that has just gone, and comes back within this time, was never gone for others. */
export const GRACE_MS = 5000;
/** Of one user; a session beyond them is not shown. */
export const MAX_SESSIONS = 64;
