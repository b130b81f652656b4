/**
 * The messages by which users invite and follow one another, and go into rooms together. Ordinary messages of a room; docs/PROTOCOL.md
 * describes them.
 */

/** Types of the messages of people. */
export const PEOPLE_MESSAGES = {
  HERE: "people:here",
  INVITE: "invite",
  INVITE_STATE: "invite:state",
  INVITED: "invited",
  INVITE_ANSWER: "invite:answer",
  INVITE_SEAT: "invite:seat",
  INVITE_GONE: "invite:gone",
  INVITE_WITHDRAW: "invite:withdraw",
  FOLLOW: "follow",
  FOLLOW_SEAT: "follow:seat",
  FOLLOW_FAILED: "follow:failed",
  PARTY: "party",
  PARTY_INVITE: "party:invite",
  PARTY_LEAVE: "party:leave",
  PARTY_JOIN: "party:join",
  PARTY_SEAT: "party:seat",
  PARTY_FAILED: "party:failed",
} as const;

/** A seat that is reserved for a user, as the SDK's `consumeSeatReservation` takes it. */
export interface SeatReservation {
  /** Type of the room. */
  readonly name: string;
  readonly roomId: string;
  readonly sessionId: string;
  readonly processId?: string | undefined;
  readonly publicAddress?: string | undefined;
}

/** Up: invites a user into a room: that of the id, one of the type `room`, or the one that it is sent in. */
export interface Invite {
  readonly user: string;
  readonly roomId?: string | undefined;
  readonly room?: string | undefined;
  /** Join options of who is invited, unless they bring their own. */
  readonly options?: object | undefined;
  /** For who is invited, passed on as it is; at most 128 characters. */
  readonly data?: string | undefined;
}

/**
 * "open" while the invitation waits for an answer, and one of the others after it. "unavailable": the user has no connection, may not be
 * invited by this one, or is nobody; or there is no seat, and then `code` says why.
 */
export type InviteStateName = "open" | "accepted" | "declined" | "timedOut" | "unavailable" | "withdrawn";

/** Down, to who invites. */
export interface InviteState {
  readonly id: string;
  readonly user: string;
  readonly state: InviteStateName;
  readonly code?: string | undefined;
}

/** Down, to who is invited. */
export interface Invited {
  readonly id: string;
  readonly from: { readonly userId: string; readonly name?: string | undefined };
  /** Into a room, in which a seat is kept meanwhile, or into the party of who invites. */
  readonly kind: "room" | "party";
  readonly room?: string | undefined;
  readonly roomId?: string | undefined;
  /** How long it is open yet, in ms. */
  readonly untilMs: number;
  readonly data?: string | undefined;
}

/** Up: answers an invitation; who accepts may bring join options of their own. */
export interface InviteAnswer {
  readonly id: string;
  readonly accept: boolean;
  readonly options?: object | undefined;
}

/** Down, to the session that has accepted. */
export interface InviteSeat {
  readonly id: string;
  readonly seat: SeatReservation;
  readonly data?: string | undefined;
}

/** Up: asks for a seat in the room where a user is; in the one of the id, where they are in several. */
export interface Follow {
  readonly user: string;
  readonly roomId?: string | undefined;
  /** Join options. */
  readonly options?: object | undefined;
}

/** Users who go into rooms together. */
export interface PartyTold {
  readonly id: string;
  /** User id of who leads. */
  readonly leader: string;
  /** User ids, the one who has been in it for longest first. */
  readonly members: readonly string[];
}

/** Up: has the party join a room: that of the id, or one of the type. */
export interface PartyJoin {
  readonly roomId?: string | undefined;
  readonly room?: string | undefined;
  /** Join options of all. */
  readonly options?: object | undefined;
  readonly data?: string | undefined;
}

/** Down, to one session of each member. */
export interface PartySeat {
  readonly seat: SeatReservation;
  readonly data?: string | undefined;
}

/** Users of one party. */
export const MAX_PARTY = 8;
