import type { Client, MessageContext } from "@colyseus/core";
import { z } from "zod";
import { ArenaError } from "../errors/errors.ts";
import type { Invitee, Inviter, People, PersonSession, SeatTarget } from "../people/people.ts";
import { type PartyJoin, PEOPLE_MESSAGES, type SeatReservation } from "../protocol/protocol.ts";
import type { Identified } from "./identity.ts";
import type { MessageDefinition } from "./messages.ts";

/** What a room says of who may do what with whom. */
export interface RoomOfPeople {
  readonly roomId: string;
  mayInvite(client: Client, userId: string): boolean;
  mayFollow(client: Client, userId: string, at: { readonly room: string; readonly roomId: string }): boolean;
  nameOf(client: Client): string | undefined;
}

const MAX_DATA = 128;
const MAX_ID = 128;
const id = z.string().min(1).max(MAX_ID);
const data = z
  .string()
  .max(MAX_DATA)
  .regex(/^\P{Cc}*$/u)
  .optional();
const options = z.looseObject({}).optional();
/** The room of one's own, that of an id, or any of a type. */
const target = { roomId: id.optional(), room: id.optional() };
const isOneTarget = ({ roomId, room }: { roomId?: string | undefined; room?: string | undefined }): boolean =>
  roomId === undefined || room === undefined;
const FORMATS = {
  here: z.union([z.undefined(), z.null(), z.strictObject({})]),
  invite: z.strictObject({ user: id, ...target, options, data }).refine(isOneTarget, "roomId or room, not both"),
  answer: z.strictObject({ id, accept: z.boolean(), options }),
  withdraw: z.strictObject({ id }),
  follow: z.strictObject({ user: id, roomId: id.optional(), options }),
  partyInvite: z.strictObject({ user: id, data }),
  partyLeave: z.union([z.undefined(), z.null(), z.strictObject({})]),
  partyJoin: z.strictObject({ ...target, options, data }).refine(isOneTarget, "roomId or room, not both"),
};

/** How an author invites somebody in the name of a client. */
export interface RoomInvite extends Omit<Invitee, "userId" | "isAllowed"> {
  /** Into which room; this one unless told otherwise. */
  readonly target?: SeatTarget;
  /** Join options of who is invited, unless they bring their own. */
  readonly options?: object | undefined;
}

/**
 * What the people of a room do with one another: the server's calls for the author of a room, and the messages for its clients. Whether
 * somebody may is asked of the room each time; who has no token may nothing of it.
 */
export class RoomPeople {
  readonly #room: RoomOfPeople;
  readonly #people: () => People;

  constructor(room: RoomOfPeople, people: () => People) {
    this.#room = room;
    this.#people = people;
  }

  /**
   * Invites a user in a client's name, and gives the id under which the client is told what comes of it.
   *
   * @throws ArenaError INVITES_TOO_MANY, CLUSTER_UNAVAILABLE; TOKEN_MISSING for a client without a token
   */
  async invite(client: Client, userId: string, wanted: RoomInvite = {}): Promise<string> {
    const { target: into = { roomId: this.#room.roomId }, options: joinOptions, ...invitee } = wanted;
    const isAllowed = this.#room.mayInvite(client, userId);
    return this.#people().invite(
      this.#inviter(client),
      { ...invitee, userId, isAllowed },
      { target: into, options: joinOptions },
    );
  }

  /** A seat for a client in the public room where a user is. @throws ArenaError FOLLOW_UNAVAILABLE; why there is none */
  async follow(client: Client, userId: string, joinOptions?: object, roomId?: string): Promise<SeatReservation> {
    const isAllowed = (at: { room: string; roomId: string }): boolean => this.#room.mayFollow(client, userId, at);
    return this.#people().follow(userOf(client), { userId, roomId, isAllowed, options: joinOptions });
  }

  /** The party of a client's user: user ids, that of who leads first. @throws ArenaError CLUSTER_UNAVAILABLE */
  async partyOf(client: Client): Promise<readonly string[]> {
    return (await this.#people().partyOf(userOf(client).userId))?.members ?? [];
  }

  /** Has the party that a client leads go into a room, all of them or nobody. @throws ArenaError PARTY_NOT_LED, PARTY_INCOMPLETE; why there are no seats */
  async joinTogether(client: Client, into: SeatTarget, trip: Pick<PartyJoin, "options" | "data"> = {}): Promise<void> {
    await this.#people().joinTogether(userOf(client).userId, into, trip);
  }

  /** A client has lost its connection, or its seat. */
  depart({ sessionId }: Client): void {
    this.#people().departed(sessionId);
  }

  /** What the room answers to clients; each says that the client takes part. */
  get messages(): Readonly<Record<string, unknown>> {
    const people = this.#people();
    return {
      [PEOPLE_MESSAGES.HERE]: this.#message(FORMATS.here, () => undefined),
      [PEOPLE_MESSAGES.INVITE]: this.#message(
        FORMATS.invite,
        async (client, { user, data: passed, options: own, ...at }) => {
          const into = targetOf(at) ?? { roomId: this.#room.roomId };
          return { id: await this.invite(client, user, { target: into, options: own, data: passed }) };
        },
      ),
      [PEOPLE_MESSAGES.INVITE_ANSWER]: this.#message(FORMATS.answer, async (client, answer) => {
        const seat = await people.answer(sessionOf(client), answer).catch((error: unknown) => {
          if (isError(error, "INVITE_GONE")) client.send(PEOPLE_MESSAGES.INVITE_GONE, { id: answer.id });
          throw error;
        });
        if (seat) client.send(PEOPLE_MESSAGES.INVITE_SEAT, seat);
        return seat ?? null;
      }),
      [PEOPLE_MESSAGES.INVITE_WITHDRAW]: this.#message(FORMATS.withdraw, (client, withdrawn) =>
        people.withdraw(userOf(client).userId, withdrawn.id),
      ),
      [PEOPLE_MESSAGES.FOLLOW]: this.#message(FORMATS.follow, async (client, { user, roomId, options: own }) => {
        const seat = await this.follow(client, user, own, roomId).catch((error: unknown) => {
          client.send(PEOPLE_MESSAGES.FOLLOW_FAILED, { user, code: codeOf(error) });
          throw error;
        });
        client.send(PEOPLE_MESSAGES.FOLLOW_SEAT, { user, seat });
        return { seat };
      }),
      ...this.#partyMessages,
    };
  }

  get #partyMessages(): Readonly<Record<string, unknown>> {
    const people = this.#people();
    return {
      [PEOPLE_MESSAGES.PARTY_INVITE]: this.#message(FORMATS.partyInvite, async (client, { user, data: passed }) => {
        const isAllowed = this.#room.mayInvite(client, user);
        return { id: await people.inviteToParty(this.#inviter(client), { userId: user, isAllowed, data: passed }) };
      }),
      [PEOPLE_MESSAGES.PARTY_LEAVE]: this.#message(FORMATS.partyLeave, (client) =>
        people.leaveParty(userOf(client).userId),
      ),
      [PEOPLE_MESSAGES.PARTY_JOIN]: this.#message(
        FORMATS.partyJoin,
        async (client, { options: own, data: passed, ...at }) => {
          const into = targetOf(at) ?? { roomId: this.#room.roomId };
          await this.joinTogether(client, into, { options: own, data: passed }).catch((error: unknown) => {
            client.send(PEOPLE_MESSAGES.PARTY_FAILED, { code: codeOf(error) });
            throw error;
          });
        },
      ),
    };
  }

  #inviter(client: Client): Inviter {
    return { user: userOf(client), name: this.#room.nameOf(client) };
  }

  /** A message of somebody who takes part. What comes of it otherwise than was wished is no offence. */
  #message<Payload>(
    format: z.ZodType<Payload>,
    handle: (client: Client, payload: Payload) => unknown,
  ): MessageDefinition<Client, Payload> {
    return {
      format,
      handler: async (client, payload, context) => {
        try {
          await this.#people().here(sessionOf(client));
          return await handle(client, payload);
        } catch (error) {
          return rejected(client, context, error);
        }
      },
    };
  }
}

/** Nobody's fault: others have done something meanwhile, or the room says no. What is, goes the way of all errors. */
function rejected(client: Client, context: MessageContext, error: unknown): unknown {
  const isOffence = error instanceof ArenaError && !error.row.isRetryable && error.code !== "INVITE_GONE";
  if (isOffence || !(error instanceof Error) || codeOf(error) === undefined) throw error;
  const { message } = error;
  if (context.id !== undefined) return context.reject({ code: codeOf(error), message });
  if (error instanceof ArenaError) client.error(error.row.wireCode, error.wireMessage);
  return undefined;
}

/** Name in the catalogue, or the number that the room refused with. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof ArenaError) return error.code;
  return error instanceof Error && "wireCode" in error ? String(error.wireCode) : undefined;
}

function isError(error: unknown, code: string): boolean {
  return error instanceof ArenaError && error.code === code;
}

function targetOf({
  roomId,
  room,
}: {
  roomId?: string | undefined;
  room?: string | undefined;
}): SeatTarget | undefined {
  if (roomId !== undefined) return { roomId };
  return room === undefined ? undefined : { name: room };
}

/** @throws ArenaError TOKEN_MISSING */
function userOf(client: Client): Inviter["user"] {
  const { user } = client as unknown as Identified; // ArenaTransport's clients are
  if (!user) throw new ArenaError("TOKEN_MISSING");
  return user;
}

function sessionOf(client: Client): PersonSession {
  const { sessionId } = client;
  return { sessionId, user: userOf(client), send: (type, payload) => client.send(type, payload) };
}
