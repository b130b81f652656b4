import type { Everyone, Role, Settings } from "./rules/board.ts";

/** A right that was given by an invitation, until it ends or is withdrawn. */
export interface Invited {
  readonly role: string;
  /** In ms since 1970. */
  readonly expiresAtMs: number;
  /** The board's invitations of which it is one; undefined for an owner's own deed, which nobody lent them. */
  readonly epoch: number | undefined;
}

/** What speaks for somebody. */
export interface Claims {
  readonly userId: string;
  /** Of the user's token: `whiteboard:<id>:<role>`, or `whiteboard:*:<role>` for every board. */
  readonly roles: readonly string[];
  readonly invited: Invited | undefined;
}

/** The strongest first. */
const ROLES: readonly Role[] = ["owner", "editor", "viewer"];

/**
 * What somebody may do on a board: the strongest of what speaks for them.
 *
 * @param key the board, such as `whiteboard/plans`
 */
export function roleFor(
  key: string,
  settings: Settings,
  { userId, roles, invited }: Claims,
  nowMs: number,
): Role | "none" {
  const [room, id] = [key.slice(0, key.indexOf("/")), key.slice(key.indexOf("/") + 1)];
  const held = new Set<string>([
    settings.everyone satisfies Everyone,
    ...(userId !== "" && userId === settings.owner ? ["owner"] : []),
    ...(invited && nowMs < invited.expiresAtMs && !isWithdrawn(invited, settings) ? [invited.role] : []),
    ...ROLES.filter((role) => [id, "*"].some((of) => roles.includes(`${room}:${of}:${role}`))),
  ]);
  return ROLES.find((role) => held.has(role)) ?? "none";
}

/** Whether all invitations of its time are worth nothing any more. */
export function isWithdrawn({ epoch }: Pick<Invited, "epoch">, settings: Settings): boolean {
  return epoch !== undefined && epoch !== (settings.epoch ?? 0);
}

/** Whether one role may give another away. */
export function mayInvite(own: Role | "none", role: Role): boolean {
  return own === "owner" || (own === "editor" && role === "viewer");
}
