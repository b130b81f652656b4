import type { Everyone, Role, Settings } from "./rules/board.ts";

/** A right that was given by an invitation, until it ends. */
export interface Invited {
  readonly role: string;
  /** In ms since 1970. */
  readonly expiresAtMs: number;
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
  { owner, everyone }: Settings,
  { userId, roles, invited }: Claims,
  nowMs: number,
): Role | "none" {
  const [room, id] = [key.slice(0, key.indexOf("/")), key.slice(key.indexOf("/") + 1)];
  const held = new Set<string>([
    everyone satisfies Everyone,
    ...(userId !== "" && userId === owner ? ["owner"] : []),
    ...(invited && nowMs < invited.expiresAtMs ? [invited.role] : []),
    ...ROLES.filter((role) => [id, "*"].some((of) => roles.includes(`${room}:${of}:${role}`))),
  ]);
  return ROLES.find((role) => held.has(role)) ?? "none";
}
