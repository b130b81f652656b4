import { MatchMakeError } from "@colyseus/sdk";
import { CLOSE_CODES } from "../../../src/protocol/protocol.ts";

/** Server errors whose own sentence says too little to a player, by the code that leads their message. */
const BY_CODE: Readonly<Record<string, string>> = {
  ROOM_NOT_FOUND: "There is no room with that code. It may have ended.",
  ROOM_FULL: "That room is full. Try another one.",
  ROOM_NONE_FREE: "No room is free right now. Try again in a moment.",
  SEAT_EXPIRED: "Joining took too long. Please try again.",
  DRAINING: "The server is being restarted. Try again in a moment.",
};

const SERVER_AWAY = "The server cannot be reached. Is it running?";

/** Said of a join that got no answer in time. */
export const SERVER_SILENT = "The server does not answer. Please try again.";

/** Whether a sentence is about the server's absence, and so no longer true once the server is back. */
export function isOutage(sentence: string): boolean {
  return sentence === SERVER_AWAY || sentence === SERVER_SILENT;
}

/** What went wrong with a matchmaking call, in words for a player. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error) || error.message === "") return SERVER_AWAY;
  // A call that never got an answer carries the network's code, which is no number, or none.
  if (error instanceof MatchMakeError && typeof error.code !== "number") return SERVER_AWAY;
  return explainMessage(error.message);
}

/** Why a seat that was kept over a reload could not be taken again, in words for a player. */
export function explainLostSeat(error: unknown): string {
  const words = explainError(error);
  return isOutage(words) ? words : "Your seat in that room is gone. Join again to play on.";
}

/** What the server refused, in words for a player. @param message as on the wire: "CODE: sentence" */
export function explainMessage(message: string): string {
  const [, code, sentence] = /^([A-Z_]+): (.*)$/s.exec(message) ?? [];
  return BY_CODE[code ?? ""] ?? sentence ?? message;
}

/** Why a room was left for good, in words for a player; undefined where the player wanted it. */
export function explainClose(code: number): string | undefined {
  switch (code) {
    case CLOSE_CODES.NORMAL:
    case CLOSE_CODES.CONSENTED:
      return undefined;
    case CLOSE_CODES.SERVER_SHUTDOWN:
      return "The server is shutting down, and this room with it.";
    case CLOSE_CODES.REFUSED:
      return "The server refused what this page sent.";
    case CLOSE_CODES.ROOM_FAILED:
      return "The room failed and has ended.";
    default:
      return "Your seat in this room is gone.";
  }
}
