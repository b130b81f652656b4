import type { Invited, InviteState } from "../../../src/client/client.ts";
import { isJoinCode } from "../net/join-code.ts";
import { countOf } from "../ui/dom.ts";
import { gameName } from "./game-name.ts";
import type { PersonView, Place } from "./person.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A person may be in more places than a line has room for. */
const MAX_PLACES = 2;

/** Where somebody is, to follow on their name. */
export function placeText(place: Place): string {
  switch (place.t) {
    case "lobby":
      return "in the lobby";
    case "game":
      return place.roomId === undefined ? "in a private game" : `in the game ${gameName(place.roomId)}`;
    case "board":
      return place.boardId === undefined ? "on a board" : `on the board ${place.boardId}`;
  }
}

/** How somebody is and where: "away, in the lobby", or when they were last seen. */
export function whereText({ isOnline, isAway, places, lastSeen }: PersonView, nowMs: number): string {
  if (!isOnline) return lastSeen === undefined ? "offline" : `last seen ${agoText(nowMs - lastSeen)}`;
  const where = places.slice(0, MAX_PLACES).map(placeText).join(" and ");
  return isAway ? `away, ${where}` : where;
}

/** "just now", "5 minutes ago", "3 days ago". */
export function agoText(forMs: number): string {
  if (forMs < MINUTE_MS) return "just now";
  if (forMs < HOUR_MS) return `${countOf(Math.floor(forMs / MINUTE_MS), "minute")} ago`;
  if (forMs < DAY_MS) return `${countOf(Math.floor(forMs / HOUR_MS), "hour")} ago`;
  return `${countOf(Math.floor(forMs / DAY_MS), "day")} ago`;
}

/** How many are there, for a title: "3 online". */
export function onlineText(people: readonly PersonView[]): string {
  return `${people.filter(({ isOnline }) => isOnline).length} online`;
}

/** What came of an invitation. @param code why there is no seat, where that is why */
export function stateText(name: string, state: InviteState["state"], code: string | undefined): string {
  switch (state) {
    case "open":
      return `Waiting for ${name}`;
    case "accepted":
      return `${name} has accepted.`;
    case "declined":
      return `${name} has declined.`;
    case "timedOut":
      return `${name} did not answer.`;
    case "withdrawn":
      return `The invitation of ${name} is withdrawn.`;
    case "unavailable":
      return code === "ROOM_FULL" ? `There is no seat left for ${name}.` : `${name} cannot be reached now.`;
  }
}

/** What somebody is invited to. */
export function invitedText({ kind, room, roomId, data }: Invited, name: string): string {
  if (kind === "party") return `${name} invites you to a party`;
  if (room === "whiteboard") return `${name} invites you to the board ${data ?? ""}`.trimEnd();
  const game = roomId === undefined || isJoinCode(roomId) ? "a private game" : `the game ${gameName(roomId)}`;
  return `${name} invites you to ${game}`;
}
