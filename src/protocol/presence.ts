/** The messages by which clients follow who is online, where and how. Ordinary messages of a room; docs/PROTOCOL.md describes them. */

/** Types of the messages of presence. */
export const PRESENCE_MESSAGES = { WATCH: "presence:watch", STATUS: "presence:status", TOLD: "presence" } as const;

/** Users whom one client may follow at once. */
export const MAX_WATCHED_USERS = 500;

/** A user as others see them. */
export interface UserPresence {
  readonly online: boolean;
  /** Where they are. Empty while they have just gone and may be back at once. */
  readonly sessions: readonly UserSession[];
  /** When their last session ended, in ms since 1970; undefined while they are online, and where that is not known. */
  readonly lastSeen?: number;
}

/** A seat of a user that has a connection. */
export interface UserSession {
  readonly nodeId: string;
  /** Empty where the room is private. */
  readonly roomId: string;
  /** Type of the room. */
  readonly room: string;
  /** What the user says of themselves, such as `away`; "" where they say nothing. */
  readonly status: string;
  readonly isPrivate?: true;
}

/** Down: everybody who is followed first, then who is otherwise than before. Whoever may not be seen is left out. */
export interface PresenceTold {
  /** One more each time. */
  readonly revision: number;
  readonly isSnapshot: boolean;
  readonly users: Readonly<Record<string, UserPresence>>;
}
