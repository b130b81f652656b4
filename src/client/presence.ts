import type { Clock, Stop } from "../clock/clock.ts";
import { MAX_WATCHED_USERS, PRESENCE_MESSAGES, type PresenceTold, type UserPresence } from "../protocol/protocol.ts";
import { backoffMs } from "./backoff.ts";
import { Listeners } from "./listeners.ts";

/**
 * Called with the users of a watch as they are now, and with those that may be otherwise than before: all of them after each join.
 * A user who may not be seen from here has no entry.
 */
export type PresenceListener = (users: ReadonlyMap<string, UserPresence>, changed: readonly string[]) => void;

/** What watches of a connection are made of. */
export interface PresenceParts {
  readonly clock: Pick<Clock, "after" | "random">;
  readonly send: (type: string, payload: unknown) => boolean;
  readonly request: (type: string, payload: unknown) => Promise<unknown>;
}

interface Watch {
  readonly userIds: readonly string[];
  readonly listeners: Listeners<Parameters<PresenceListener>>;
}

/**
 * Who is online, where and how, as one connection sees it. The room keeps one list for a connection; all watches are put together
 * into it, and it is asked for again after a lost connection and where something was missed.
 */
export class ConnectionPresence {
  readonly #parts: PresenceParts;
  readonly #watches = new Set<Watch>();
  /** What is known of those whom the room has been asked for. */
  readonly #users = new Map<string, UserPresence>();
  /** The list that the room has, or is about to. */
  #asked: ReadonlySet<string> = new Set();
  #revision = 0;
  #status: string | undefined;
  #isJoined = false;
  #isAsking = false;
  /** Rises with every room that is lost: what it would have answered does not matter any more. */
  #turn = 0;
  /** The list is due again, even if it is the same. */
  #isDue = false;
  #failures = 0;
  #stopTimer: Stop | undefined;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  /**
   * Follows users until it is stopped: the listener is told of them when the room has answered, at once of those of whom something
   * is known already, and then of every change. Watches that begin and end together cost one list.
   *
   * @throws RangeError where all watches of the connection together have more than 500 users
   */
  watch(userIds: Iterable<string>, listener: PresenceListener): Stop {
    const watch: Watch = { userIds: [...new Set(userIds)], listeners: new Listeners() };
    watch.listeners.add(listener);
    if (new Set([...this.#wanted, ...watch.userIds]).size > MAX_WATCHED_USERS)
      throw new RangeError(`At most ${MAX_WATCHED_USERS} users.`);
    this.#watches.add(watch);
    queueMicrotask(() => {
      this.#ask();
      if (watch.userIds.some((userId) => this.#users.has(userId))) this.#tell(watch, watch.userIds);
    });
    return () => {
      if (this.#watches.delete(watch)) queueMicrotask(() => this.#ask());
    };
  }

  /** Says how one is, in at most 64 characters such as `away`; "" says nothing. Said again after a lost connection. */
  setStatus(status: string): void {
    this.#status = status;
    if (this.#isJoined) this.#parts.send(PRESENCE_MESSAGES.STATUS, { status });
  }

  /** A room is there, to which all of it is new. */
  joined(): void {
    this.#isJoined = true;
    this.#failures = 0;
    if (this.#status) this.#parts.send(PRESENCE_MESSAGES.STATUS, { status: this.#status });
    this.#isDue = this.#watches.size > 0;
    this.#ask();
  }

  /** The room is gone. What was known stays until the next one tells. */
  lost(): void {
    this.#isJoined = false;
    this.#isAsking = false;
    this.#turn++;
    this.#asked = new Set();
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  /** The room tells of users. */
  receive({ revision, isSnapshot, users }: PresenceTold): void {
    if (!isSnapshot && revision !== this.#revision + 1) {
      this.#isDue = !this.#isAsking;
      this.#ask();
      return;
    }
    this.#revision = revision;
    const changed = isSnapshot ? [...this.#asked] : Object.keys(users);
    if (isSnapshot) this.#users.clear();
    for (const [userId, presence] of Object.entries(users)) this.#users.set(userId, presence);
    for (const watch of [...this.#watches]) this.#tell(watch, changed);
  }

  close(): void {
    this.lost();
    this.#watches.clear();
    this.#users.clear();
  }

  get #wanted(): Set<string> {
    return new Set([...this.#watches].flatMap(({ userIds }) => userIds));
  }

  #tell(watch: Watch, changed: readonly string[]): void {
    const own = new Set(watch.userIds);
    const news = changed.filter((userId) => own.has(userId));
    if (news.length === 0 || !this.#watches.has(watch)) return;
    const known = watch.userIds.flatMap((userId) => {
      const presence = this.#users.get(userId);
      return presence ? [[userId, presence] as const] : [];
    });
    watch.listeners.tell(new Map(known), news);
  }

  #ask(): void {
    if (!this.#isJoined || this.#isAsking || this.#stopTimer) return;
    const users = this.#wanted;
    if (!this.#isDue && isSame(users, this.#asked)) return;
    this.#isDue = false;
    this.#asked = users;
    for (const userId of this.#users.keys()) if (!users.has(userId)) this.#users.delete(userId);
    void this.#request([...users]);
  }

  /** One list is on its way at a time, so that a snapshot is of the list that was asked for last. */
  async #request(users: readonly string[]): Promise<void> {
    const turn = this.#turn;
    this.#isAsking = true;
    const hasFailed = await this.#parts.request(PRESENCE_MESSAGES.WATCH, { users }).then(
      () => false,
      () => true,
    );
    if (turn !== this.#turn) return;
    this.#isAsking = false;
    if (hasFailed) this.#askLater();
    else this.#failures = 0;
    this.#ask();
  }

  /** The room cannot follow all of them now, or the store of presence is away. */
  #askLater(): void {
    const { clock } = this.#parts;
    this.#isDue = true;
    this.#stopTimer = clock.after(backoffMs(this.#failures++, clock.random()), () => {
      this.#stopTimer = undefined;
      this.#ask();
    });
  }
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((userId) => other.has(userId));
}
