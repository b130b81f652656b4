import type { Clock, Stop } from "../clock/clock.ts";
import {
  type Follow,
  type Invite,
  type Invited,
  type InviteSeat,
  type InviteState,
  type PartyJoin,
  type PartySeat,
  type PartyTold,
  PEOPLE_MESSAGES,
  type SeatReservation,
} from "../protocol/protocol.ts";
import { backoffMs } from "./backoff.ts";
import { Listeners } from "./listeners.ts";

/** What the server did not do, and why: a name in its catalogue of errors, or the number that a room refused with. */
export class PeopleRefused extends Error {
  override readonly name = "PeopleRefused";
  readonly code: string;

  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** What the people of a connection are made of. */
export interface PeopleParts {
  readonly clock: Pick<Clock, "after" | "random">;
  readonly request: (type: string, payload: unknown) => Promise<unknown>;
  /** Calls back with the room's messages of a type. */
  readonly onMessage: <Payload>(type: string, listener: (payload: Payload) => void) => Stop;
}

/** Ids of invitations that were told of; the oldest are forgotten. */
const MAX_KNOWN = 256;

/**
 * Whom one meets over a connection: invitations into rooms, following somebody, and a party that goes into rooms together. What asks for
 * something rejects with {@link PeopleRefused} where it cannot be had. Whoever listens here can be invited, also after a lost connection.
 */
export class ConnectionPeople {
  readonly #parts: PeopleParts;
  readonly #invited = new Listeners<[Invited]>();
  readonly #gone = new Listeners<[string]>();
  readonly #states = new Listeners<[InviteState]>();
  readonly #parties = new Listeners<[PartyTold | undefined]>();
  readonly #seats = new Listeners<[PartySeat]>();
  readonly #known = new Set<string>();
  #party: PartyTold | undefined;
  #takesPart = false;
  #isJoined = false;
  #isSaid = false;
  #failures = 0;
  #stopTimer: Stop | undefined;

  constructor(parts: PeopleParts) {
    this.#parts = parts;
    const { onMessage } = parts;
    onMessage<Invited>(PEOPLE_MESSAGES.INVITED, (invited) => this.#onInvited(invited));
    onMessage<{ id: string }>(PEOPLE_MESSAGES.INVITE_GONE, ({ id }) => {
      this.#known.delete(id); // it may come again, when its process was only taken for gone
      this.#gone.tell(id);
    });
    onMessage<InviteState>(PEOPLE_MESSAGES.INVITE_STATE, (state) => this.#states.tell(state));
    onMessage<PartySeat>(PEOPLE_MESSAGES.PARTY_SEAT, (seat) => this.#seats.tell(seat));
    onMessage<PartyTold | null>(PEOPLE_MESSAGES.PARTY, (party) => {
      this.#party = party ?? undefined;
      this.#parties.tell(this.#party);
    });
  }

  /** The party, as far as is known; undefined for who is in none. */
  get party(): PartyTold | undefined {
    return this.#party;
  }

  /** Invites a user; gives the id under which {@link onInviteState} tells what comes of it. */
  async invite(invite: Invite): Promise<string> {
    return idOf(await this.#ask(PEOPLE_MESSAGES.INVITE, invite));
  }

  /** Withdraws an invitation of one's own. */
  async withdraw(id: string): Promise<void> {
    await this.#ask(PEOPLE_MESSAGES.INVITE_WITHDRAW, { id });
  }

  /**
   * Answers an invitation. Who accepts one into a room gets the seat, which `connect` or the SDK's `consumeSeatReservation` takes within 15 s.
   *
   * @param options join options of one's own, in the place of those that the inviter gave
   */
  async answer(id: string, accept: boolean, options?: object): Promise<SeatReservation | undefined> {
    const answer = await this.#ask(PEOPLE_MESSAGES.INVITE_ANSWER, { id, accept, options });
    return (answer as InviteSeat | null)?.seat;
  }

  /** A seat in the room where a user is; in that of the id, where they are in several. */
  async follow(user: string, roomId?: string, options?: object): Promise<SeatReservation> {
    const follow: Follow = { user, roomId, options };
    const answer = await this.#ask(PEOPLE_MESSAGES.FOLLOW, follow);
    return (answer as { seat: SeatReservation }).seat;
  }

  /** Invites a user into the party that one leads, or begins with it; tells of it as {@link invite} does. */
  async partyInvite(user: string, data?: string): Promise<string> {
    return idOf(await this.#ask(PEOPLE_MESSAGES.PARTY_INVITE, { user, data }));
  }

  async leaveParty(): Promise<void> {
    await this.#ask(PEOPLE_MESSAGES.PARTY_LEAVE, {});
  }

  /** Has the party that one leads go into a room: resolves when each member is told of a seat, rejects where nobody goes. */
  async partyJoin(trip: PartyJoin): Promise<void> {
    await this.#ask(PEOPLE_MESSAGES.PARTY_JOIN, trip);
  }

  /** Tells of each invitation once. */
  onInvited(listener: (invited: Invited) => void): Stop {
    return this.#listen(this.#invited, listener);
  }

  /** An invitation is open no more: it was answered on another device, withdrawn, or has ended. */
  onInviteGone(listener: (id: string) => void): Stop {
    return this.#listen(this.#gone, listener);
  }

  /** Tells what comes of one's own invitations, on whichever device they were made. */
  onInviteState(listener: (state: InviteState) => void): Stop {
    return this.#listen(this.#states, listener);
  }

  /** Tells of each change of the party; undefined: one is in none. */
  onParty(listener: (party: PartyTold | undefined) => void): Stop {
    return this.#listen(this.#parties, listener);
  }

  /** The party goes into a room, and this device has a seat there. */
  onPartySeat(listener: (seat: PartySeat) => void): Stop {
    return this.#listen(this.#seats, listener);
  }

  /** A room is there, to which all of it is new. */
  joined(): void {
    this.#isJoined = true;
    this.#isSaid = false;
    this.#failures = 0;
    this.#sayHere();
  }

  /** The room is gone. */
  lost(): void {
    this.#isJoined = false;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  close(): void {
    this.lost();
    for (const listeners of [this.#invited, this.#gone, this.#states, this.#parties, this.#seats]) listeners.clear();
  }

  #listen<Told>(listeners: Listeners<[Told]>, listener: (told: Told) => void): Stop {
    this.#takesPart = true;
    this.#sayHere();
    return listeners.add(listener);
  }

  #onInvited(invited: Invited): void {
    if (this.#known.has(invited.id)) return;
    this.#known.add(invited.id);
    const [oldest] = this.#known;
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    this.#invited.tell(invited);
  }

  /** Says that this connection takes part, until the room has heard it. */
  #sayHere(): void {
    if (!this.#isJoined || !this.#takesPart || this.#isSaid) return;
    this.#isSaid = true;
    const { clock, request } = this.#parts;
    request(PEOPLE_MESSAGES.HERE, {}).catch(() => {
      if (!this.#isJoined || this.#stopTimer) return;
      this.#stopTimer = clock.after(backoffMs(this.#failures++, clock.random()), () => {
        this.#stopTimer = undefined;
        this.#isSaid = false;
        this.#sayHere();
      });
    });
  }

  async #ask(type: string, payload: unknown): Promise<unknown> {
    try {
      return await this.#parts.request(type, payload);
    } catch (error) {
      const { reason }: { reason?: { code?: unknown; message?: unknown } } = Object(error);
      if (reason?.code === undefined) throw error;
      throw new PeopleRefused(String(reason.code), String(reason.message ?? ""));
    }
  }
}

function idOf(answer: unknown): string {
  return (answer as { id: string }).id; // the room's word
}
