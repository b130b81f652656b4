import type { Room } from "@colyseus/core";
import { seams } from "./colyseus-seams.ts";

/** A seat that is asked for. */
export interface SeatRequest {
  readonly sessionId: string;
  readonly options: object;
  /** What `onAuth` made of the caller. */
  readonly auth: unknown;
}

const MS_PER_S = 1000;

/** Reserves seats of a room for sessions that come, all of them or none; for as long as Colyseus does unless told otherwise. */
export async function reserveSeats(room: Room, seats: readonly SeatRequest[], keptMs?: number): Promise<boolean> {
  const reserved = await seams(room)._reserveMultipleSeats(
    seats.map(({ sessionId }) => sessionId),
    seats.map(({ options }) => options),
    seats.map(({ auth }) => auth),
    keptMs === undefined ? undefined : keptMs / MS_PER_S,
  );
  return reserved.every(Boolean);
}

/**
 * Gives seats that nobody has taken yet other join options, or gives them up where there are none: as if their time had ended. Says
 * whether all of them were there.
 */
export async function changeSeats(
  room: Room,
  sessionIds: readonly string[],
  options: object | undefined,
): Promise<boolean> {
  const { _reservedSeats, _reservedSeatTimeouts } = seams(room);
  const timers = sessionIds.map((sessionId) => _reservedSeatTimeouts[sessionId]);
  for (const [n, sessionId] of sessionIds.entries()) {
    const [seat, timer] = [_reservedSeats[sessionId], timers[n]];
    if (!timer || !Array.isArray(seat)) continue; // taken, or its time has ended
    if (options) {
      seat[0] = options;
    } else {
      const end = timer._onTimeout; // a timer that is cleared has it no more
      clearTimeout(timer);
      await end();
    }
  }
  return timers.every(Boolean);
}
