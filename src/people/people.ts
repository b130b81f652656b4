/**
 * people: users invite one another into rooms, follow one another, and go into rooms together.
 *
 * Owns the invitations that were made in this process, and which users make up a party. It refuses to know who belongs to whom: whether
 * a user may invite or follow another is said by the room that asks. On presence, which says where users are, and matchmaking,
 * which gives the seats. Keeps PRS6 to PRS11.
 */
import { randomBytes } from "node:crypto";
import type { Clock } from "../clock/clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Peers } from "../peers/peers.ts";
import type { Presence } from "../presence/presence.ts";
import type { InviteAnswer, InviteSeat, PartyJoin, SeatReservation } from "../protocol/protocol.ts";
import { connectRedis } from "../redis/redis.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { User } from "../tokens/tokens.ts";
import { Courier, type Whereabouts } from "./courier.ts";
import { Invitations, type Inviter, type Offer } from "./invitations.ts";
import { PeopleMemoryStore } from "./memory-store.ts";
import { Parties, type Party } from "./parties.ts";
import { PeopleRedisStore } from "./redis-store.ts";
import type { SeatTarget, UserSeats } from "./seats.ts";
import { type PersonSession, Sessions } from "./sessions.ts";
import type { PeopleStore } from "./store.ts";
import { UserRates } from "./user-rates.ts";

export type { Inviter } from "./invitations.ts";
export type { Party } from "./parties.ts";
export type { SeatTarget } from "./seats.ts";
export type { PersonSession } from "./sessions.ts";

/** Whom an invitation is for, and whether it may be made. */
export interface Invitee {
  readonly userId: string;
  /** To who may not invite a user, that one is never available. */
  readonly isAllowed: boolean;
  /** Passed on to who is invited. */
  readonly data?: string | undefined;
  /** How long it is open, in ms, up to a minute. @default 20_000 */
  readonly timeoutMs?: number | undefined;
}

/** A room to invite somebody into. */
export interface InvitedRoom {
  readonly target: SeatTarget;
  /** Join options of who is invited, unless they bring their own. */
  readonly options?: unknown;
}

/** Whom to follow, and where. */
export interface Followed {
  readonly userId: string;
  /** Of their rooms only this one. */
  readonly roomId?: string | undefined;
  /** Whether the one who follows may, into that room. */
  readonly isAllowed: (room: { readonly room: string; readonly roomId: string }) => boolean;
  readonly options?: unknown;
}

/** Users who meet. */
export interface People {
  /** A session takes part: it can be invited, and is told of what is open and of its party. Called with whatever it does here. */
  here(session: PersonSession): Promise<void>;
  /** A session has no connection any more. */
  departed(sessionId: string): void;
  /**
   * Invites a user into a room, in which a seat is kept until the invitation is answered or has ended. What comes of it is told to the
   * inviter's sessions, under the id that this gives.
   *
   * @throws ArenaError INVITES_TOO_MANY, CLUSTER_UNAVAILABLE
   */
  invite(from: Inviter, invitee: Invitee, room: InvitedRoom): Promise<string>;
  /** Answers an invitation. @throws ArenaError INVITE_GONE, OPTIONS_INVALID, PARTY_FULL; PEER_UNREACHABLE, PEER_UNCERTAIN */
  answer(session: PersonSession, answer: InviteAnswer): Promise<InviteSeat | undefined>;
  /** Withdraws an invitation of a user's, if it is open. @throws ArenaError PEER_UNREACHABLE, PEER_UNCERTAIN */
  withdraw(userId: string, id: string): Promise<void>;
  /** A seat for a user in the public room where another is. @throws ArenaError FOLLOW_UNAVAILABLE, INVITES_TOO_MANY, ROOM_FULL; what the room throws */
  follow(user: User, followed: Followed): Promise<SeatReservation>;
  /** The party of a user. @throws ArenaError CLUSTER_UNAVAILABLE */
  partyOf(userId: string): Promise<Party | undefined>;
  /** Invites a user into the party that the inviter leads, or begins. @throws ArenaError PARTY_NOT_LED; as `invite` does */
  inviteToParty(from: Inviter, invitee: Invitee): Promise<string>;
  /** @throws ArenaError CLUSTER_UNAVAILABLE */
  leaveParty(userId: string): Promise<void>;
  /**
   * The party that a user leads goes into a room together or not at all.
   *
   * @throws ArenaError PARTY_NOT_LED, PARTY_INCOMPLETE, INVITES_TOO_MANY; why there are no seats, which may be an error of the room's own
   */
  joinTogether(userId: string, target: SeatTarget, trip: Pick<PartyJoin, "options" | "data">): Promise<void>;
  close(): void;
}

/** What people are opened with. */
export interface PeopleOptions {
  /** Empty for a process on its own. */
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly cluster: Pick<Cluster, "identity" | "node" | "nodes" | "onLease" | "onNodeGone">;
  readonly peers: Pick<Peers, "call" | "on">;
  readonly presence: Presence;
  readonly seats: UserSeats;
}

const COMMAND_TIMEOUT_MS = 1000;
const GIVE_UP_MS = 1000;
const CONNECT_TIMEOUT_MS = 5000;
const INVITE_MS = 20_000;
const MAX_INVITE_MS = 60_000;
/** For who accepts at the last moment, to take the seat. */
const TAKE_MS = 15_000;
const ID_BYTES = 12;

/** @throws ArenaError CLUSTER_UNAVAILABLE, CONFIG_INVALID */
export async function openPeople(options: PeopleOptions): Promise<People> {
  return new ClusterPeople(options, await openStore(options));
}

async function openStore({ redisUrl: url, redisPrefix, clock }: PeopleOptions): Promise<PeopleStore> {
  if (url === "") return new PeopleMemoryStore(clock);
  const times = { clock, commandTimeoutMs: COMMAND_TIMEOUT_MS, connectTimeoutMs: CONNECT_TIMEOUT_MS };
  const quiet = { onConnected: () => {}, onDisconnected: () => {} }; // the cluster's own connection tells of it
  return new PeopleRedisStore(await connectRedis({ url, ...times, giveUpMs: GIVE_UP_MS, ...quiet }), redisPrefix);
}

class ClusterPeople implements People {
  readonly #options: PeopleOptions;
  readonly #store: PeopleStore;
  readonly #sessions: Sessions;
  readonly #invitations: Invitations;
  readonly #parties: Parties;
  readonly #rates: UserRates;
  readonly #onFailed: (error: unknown) => void;

  constructor(options: PeopleOptions, store: PeopleStore) {
    const { clock, cluster, telemetry } = options;
    const { bootId } = cluster.identity;
    const onFailed = (error: unknown): void => telemetry.emit("people:failed", { error });
    const makeId = (): string => randomBytes(ID_BYTES).toString("base64url");
    this.#options = options;
    this.#store = store;
    this.#onFailed = onFailed;
    this.#sessions = new Sessions(clock);
    const courier = new Courier({ ...options, sessions: this.#sessions, onFailed });
    this.#rates = new UserRates(clock);
    const own = { courier, store, sessions: this.#sessions, rates: this.#rates };
    const parts = { ...options, ...own, bootId, makeId, onFailed };
    this.#invitations = new Invitations(parts);
    this.#parties = new Parties(parts);
    cluster.onNodeGone((node) => this.#invitations.nodeGone(node.bootId));
    cluster.onLease((event) => {
      if (event === "held") this.#invitations.reassert();
    });
  }

  async here(session: PersonSession): Promise<void> {
    if (!this.#sessions.use(session)) return;
    this.#invitations.tell(session);
    try {
      await this.#parties.tell(session);
    } catch (error) {
      this.#sessions.end(session.sessionId); // it is told of its party when it says again that it is here
      throw error;
    }
  }

  departed(sessionId: string): void {
    this.#sessions.end(sessionId);
  }

  invite(from: Inviter, invitee: Invitee, room: InvitedRoom): Promise<string> {
    const timeoutMs = Math.min(invitee.timeoutMs ?? INVITE_MS, MAX_INVITE_MS);
    const offer = (found: Whereabouts): Promise<Offer> => this.#seatFor(found, room, { ...invitee, timeoutMs });
    return this.#invitations.invite(from, { ...invitee, timeoutMs, offer });
  }

  answer(session: PersonSession, answer: InviteAnswer): Promise<InviteSeat | undefined> {
    return this.#invitations.answer(session, answer);
  }

  withdraw(userId: string, id: string): Promise<void> {
    return this.#invitations.withdraw(userId, id);
  }

  async follow(user: User, { userId, roomId, isAllowed, options }: Followed): Promise<SeatReservation> {
    const { presence, seats } = this.#options;
    this.#rates.count(user.userId);
    const { [userId]: followed } = await presence.of([userId]);
    const room = followed?.sessions.findLast(
      (session) => !session.isPrivate && (roomId === undefined || session.roomId === roomId) && isAllowed(session),
    );
    if (!room) throw new ArenaError("FOLLOW_UNAVAILABLE");
    try {
      const [seat] = await seats.reserve({ roomId: room.roomId }, [{ user, options }], { isPublicOnly: true });
      if (seat) return seat;
    } catch (error) {
      if (!(error instanceof ArenaError && error.code === "ROOM_NOT_FOUND")) throw error; // it is private, or has just ended
    }
    throw new ArenaError("FOLLOW_UNAVAILABLE");
  }

  partyOf(userId: string): Promise<Party | undefined> {
    return this.#parties.of(userId);
  }

  async inviteToParty(from: Inviter, invitee: Invitee): Promise<string> {
    const timeoutMs = Math.min(invitee.timeoutMs ?? INVITE_MS, MAX_INVITE_MS);
    let id = "";
    const prepare = async (): Promise<void> => {
      ({ id } = await this.#parties.ledBy(from.user.userId));
    };
    const offer = async (): Promise<Offer> => ({
      told: { kind: "party", data: invitee.data },
      accept: async () => {
        await this.#parties.add(id, invitee.userId);
        return undefined;
      },
      drop: async () => {},
    });
    return this.#invitations.invite(from, { ...invitee, timeoutMs, prepare, offer });
  }

  leaveParty(userId: string): Promise<void> {
    return this.#parties.leave(userId);
  }

  async joinTogether(
    userId: string,
    target: SeatTarget,
    { options, data }: Pick<PartyJoin, "options" | "data">,
  ): Promise<void> {
    this.#rates.count(userId);
    await this.#parties.join(userId, { target, options, data });
  }

  close(): void {
    this.#invitations.close();
    this.#parties.close();
    this.#store.close();
  }

  async #seatFor(
    { user }: Whereabouts,
    { target, options }: InvitedRoom,
    { data, timeoutMs }: { readonly data?: string | undefined; readonly timeoutMs: number },
  ): Promise<Offer> {
    const { seats } = this.#options;
    const [seat] = await seats.reserve(target, [{ user, options }], { keptMs: timeoutMs + TAKE_MS });
    if (!seat) throw new ArenaError("ROOM_FULL");
    return {
      told: { kind: "room", room: seat.name, roomId: seat.roomId, data },
      accept: async (own) => {
        if (own && !(await seats.amend(seat, own))) throw new ArenaError("INVITE_GONE");
        return seat;
      },
      drop: () => seats.release(seat).catch(this.#onFailed), // what cannot be given up now ends by itself
    };
  }
}
