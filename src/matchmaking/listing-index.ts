import { createHash } from "node:crypto";
import type { IRoomCache } from "@colyseus/core";
import { type Direction, sortKey } from "./sort-key.ts";

/** How a room type is looked up. */
export interface LookUp {
  /** Fields that callers may filter by, of the row or of its metadata. */
  readonly filterBy: readonly string[];
  /** What the best room is, by field; the oldest where nothing is said. */
  readonly sortBy: Readonly<Record<string, Direction>>;
}

/*
 * All indexes of a room type are one sorted set that is read in the order of its members. A member is: what it is for, a sort key, the
 * boot of the row's owner, the room's id, with NUL between them.
 */
const NUL = "\u0000";
const AFTER_NUL = "\u0001";
const HASH_LENGTH = 16;
/** Each field doubles what is written for a room. */
export const MAX_FILTERS = 4;

/** Part of the index: from its first member to behind its last. */
export interface IndexRange {
  readonly from: string;
  readonly to: string;
}

/** Rooms that are free and have these values, whatever the others; best first. */
export function freeRooms(filters: Readonly<Record<string, unknown>>): IndexRange {
  return rangeOf(`free${NUL}${hashOf(filters)}`);
}

/** All listed rooms of the type, oldest first. */
export function listedRooms(): IndexRange {
  return rangeOf("all");
}

/** All rooms of a process. */
export function roomsOfBoot(bootId: string): IndexRange {
  return rangeOf(`boot${NUL}${NUL}${bootId}`);
}

/** The room's id that is in a member. */
export function roomIdOf(member: string): string {
  return member.slice(member.lastIndexOf(NUL) + 1);
}

/** Where a row stands in the index. */
export function membersOf(row: IRoomCache, { filterBy, sortBy }: LookUp): readonly string[] {
  const created: [unknown, Direction] = [row.createdAt?.getTime(), 1];
  const member = (purpose: string, key: string): string => [purpose, key, row.processId, row.roomId].join(NUL);
  const members = [member("boot", "")];
  if (!row.private && !row.unlisted) members.push(member("all", sortKey([created])));
  if (row.locked || row.private) return members;
  const sorted = Object.entries(sortBy).map(([field, direction]): [unknown, Direction] => [
    fieldOf(row, field),
    direction,
  ]);
  const key = sortKey([...sorted, created]);
  for (const fields of subsetsOf(filterBy)) {
    const values = Object.fromEntries(fields.map((field) => [field, fieldOf(row, field)]));
    members.push(member(`free${NUL}${hashOf(values)}`, key));
  }
  return members;
}

/** A field of the row, or of its metadata where the row has none of that name; as Colyseus looks for it. */
export function fieldOf(row: IRoomCache, field: string): unknown {
  if (Object.hasOwn(row, field)) return (row as unknown as Record<string, unknown>)[field]; // just looked
  const { metadata } = row;
  return typeof metadata === "object" && metadata !== null ? (metadata as Record<string, unknown>)[field] : undefined; // an object
}

function rangeOf(purpose: string): IndexRange {
  return { from: `${purpose}${NUL}`, to: `${purpose}${AFTER_NUL}` };
}

/** A room that has no value is found by none. */
function hashOf(values: Readonly<Record<string, unknown>>): string {
  const sorted = Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
  const text = JSON.stringify(sorted.map(([field, value]) => [field, typeof value, String(value)]));
  return createHash("sha256").update(text).digest("base64url").slice(0, HASH_LENGTH);
}

function subsetsOf(fields: readonly string[]): readonly (readonly string[])[] {
  const sets: string[][] = [[]];
  for (const field of fields) for (const set of [...sets]) sets.push([...set, field]);
  return sets;
}
