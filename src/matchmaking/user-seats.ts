import type { AuthContext, matchMaker } from "@colyseus/core";
import type { User } from "../tokens/tokens.ts";
import { nameOfRoom, type OptionsByRoom, parseOptions } from "./join-options.ts";
import type { Seats, SeatTarget } from "./seats.ts";
import { translate } from "./translate.ts";

/** A user who is to have a seat, with join options as they came. */
export interface SeatTaker {
  readonly user: User;
  readonly options: unknown;
}

/** How seats are given to users. */
export interface SeatTerms {
  /** How long they are kept for who does not come. */
  readonly keptMs?: number;
  /** Unlisted rooms have none. */
  readonly isPublicOnly?: boolean;
}

/**
 * Seats for users in whose name the server itself asks. Each is given to its user alone. Errors are of the catalogue, or the room's own.
 */
export interface UserSeats {
  /** Seats in one room, all of them or none. */
  reserve(
    target: SeatTarget,
    takers: readonly SeatTaker[],
    terms?: SeatTerms,
  ): Promise<readonly matchMaker.ISeatReservation[]>;
  /** Puts other join options in the place of those of a seat. Says whether it was still there, and not taken. */
  amend(seat: matchMaker.ISeatReservation, options: unknown): Promise<boolean>;
  /** Gives a seat up that was not taken. */
  release(seat: matchMaker.ISeatReservation): Promise<void>;
}

/** What they are made of. */
export interface UserSeatsParts {
  readonly seats: Pick<Seats, "joinTogether" | "change">;
  readonly optionsByRoom: OptionsByRoom;
}

export function createUserSeats({ seats, optionsByRoom }: UserSeatsParts): UserSeats {
  const translated = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw translate(cause);
    }
  };
  return {
    reserve: (target, takers, { keptMs, isPublicOnly = false } = {}) =>
      translated(async () => {
        const name = "roomId" in target ? await nameOfRoom(target.roomId, isPublicOnly) : target.name;
        const callers = takers.map(({ user, options }) => ({
          options: parseOptions(name, options, optionsByRoom),
          auth: authOf(user),
        }));
        return seats.joinTogether(target, { callers, ...(keptMs !== undefined && { keptMs }) });
      }),
    amend: (seat, options) =>
      translated(async () => seats.change(seat, parseOptions(seat.name, options, optionsByRoom))),
    release: async (seat) => {
      await translated(() => seats.change(seat, undefined));
    },
  };
}

/** The user came with a token before; what else is known of a caller is not known of somebody whom others bring along. */
function authOf(user: User): AuthContext {
  const context: AuthContext & { user: User } = { headers: new Headers(), ip: "", user };
  return context;
}
