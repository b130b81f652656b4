import { PeopleRefused } from "../../../src/client/client.ts";
import { NoTarget } from "./ways.ts";

const WORDS: Readonly<Record<string, string>> = {
  FOLLOW_UNAVAILABLE: "They are nowhere where you could follow them now.",
  INVITE_GONE: "This invitation is not open any more.",
  INVITES_TOO_MANY: "You have invited many lately. Wait until some have answered.",
  PARTY_FULL: "Your party has as many people as it may have.",
  PARTY_INCOMPLETE: "Somebody of your party cannot come right now, so nobody goes.",
  PARTY_NOT_LED: "Only who leads the party does this.",
  ROOM_FULL: "There is no seat left there.",
  ROOM_NONE_FREE: "No room is free right now. Try again in a moment.",
  ROOM_NOT_FOUND: "That room has ended.",
  TOKEN_MISSING: "The server does not know who you are. Load the page again.",
};

/** Why something between people was not done, in words for them. */
export function whyNot(error: unknown): string {
  if (error instanceof NoTarget) return error.message;
  const code = error instanceof PeopleRefused ? error.code : "";
  return WORDS[code] ?? "This cannot be done right now. Try again in a moment.";
}

/** What is said where nobody of a party goes. */
export function whyNobodyGoes(error: unknown): string {
  const isFull = error instanceof PeopleRefused && (error.code === "ROOM_FULL" || error.code === "ROOM_NONE_FREE");
  return isFull ? "There are not enough seats for all of your party, so nobody goes." : whyNot(error);
}
