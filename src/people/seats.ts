import type { SeatReservation } from "../protocol/protocol.ts";
import type { User } from "../tokens/tokens.ts";

/** A room that is there, or any of a type that fits. */
export type SeatTarget = { readonly roomId: string } | { readonly name: string };

/** Seats for users, as matchmaking gives them. */
export interface UserSeats {
  /** Seats in one room, all of them or none, kept for a while for who does not come. */
  reserve(
    target: SeatTarget,
    takers: readonly { readonly user: User; readonly options: unknown }[],
    terms?: { readonly keptMs?: number; readonly isPublicOnly?: boolean },
  ): Promise<readonly SeatReservation[]>;
  /** Puts other join options in the place of those of a seat. Says whether it was still there, and not taken. */
  amend(seat: SeatReservation, options: unknown): Promise<boolean>;
  /** Gives a seat up that was not taken. */
  release(seat: SeatReservation): Promise<void>;
}
