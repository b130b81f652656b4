import type { Clock } from "../clock/clock.ts";
import type { User } from "../tokens/tokens.ts";

/** A session whose client takes part: it can be invited, and is told of its party. */
export interface PersonSession {
  readonly sessionId: string;
  readonly user: User;
  readonly send: (type: string, payload: unknown) => void;
}

/** The session that a user used last, and how long ago. */
export interface Current {
  readonly sessionId: string;
  readonly user: User;
  readonly idleMs: number;
}

interface Here {
  readonly session: PersonSession;
  readonly usedMs: number;
}

/** Those of one user in one process; more hear of nothing. */
const MAX_SESSIONS = 64;

/** The sessions of this process that take part, by user. */
export class Sessions {
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #users = new Map<string, Map<string, Here>>();
  readonly #userOf = new Map<string, string>();

  constructor(clock: Pick<Clock, "nowMs">) {
    this.#clock = clock;
  }

  /** A session takes part, or is used again; says whether it is new. */
  use(session: PersonSession): boolean {
    const { sessionId, user } = session;
    const here = this.#users.get(user.userId) ?? new Map<string, Here>();
    const isNew = !here.has(sessionId);
    if (isNew && here.size >= MAX_SESSIONS) return false;
    here.set(sessionId, { session, usedMs: this.#clock.nowMs() });
    this.#users.set(user.userId, here);
    this.#userOf.set(sessionId, user.userId);
    return isNew;
  }

  /** A session has no connection any more. */
  end(sessionId: string): void {
    const userId = this.#userOf.get(sessionId);
    if (userId === undefined) return;
    this.#userOf.delete(sessionId);
    const here = this.#users.get(userId);
    here?.delete(sessionId);
    if (here?.size === 0) this.#users.delete(userId);
  }

  has(userId: string): boolean {
    return this.#users.has(userId);
  }

  /** Tells all sessions of a user but one. */
  send(userId: string, type: string, payload: unknown, except?: string): void {
    for (const { session } of this.#users.get(userId)?.values() ?? []) {
      if (session.sessionId !== except) session.send(type, payload);
    }
  }

  /** Tells one session; says whether it is here. */
  sendTo(sessionId: string, type: string, payload: unknown): boolean {
    const here = this.#users.get(this.#userOf.get(sessionId) ?? "")?.get(sessionId);
    here?.session.send(type, payload);
    return here !== undefined;
  }

  /** The session that the user used last; undefined where none takes part here. */
  current(userId: string): Current | undefined {
    const here = [...(this.#users.get(userId)?.values() ?? [])];
    const last = here.reduce<Here | undefined>(
      (best, one) => (best && best.usedMs > one.usedMs ? best : one),
      undefined,
    );
    if (!last) return undefined;
    const { sessionId, user } = last.session;
    return { sessionId, user, idleMs: this.#clock.nowMs() - last.usedMs };
  }
}
