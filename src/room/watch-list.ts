import { type Clock, MinuteCounter, type Stop } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Presence } from "../presence/presence.ts";
import type { PresenceTold } from "../protocol/protocol.ts";

/** What the list of a client is made of. */
export interface WatchListParts {
  readonly clock: Pick<Clock, "nowMs" | "after">;
  readonly presence: () => Pick<Presence, "watch">;
  /** Whether the client may see a user now; the author's. */
  readonly mayWatch: (userId: string) => boolean;
  /** Told once of each list for which that has thrown: nobody of it is seen. */
  readonly onFailed: (error: unknown) => void;
  readonly send: (told: PresenceTold) => void;
}

interface Following {
  readonly userIds: readonly string[];
  /** Somebody of them was left out of what was told. */
  isLacking: boolean;
  isOver: boolean;
  stop: Stop;
}

/** Whom a client may see changes without a word: by who is in the room, or in the author's data. */
const ASK_EVERY_MS = 3000;
const MAX_LISTS_A_MINUTE = 120;

/**
 * The users whom one client follows: of its list those whom it may see. It is asked again every few seconds who that is, and where it is
 * somebody else, the client is told of all of them anew.
 */
export class WatchList {
  readonly #parts: WatchListParts;
  readonly #lists = new MinuteCounter();
  #userIds: readonly string[] = [];
  #revision = 0;
  /** What the client is told of now, and what takes its place as soon as it is known. */
  #current: Following | undefined;
  #next: Following | undefined;
  #stopTimer: Stop = () => {};

  constructor(parts: WatchListParts) {
    this.#parts = parts;
  }

  /** A list takes the place of the one before; the empty one ends it. @throws ArenaError PRESENCE_FULL, CLUSTER_UNAVAILABLE */
  async set(userIds: readonly string[]): Promise<void> {
    const isTooMany = this.#lists.add(this.#parts.clock.nowMs()) > MAX_LISTS_A_MINUTE;
    if (isTooMany) throw new ArenaError("PRESENCE_FULL", `A client has ${MAX_LISTS_A_MINUTE} lists a minute.`);
    this.close();
    if (userIds.length === 0) return;
    this.#userIds = userIds;
    this.#revision = 0;
    await this.#follow(this.#allowed(userIds));
    if (this.#userIds === userIds) this.#askLater();
  }

  close(): void {
    this.#stopTimer();
    this.#userIds = [];
    for (const following of new Set([this.#current, this.#next])) end(following);
    this.#current = undefined;
    this.#next = undefined;
  }

  #allowed(userIds: readonly string[]): readonly string[] {
    try {
      return userIds.filter((userId) => this.#parts.mayWatch(userId));
    } catch (error) {
      this.#parts.onFailed(error);
      return [];
    }
  }

  async #follow(userIds: readonly string[]): Promise<void> {
    const following: Following = { userIds, isLacking: false, isOver: false, stop: () => {} };
    this.#next = following;
    following.stop = await this.#parts.presence().watch(userIds, (told) => this.#told(following, told));
    if (following.isOver) following.stop(); // another list came meanwhile, or the client went
  }

  #told(following: Following, { isSnapshot, users }: PresenceTold): void {
    if (following.isOver) return;
    if (isSnapshot) {
      end(this.#current);
      this.#current = following;
    }
    const all = Object.keys(users);
    const allowed = new Set(this.#allowed(all));
    following.isLacking ||= allowed.size < all.length;
    if (!isSnapshot && allowed.size === 0) return; // that something has changed says something as well
    const seen = Object.fromEntries(Object.entries(users).filter(([userId]) => allowed.has(userId)));
    this.#parts.send({ revision: ++this.#revision, isSnapshot, users: seen });
  }

  #askLater(): void {
    this.#stopTimer = this.#parts.clock.after(ASK_EVERY_MS, () => void this.#ask());
  }

  async #ask(): Promise<void> {
    const list = this.#userIds;
    const allowed = this.#allowed(list);
    const known = this.#current?.userIds ?? [];
    const isSame = known.length === allowed.length && known.every((userId, at) => userId === allowed[at]);
    if (!isSame || this.#current?.isLacking) await this.#follow(allowed).catch(() => {}); // the store is away: the next time will do
    if (this.#userIds === list) this.#askLater();
  }
}

function end(following: Following | undefined): void {
  if (!following) return;
  following.isOver = true;
  following.stop();
}
