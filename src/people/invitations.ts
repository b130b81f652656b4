import type { Clock, Stop } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Presence } from "../presence/presence.ts";
import {
  type InviteAnswer,
  type Invited,
  type InviteSeat,
  type InviteState,
  type InviteStateName,
  PEOPLE_MESSAGES,
  type SeatReservation,
} from "../protocol/protocol.ts";
import type { User } from "../tokens/tokens.ts";
import type { Courier, Whereabouts } from "./courier.ts";
import { type Delivered, type Gone, Inbox } from "./inbox.ts";
import type { PersonSession, Sessions } from "./sessions.ts";
import type { UserRates } from "./user-rates.ts";

/** What somebody is invited to. */
export interface Offer {
  /** What who is invited is told of it. */
  readonly told: Pick<Invited, "kind" | "room" | "roomId" | "data">;
  /** The invitation was accepted; a seat where there is one. @throws ArenaError where it cannot be; it stays open then */
  accept(options: object | undefined): Promise<SeatReservation | undefined>;
  /** It ended otherwise: what was kept for it is given up. Does not reject. */
  drop(): Promise<void>;
}

/** Who invites. */
export interface Inviter {
  readonly user: User;
  readonly name?: string | undefined;
}

/** An invitation that is wanted. */
export interface Wanted {
  readonly userId: string;
  /** Whether the inviter may invite that user. */
  readonly isAllowed: boolean;
  readonly timeoutMs: number;
  /** Done first, once the invitation is counted. @throws ArenaError that the inviter is told whoever is invited */
  prepare?(): Promise<void>;
  /** Makes the offer, for a user who is there. @throws ArenaError where there is none to be had */
  offer(found: Whereabouts): Promise<Offer>;
}

/** What invitations are made of. */
export interface InvitationsParts {
  readonly clock: Clock;
  readonly bootId: string;
  readonly courier: Courier;
  readonly sessions: Sessions;
  readonly presence: Pick<Presence, "watch">;
  readonly rates: UserRates;
  readonly makeId: () => string;
  readonly onFailed: (error: unknown) => void;
}

/** Who makes one invitation. */
interface Inviting extends Inviter {
  /** Resolves when they have been told all that there was so far. */
  told: Promise<void>;
}

interface Open extends Offer {
  readonly id: string;
  readonly from: Inviting;
  readonly userId: string;
  readonly endsMs: number;
  /** Processes that have it. */
  readonly boots: Set<string>;
  isBeingAccepted: boolean;
  /** How it ends where that comes to nothing: what happened meanwhile. */
  endsAs?: InviteStateName;
  stop: Stop;
}

interface Answered extends InviteAnswer {
  readonly userId: string;
  readonly sessionId: string;
}

const INVITED = "people:invited";
const GONE = "people:gone";
const ANSWER = "people:answer";
const WITHDRAW = "people:withdraw";

/** No user has this id. */
const NOBODY = "";
/** Of one user in this process, at a time. */
const MAX_OPEN = 8;

/**
 * Invitations from users of this process, and answers of users of this process to those of any. An invitation lives where it was made,
 * and so the first answer counts, wherever the answers come from. Keeps PRS6 to PRS8.
 */
export class Invitations {
  readonly #parts: InvitationsParts;
  readonly #inbox: Inbox;
  readonly #open = new Map<string, Open>();
  /** Who is about to have one open. */
  readonly #inviting = new Set<Inviting>();

  constructor(parts: InvitationsParts) {
    const { clock, courier, sessions } = parts;
    this.#parts = parts;
    this.#inbox = new Inbox(clock, sessions);
    courier.on(INVITED, (delivered) => this.#inbox.take(delivered as Delivered));
    courier.on(GONE, (gone) => this.#inbox.end(gone as Gone));
    courier.on(ANSWER, (answered) => this.#answered(answered as Answered));
    courier.on(WITHDRAW, (payload) => this.#withdrawn(payload as { id: string; userId: string }));
  }

  /**
   * Invites a user, and gives the id under which the inviter is told what comes of it. Nobody learns whether there is a user whom they
   * may not invite: to them that one is not available.
   *
   * @throws ArenaError INVITES_TOO_MANY, CLUSTER_UNAVAILABLE; what preparing it throws
   */
  async invite(from: Inviter, wanted: Wanted): Promise<string> {
    const { userId } = from.user;
    this.#parts.rates.count(userId);
    const inviters = [...this.#inviting, ...Array.from(this.#open.values(), (one) => one.from)];
    if (inviters.filter(({ user }) => user.userId === userId).length >= MAX_OPEN)
      throw new ArenaError("INVITES_TOO_MANY");
    const inviting: Inviting = { ...from, told: Promise.resolve() };
    this.#inviting.add(inviting);
    try {
      await wanted.prepare?.();
      return await this.#invite(inviting, wanted);
    } finally {
      this.#inviting.delete(inviting);
    }
  }

  async #invite(from: Inviting, wanted: Wanted): Promise<string> {
    const { courier, bootId, makeId } = this.#parts;
    const id = `${bootId}.${makeId()}`;
    const isAllowed = wanted.isAllowed && wanted.userId !== from.user.userId;
    const found = await courier.find(isAllowed ? wanted.userId : NOBODY); // takes as long as for who is away
    if (!found) {
      this.#tell(from, { id, user: wanted.userId, state: "unavailable" });
      return id;
    }
    try {
      await this.#begin(id, from, wanted, await wanted.offer(found));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const code = error instanceof ArenaError ? error.code : "AUTH_FAILED"; // the room's own refusal of the other one
      this.#tell(from, { id, user: wanted.userId, state: "unavailable", code });
    }
    return id;
  }

  /**
   * A session answers an invitation to its user. The seat, where it has accepted one.
   *
   * @throws ArenaError INVITE_GONE; PEER_UNREACHABLE, PEER_UNCERTAIN; what is wrong with the options, and then it stays open
   */
  async answer({ user, sessionId }: PersonSession, answer: InviteAnswer): Promise<InviteSeat | undefined> {
    const owner = this.#inbox.ownerOf(user.userId, answer.id);
    if (owner === undefined) throw new ArenaError("INVITE_GONE");
    const answered: Answered = { ...answer, userId: user.userId, sessionId };
    return ((await this.#parts.courier.call(owner, ANSWER, answered)) ?? undefined) as InviteSeat | undefined; // our own code's
  }

  /** Withdraws an invitation of a user's, if it is still open. @throws ArenaError PEER_UNREACHABLE, PEER_UNCERTAIN */
  async withdraw(userId: string, id: string): Promise<void> {
    const { courier } = this.#parts;
    const [owner = ""] = id.split(".", 1);
    if (courier.knows(owner)) await courier.call(owner, WITHDRAW, { id, userId }); // else it has gone with its process
  }

  /** Tells a session of what its user is invited to. */
  tell(session: PersonSession): void {
    this.#inbox.tell(session);
  }

  /** A process is gone: what it kept has ended, and what it was told it is told again should it be back. */
  nodeGone(bootId: string): void {
    this.#inbox.endAllOf(bootId);
    for (const { boots } of this.#open.values()) boots.delete(bootId);
  }

  /** This process may have been taken for gone, and with it what is open here. */
  reassert(): void {
    for (const open of this.#open.values()) {
      const boots = [...open.boots];
      open.boots.clear();
      for (const bootId of boots) void this.#deliver(open, bootId);
    }
  }

  close(): void {
    for (const { stop } of this.#open.values()) stop();
    this.#open.clear();
    this.#inbox.close();
  }

  async #begin(id: string, from: Inviting, { userId, timeoutMs }: Wanted, offer: Offer): Promise<void> {
    const { clock, courier } = this.#parts;
    const endsMs = clock.nowMs() + timeoutMs;
    const stop = clock.after(timeoutMs, () => this.#end(id, "timedOut"));
    const open: Open = { ...offer, id, from, userId, endsMs, boots: new Set(), isBeingAccepted: false, stop };
    this.#open.set(id, open);
    this.#inviting.delete(from);
    this.#tell(from, { id, user: userId, state: "open" });
    const boots = await courier.bootsOf(userId).catch(() => []);
    const arrived = await Promise.all(boots.map((bootId) => this.#deliver(open, bootId)));
    if (arrived.some(Boolean)) await this.#follow(open);
    else this.#end(id, "unavailable");
  }

  async #deliver(open: Open, bootId: string): Promise<boolean> {
    if (open.boots.has(bootId)) return true;
    const { clock, courier, bootId: ownerBootId, onFailed } = this.#parts;
    const { id, from, userId, told, endsMs } = open;
    const untilMs = Math.max(0, Math.round(endsMs - clock.nowMs()));
    const invited: Invited = { ...told, id, from: { userId: from.user.userId, name: from.name }, untilMs };
    open.boots.add(bootId);
    try {
      return (await courier.call(bootId, INVITED, { userId, invited, ownerBootId })) === true;
    } catch (error) {
      open.boots.delete(bootId);
      onFailed(error);
      return false;
    }
  }

  /** Whoever is invited may come to other processes meanwhile, or go. */
  async #follow(open: Open): Promise<void> {
    const { courier, presence, onFailed } = this.#parts;
    const { id, userId, stop } = open;
    try {
      const stopWatch = await presence.watch([userId], ({ isSnapshot, users: { [userId]: user } }) => {
        if (user && !user.online && !isSnapshot) this.#end(id, "unavailable"); // at first, presence may not know of them yet
        for (const bootId of courier.boots(user?.sessions.map(({ nodeId }) => nodeId) ?? []))
          void this.#deliver(open, bootId);
      });
      if (!this.#open.has(id)) stopWatch();
      open.stop = () => {
        stop();
        stopWatch();
      };
    } catch (error) {
      onFailed(error); // it is open for its time, for those sessions that have it
    }
  }

  /** While one answer is looked at, no other counts. */
  async #answered({ id, accept, options, userId, sessionId }: Answered): Promise<InviteSeat | undefined> {
    const open = this.#open.get(id);
    if (open?.userId !== userId || open.isBeingAccepted) throw new ArenaError("INVITE_GONE");
    if (!accept) {
      this.#end(id, "declined", sessionId);
      return undefined;
    }
    open.isBeingAccepted = true;
    try {
      const seat = await open.accept(options ?? undefined);
      this.#end(id, "accepted", sessionId);
      return seat && { id, seat, data: open.told.data };
    } catch (error) {
      open.isBeingAccepted = false;
      const isGone = error instanceof ArenaError && error.code === "INVITE_GONE"; // what was offered is not there any more
      const state = open.endsAs ?? (isGone ? "unavailable" : undefined);
      if (state) this.#end(id, state);
      throw error;
    }
  }

  #withdrawn({ id, userId }: { readonly id: string; readonly userId: string }): void {
    if (this.#open.get(id)?.from.user.userId === userId) this.#end(id, "withdrawn");
  }

  #end(id: string, state: InviteStateName, except?: string): void {
    const open = this.#open.get(id);
    if (!open) return;
    if (open.isBeingAccepted && state !== "accepted") {
      open.endsAs ??= state;
      return;
    }
    this.#open.delete(id);
    open.stop();
    const told: InviteState = { id, user: open.userId, state };
    if (state === "accepted") this.#tell(open.from, told);
    else void open.drop().then(() => this.#tell(open.from, told)); // who hears of it may invite another one at once
    const gone: Gone = { userId: open.userId, id, except };
    for (const bootId of open.boots) this.#parts.courier.call(bootId, GONE, gone).catch(this.#parts.onFailed);
  }

  /** One after the other: the first may have a longer way to another process. */
  #tell(from: Inviting, state: InviteState): void {
    const { courier } = this.#parts;
    from.told = from.told.then(() => courier.send([from.user.userId], PEOPLE_MESSAGES.INVITE_STATE, state));
  }
}
