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
