import { type Coloured, colourAmong } from "../../../rooms/whiteboard/rules/colours.ts";
import type { UserPresence } from "../../../src/client/client.ts";
import { personColour } from "../board/people/person-colour.ts";
import { readableName } from "../board/session/visitors.ts";
import { readStatus } from "./status-text.ts";

/** Where somebody is. A private game and a board that is not told of have nothing by which one could go there. */
export type Place =
  | { readonly t: "lobby" }
  | { readonly t: "game"; readonly roomId: string | undefined }
  | { readonly t: "board"; readonly boardId: string | undefined };

/** Somebody as the page shows them: all their devices and tabs are one. */
export interface PersonView {
  readonly userId: string;
  readonly name: string;
  /** Such as #0f766e. */
  readonly colour: string;
  readonly isMe: boolean;
  readonly isOnline: boolean;
  /** Whether none of their pages is being looked at. */
  readonly isAway: boolean;
  /** What they say of themselves; empty where that is nothing. */
  readonly status: string;
  /** Empty while offline. */
  readonly places: readonly Place[];
  /** When they were last online, in ms since 1970; undefined while they are, and where that is not known. */
  readonly lastSeen: number | undefined;
}

/** What the room of people says of somebody. */
export interface Listed {
  readonly name: string;
  /** A number of {@link personColour}. */
  readonly colour: number;
  readonly boards: readonly string[];
}

/** More than the room lists. */
const MAX_PEOPLE = 200;
const MAX_BOARDS = 8;

/** Reads the list of people. It comes from a server that may be older or newer, and its names from others. */
export function readListed(state: unknown): ReadonlyMap<string, Listed> {
  const listed = new Map<string, Listed>();
  const coloured: Coloured[] = [];
  const { people }: { people?: { forEach?: unknown } } = Object(state);
  if (typeof people?.forEach !== "function") return listed;
  people.forEach((person: unknown, userId: unknown) => {
    if (listed.size >= MAX_PEOPLE) return;
    const { name, boards }: { name?: unknown; boards?: unknown } = Object(person);
    const known = Array.from(Object(boards)[Symbol.iterator] ? (boards as Iterable<unknown>) : []);
    const ids = known.filter((id) => typeof id === "string").slice(0, MAX_BOARDS);
    const key = String(userId);
    const colour = colourAmong(key, coloured);
    coloured.push({ key, colour });
    listed.set(key, { name: readableName(name), colour, boards: ids });
  });
  return listed;
}

/** Somebody as they are now. @param presence undefined where nothing is known of them */
export function viewOf(
  userId: string,
  { name, colour, boards }: Listed,
  presence: UserPresence | undefined,
  ownUserId: string | undefined,
): PersonView {
  const sessions = presence?.sessions ?? [];
  const said = sessions.filter(({ room }) => room === "people").map(({ status }) => readStatus(status));
  const isOnline = presence?.online === true;
  return {
    userId,
    name,
    colour: personColour(userId, colour),
    isMe: userId === ownUserId,
    isOnline,
    isAway: isOnline && said.length > 0 && said.every(({ isAway }) => isAway),
    status:
      (said.find(({ isAway, text }) => !isAway && text !== "") ?? said.find(({ text }) => text !== ""))?.text ?? "",
    places: isOnline ? placesOf(sessions, boards) : [],
    lastSeen: isOnline ? undefined : presence?.lastSeen,
  };
}

/** Oneself first, then who is there, who is away, and who has gone: the last one seen first. */
export function inOrder(people: readonly PersonView[]): readonly PersonView[] {
  return people.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (b.lastSeen ?? 0) - (a.lastSeen ?? 0) ||
      a.name.localeCompare(b.name) ||
      (a.userId < b.userId ? -1 : 1),
  );
}

function rank({ isMe, isOnline, isAway }: PersonView): number {
  if (isMe) return 0;
  if (!isOnline) return 3;
  return isAway ? 2 : 1;
}

function placesOf(sessions: UserPresence["sessions"], boards: readonly string[]): readonly Place[] {
  // The id of a private game is the code by which one is let in, and not told.
  const games = new Set(sessions.filter(({ room }) => room === "arena").map(({ roomId }) => roomId));
  const boardRooms = new Set(sessions.filter(({ room }) => room === "whiteboard").map(({ roomId }) => roomId));
  const places: Place[] = Array.from(games, (roomId) => ({
    t: "game",
    roomId: roomId === "" ? undefined : roomId,
  }));
  if (boardRooms.size > 0) {
    for (const boardId of boards) places.push({ t: "board", boardId });
    if (boards.length < boardRooms.size) places.push({ t: "board", boardId: undefined });
  }
  return places.length > 0 ? places : [{ t: "lobby" }];
}
