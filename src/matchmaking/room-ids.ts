import { createHash } from "node:crypto";

const ID_LENGTH = 22;

/**
 * The id of the one room of a type for an instance, such as a board: the same wherever and whenever the room runs, so that a client
 * which comes back to its old address finds it.
 */
export function instanceRoomId(name: string, instance: string): string {
  return createHash("sha256").update(`${name}/${instance}`).digest("base64url").slice(0, ID_LENGTH);
}
