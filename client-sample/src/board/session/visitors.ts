import type { Everyone } from "../../../../rooms/whiteboard/rules/board.ts";
import { personColour } from "../people/person-colour.ts";
import type { Person, Role } from "../words.ts";

/** Who is on a board, and what those may do who have only the link. */
export interface Company {
  readonly people: readonly Person[];
  /** What this visitor may do; undefined as long as the room has not said. */
  readonly role: Role | undefined;
  readonly everyone: Everyone;
}

/** A page that shows more names than this shows none of them well. */
const MAX_PEOPLE = 500;
const MAX_NAME_LENGTH = 32;

/**
 * Reads who is here from the room's state. It comes from a server that may be older or newer, and its names from other people,
 * so nothing in it is taken for granted.
 *
 * @param nameOf the name under which a user signed, if any
 */
export function readCompany(
  state: unknown,
  ownSessionId: string | undefined,
  nameOf: (userId: string) => string | undefined = () => undefined,
): Company {
  const { visitors, everyone }: { visitors?: unknown; everyone?: unknown } = Object(state);
  const people = entriesOf(visitors)
    .slice(0, MAX_PEOPLE)
    .map(([sessionId, visitor]) => readPerson(sessionId, visitor, { ownSessionId, nameOf }));
  return {
    people,
    role: people.find(({ isMe }) => isMe)?.role,
    everyone: everyone === "viewer" || everyone === "none" ? everyone : "editor",
  };
}

/** A name as it may be shown: one line of printable text, not too long. */
export function readableName(name: unknown): string {
  const text = typeof name === "string" ? name.replace(/\p{C}|\p{Zl}|\p{Zp}/gu, "").trim() : "";
  return text.slice(0, MAX_NAME_LENGTH) || "Guest";
}

interface Context {
  readonly ownSessionId: string | undefined;
  readonly nameOf: (userId: string) => string | undefined;
}

function readPerson(sessionId: string, visitor: unknown, { ownSessionId, nameOf }: Context): Person {
  const { name, userId, role, colour }: Record<string, unknown> = Object(visitor);
  const user = typeof userId === "string" ? userId : "";
  return {
    sessionId,
    userId: user,
    name: readableName((user && nameOf(user)) || name),
    color: personColour(user || sessionId, colour),
    role: role === "owner" || role === "viewer" ? role : "editor",
    isMe: sessionId === ownSessionId,
  };
}

function entriesOf(map: unknown): readonly (readonly [string, unknown])[] {
  const entries: [string, unknown][] = [];
  const { forEach }: { forEach?: unknown } = Object(map);
  if (typeof forEach !== "function") return entries;
  forEach.call(map, (value: unknown, key: unknown) => entries.push([String(key), value]));
  return entries;
}
