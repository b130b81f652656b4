import { ArenaError, toArenaError } from "../errors/errors.ts";
import { hasMoved } from "./local-rooms.ts";

const SEAT_EXPIRED_CODE = 524;

/** Colyseus reports a missing seat by number; what a room threw is the room's own and stays inside. */
export function joinError(cause: unknown, roomId: string): ArenaError {
  if (hasMoved(roomId)) return new ArenaError("ROOM_NOT_HERE");
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === SEAT_EXPIRED_CODE) return new ArenaError("SEAT_EXPIRED", "", { cause });
  return toArenaError(cause);
}
