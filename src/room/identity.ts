/**
 * Whose seat it is. Matchmaking hands the user of a call to Colyseus, which keeps it with the seat and as `client.auth`;
 * the socket that takes the seat, now or after a lost connection, must belong to the same user.
 */
import { type Client, Room as ColyseusRoom } from "@colyseus/core";
import { z } from "zod";
import { ArenaError } from "../errors/errors.ts";
import type { Tokens, User } from "../tokens/tokens.ts";
import { seams } from "./colyseus-seams.ts";

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

/**
 * Refuses a client whose seat was given to another user.
 *
 * @throws ArenaError SEAT_FOREIGN
 */
export function claimSeat(room: ColyseusRoom, client: Client): void {
  const seat = seams(room)._reservedSeats[client.sessionId];
  const auth: unknown = Array.isArray(seat) ? seat[1] : room.clients.get(client.sessionId)?.auth;
  const owner = typeof auth === "object" && auth !== null && "userId" in auth ? auth.userId : undefined;
  const { user } = client as unknown as Identified; // ArenaTransport's clients are
  if (owner !== undefined && owner !== user?.userId) throw new ArenaError("SEAT_FOREIGN");
}

/** Payload of the message `token`: the token that the client has, or a newer one of the same user. */
export const tokenPayload = z.strictObject({ token: z.string().max(8192) });

/**
 * Renews what a connection knows of its user, before the token that it came with ends. A guest gets a fresh token back;
 * who has a newer one from elsewhere brings it.
 *
 * @throws ArenaError TOKEN_* as the token's check does; SEAT_FOREIGN for the token of another user
 */
export async function renewIdentity(
  client: Identified,
  token: string,
  tokens: Tokens,
): Promise<{ token: string; expiresAtMs: number }> {
  const user = await tokens.verify(token);
  if (user.userId !== client.user?.userId) throw new ArenaError("SEAT_FOREIGN");
  const fresh = user.isGuest ? await tokens.renew(token) : { token, expiresAtMs: user.expiresAtMs };
  client.identify({ ...user, expiresAtMs: fresh.expiresAtMs });
  return { token: fresh.token, expiresAtMs: fresh.expiresAtMs };
}
