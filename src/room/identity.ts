/**
 * Whose seat it is. Matchmaking hands the user of a call to Colyseus, which keeps it with the seat and as `client.auth`;
 * the socket that takes the seat, now or after a lost connection, must belong to the same user.
 */
import { type Client, Room as ColyseusRoom } from "@colyseus/core";
import { z } from "zod";
import { ArenaError } from "../errors/errors.ts";
import type { Tokens, User } from "../tokens/tokens.ts";
import { seams } from "./colyseus-seams.ts";
import type { MessageDefinition } from "./messages.ts";

/** A client whose user is known, or who has none. */
export interface Identified {
  readonly user: User | undefined;
  /** The user has a newer token. */
  identify(user: User): void;
}

/**
 * Makes the user of a matchmaking call the `auth` of its seat, as @colyseus/auth does with its own tokens: Colyseus'
 * default `onAuth` is replaced, so that a room's own still runs and may refuse.
 */
export function carryUsers(): void {
  ColyseusRoom.onAuth = async (_token, _options, context) => ("user" in context && context.user) || true;
}

/** Remembers to which user each seat of a room belongs, whatever a room's own `onAuth` makes of `client.auth`. */
export class SeatOwners {
  readonly #owners = new Map<string, string>();

  /**
   * Takes a seat for the client's user.
   *
   * @throws ArenaError SEAT_FOREIGN where the seat was given to another user
   */
  claim(room: ColyseusRoom, client: Client): void {
    const { user } = client as unknown as Identified; // ArenaTransport's clients are
    const owner = this.#owners.get(client.sessionId) ?? reservedFor(room, client.sessionId);
    if (owner !== undefined && owner !== user?.userId) throw new ArenaError("SEAT_FOREIGN");
    if (user) this.#owners.set(client.sessionId, user.userId);
  }

  /** A seat is its client's, also of one who has not come yet to this process. */
  keep(client: Client): void {
    const { user } = client as unknown as Identified; // ArenaTransport's clients and the absent are
    if (user) this.#owners.set(client.sessionId, user.userId);
  }

  /** The session has given up its seat. */
  release(client: Client): void {
    this.#owners.delete(client.sessionId);
  }
}

/** The user for whom matchmaking reserved a seat that nobody has taken yet. */
function reservedFor(room: ColyseusRoom, sessionId: string): unknown {
  const seat = seams(room)._reservedSeats[sessionId];
  const auth: unknown = Array.isArray(seat) ? seat[1] : undefined;
  return typeof auth === "object" && auth !== null && "userId" in auth ? auth.userId : undefined;
}

/**
 * Cuts the old connection of a session that comes back on a new one with the token that only it has. Colyseus would
 * wait for the old one to end by itself, which a half-open line does long after the new one was given up.
 */
export function endSuperseded(room: ColyseusRoom, client: Client, token: string | undefined): void {
  const old = room.clients.get(client.sessionId);
  if (!old || old === client || token === undefined || old.reconnectionToken !== token) return;
  (old as unknown as { supersede(): void }).supersede(); // ArenaTransport's clients have it
}

/** Far above every token in use. */
const MAX_TOKEN_LENGTH = 8192;
const payload = z.strictObject({ token: z.string().max(MAX_TOKEN_LENGTH) });

/**
 * The message `token`, which every room answers: a user shows the token that it has before it ends, or a newer one from
 * elsewhere, and gets back what holds from now on; a guest's is a fresh one.
 */
export function tokenMessage(tokens: Tokens): MessageDefinition<Client & Identified, z.infer<typeof payload>> {
  return {
    format: payload,
    handler: async (client, { token }, context) => {
      const renewed = await renew(client, token, tokens);
      if (context.id === undefined) client.send("token", renewed);
      return renewed;
    },
  };
}

/** @throws ArenaError TOKEN_* as the token's check does; SEAT_FOREIGN for the token of another user */
async function renew(
  client: Identified,
  token: string,
  tokens: Tokens,
): Promise<{ token: string; expiresAtMs: number }> {
  const user = await tokens.verify(token);
  if (user.userId !== client.user?.userId) throw new ArenaError("SEAT_FOREIGN");
  const renewed = user.isGuest ? await tokens.renew(token) : { token, expiresAtMs: user.expiresAtMs };
  client.identify({ ...user, expiresAtMs: renewed.expiresAtMs });
  return { token: renewed.token, expiresAtMs: renewed.expiresAtMs };
}
