import { ArenaError, ERRORS, type ErrorCode } from "../errors/errors.ts";

/** What a room itself refused with: a number and a sentence of its author's. */
class RoomRefusal extends Error {
  override readonly name = "RoomRefusal";
  readonly wireCode: number;

  constructor(wireCode: number, message: string) {
    super(message);
    this.wireCode = wireCode;
  }
}

/** Colyseus' own numbers (shared-types, Protocol.ts 256), and what they mean here. */
const BY_COLYSEUS_CODE: Readonly<Record<number, ErrorCode>> = {
  520: "ROOM_NAME_UNKNOWN",
  521: "ROOM_NONE_FREE",
  522: "ROOM_NOT_FOUND",
  524: "SEAT_EXPIRED",
  525: "AUTH_FAILED",
};
/** Numbers that Colyseus gives to whatever a hook threw; what was thrown may say more than a client should know. */
const UNHANDLED_CODES = new Set([523, 526]);

/** What Colyseus or a room threw, as an error of the catalogue; a refusal of the room's own keeps its number and sentence. */
export function translate(cause: unknown): Error {
  if (cause instanceof ArenaError) return cause;
  if (!(cause instanceof Error)) return new ArenaError("INTERNAL", "", { cause });
  if (cause.constructor.name === "SeatReservationError") return new ArenaError("ROOM_FULL", "", { cause });
  const code = "code" in cause ? cause.code : undefined;
  if (typeof code === "string" && code in ERRORS) return new ArenaError(code as ErrorCode, "", { cause }); // just checked
  if (typeof code !== "number" || UNHANDLED_CODES.has(code)) return new ArenaError("INTERNAL", "", { cause });
  const known = BY_COLYSEUS_CODE[code];
  return known ? new ArenaError(known, "", { cause }) : new RoomRefusal(code, cause.message);
}
