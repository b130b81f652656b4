/** Locked shapes stay as they are until they are unlocked. */
import { OpRefused } from "../../../src/document/document.ts";
import type { BoardGroups, DeleteOp, RichOp, SetOp, Shape, UnsetOp } from "./shape.ts";

/** What an author may be; undefined where that is not known, and nothing is refused for it. */
type AuthorRole = string | undefined;

/**
 * Refuses a change of a locked shape, other than of its lock by who may.
 *
 * @throws OpRefused FORBIDDEN
 */
export function assertUnlocked(
  { g: { lock } }: Shape,
  op: SetOp | UnsetOp | DeleteOp | RichOp,
  role: AuthorRole,
): void {
  const isOfLock = (op.t === "set" || op.t === "unset") && op.g === "lock";
  if (!isOfLock && lock) throw new OpRefused("FORBIDDEN", "This shape is locked.");
  if (!isOfLock) return;
  if (lock?.by === "owner" && !isOwner(role)) {
    throw new OpRefused("FORBIDDEN", "An owner of the board has locked this shape; only owners unlock it.");
  }
  if (op.t === "set" && op.g === "lock") assertMayLock(op.v, role);
}

/**
 * Refuses an owner's lock from somebody else.
 *
 * @throws OpRefused FORBIDDEN
 */
export function assertMayLock(lock: BoardGroups["lock"] | undefined, role: AuthorRole): void {
  if (lock?.by === "owner" && !isOwner(role))
    throw new OpRefused("FORBIDDEN", "Only owners of the board lock for owners.");
}

/** Whether somebody may change what an owner has locked. */
export function isOwner(role: AuthorRole): boolean {
  return role === undefined || role === "owner";
}
