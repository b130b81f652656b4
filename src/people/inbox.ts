import type { Clock, Stop } from "../clock/clock.ts";
import { type Invited, PEOPLE_MESSAGES } from "../protocol/protocol.ts";
import type { PersonSession, Sessions } from "./sessions.ts";

/** An invitation on its way to who is invited. */
export interface Delivered {
  readonly userId: string;
  readonly invited: Invited;
  /** The process that keeps it. */
  readonly ownerBootId: string;
}

/** An invitation that is open no more. */
export interface Gone {
  readonly userId: string;
  readonly id: string;
  /** The session that need not be told. */
  readonly except?: string | undefined;
}

interface Kept extends Delivered {
  readonly endsMs: number;
  readonly stopTimer: Stop;
}

/** Open for one user; more are not shown. */
const MAX_OPEN = 16;
/** The process that keeps an invitation says that it is over; where it cannot, it ends here. */
const SLACK_MS = 2000;

/** The open invitations of users with sessions in this process. Each session that takes part is told of them, also one that comes later. */
export class Inbox {
  readonly #clock: Pick<Clock, "nowMs" | "after">;
  readonly #sessions: Sessions;
  readonly #users = new Map<string, Map<string, Kept>>();

  constructor(clock: Pick<Clock, "nowMs" | "after">, sessions: Sessions) {
    this.#clock = clock;
    this.#sessions = sessions;
  }

  /** Takes an invitation in, once. Says whether it is there. */
  take(delivered: Delivered): boolean {
    const { userId, invited } = delivered;
    const open = this.#users.get(userId) ?? new Map<string, Kept>();
    if (open.has(invited.id)) return true;
    if (open.size >= MAX_OPEN) return false;
    const endsMs = this.#clock.nowMs() + invited.untilMs;
    const stopTimer = this.#clock.after(invited.untilMs + SLACK_MS, () => this.end({ userId, id: invited.id }));
    open.set(invited.id, { ...delivered, endsMs, stopTimer });
    this.#users.set(userId, open);
    this.#sessions.send(userId, PEOPLE_MESSAGES.INVITED, invited);
    return true;
  }

  /** Tells a session of what is open. */
  tell({ user, send }: PersonSession): void {
    for (const { invited, endsMs } of this.#users.get(user.userId)?.values() ?? []) {
      const untilMs = Math.round(endsMs - this.#clock.nowMs());
      if (untilMs > 0) send(PEOPLE_MESSAGES.INVITED, { ...invited, untilMs });
    }
  }

  /** The process that keeps an invitation of a user; undefined where it is not open. */
  ownerOf(userId: string, id: string): string | undefined {
    return this.#users.get(userId)?.get(id)?.ownerBootId;
  }

  end({ userId, id, except }: Gone): void {
    const open = this.#users.get(userId);
    const kept = open?.get(id);
    if (!(open && kept)) return;
    kept.stopTimer();
    open.delete(id);
    if (open.size === 0) this.#users.delete(userId);
    this.#sessions.send(userId, PEOPLE_MESSAGES.INVITE_GONE, { id }, except);
  }

  /** A process is gone, and with it the invitations that it kept. */
  endAllOf(bootId: string): void {
    const kept = [...this.#users.values()].flatMap((open) => [...open.values()]);
    for (const { userId, invited, ownerBootId } of kept)
      if (ownerBootId === bootId) this.end({ userId, id: invited.id });
  }

  close(): void {
    for (const open of this.#users.values()) for (const { stopTimer } of open.values()) stopTimer();
    this.#users.clear();
  }
}
