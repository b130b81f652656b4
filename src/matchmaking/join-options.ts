import { matchMaker } from "@colyseus/core";
import type { z } from "zod";
import { ArenaError, describeIssues } from "../errors/errors.ts";

/** Schema of the join options by room name. */
export type OptionsByRoom = ReadonlyMap<string, z.ZodType>;

/** Join options as the room type's schema makes them. @throws ArenaError ROOM_NAME_UNKNOWN, OPTIONS_INVALID */
export function parseOptions(name: string, options: unknown, optionsByRoom: OptionsByRoom): matchMaker.ClientOptions {
  const schema = optionsByRoom.get(name);
  if (!schema) throw new ArenaError("ROOM_NAME_UNKNOWN");
  const parsed = schema.safeParse(options ?? {});
  if (parsed.success) return parsed.data as matchMaker.ClientOptions; // the schema of a room describes an object
  throw new ArenaError("OPTIONS_INVALID", describeIssues(parsed.error.issues, "options"));
}

/** The type of a room in which there may be a seat. @throws ArenaError ROOM_NOT_FOUND, ROOM_FULL */
export async function nameOfRoom(roomId: string, isPublicOnly = false): Promise<string> {
  const listing = await matchMaker.driver.findOne({ roomId });
  if (!listing || (isPublicOnly && listing.private)) throw new ArenaError("ROOM_NOT_FOUND");
  if (listing.locked) throw new ArenaError("ROOM_FULL");
  return listing.name;
}
