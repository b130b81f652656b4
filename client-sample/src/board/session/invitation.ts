import { readKeptJson, writeKept } from "./kept.ts";

/** An invitation that this browser keeps for a board. */
export interface KeptInvitation {
  readonly invite: string;
  /** When it ends, in ms since 1970; 0 where that is not known. */
  readonly expiresAtMs: number;
  /** Whether this visitor owns the board by it. */
  readonly isOwner: boolean;
}

/** The invitation that is kept for a board; undefined where there is none. */
export function keptInvitation(server: string, boardId: string): KeptInvitation | undefined {
  const kept: { invite?: unknown; expiresAtMs?: unknown; isOwner?: unknown } = Object(
    readKeptJson(keyOf(server, boardId)),
  );
  if (typeof kept.invite !== "string" || typeof kept.expiresAtMs !== "number") return undefined;
  return { invite: kept.invite, expiresAtMs: kept.expiresAtMs, isOwner: kept.isOwner === true };
}

/** Keeps an invitation for a board, or none any more; says whether the browser does. */
export function keepInvitation(server: string, boardId: string, kept: KeptInvitation | undefined): boolean {
  return writeKept(keyOf(server, boardId), kept && JSON.stringify(kept));
}

/**
 * The invitation with which to come: an owner's own before the one of the link, that before one that was kept.
 *
 * @param linked of the address
 */
export function chooseInvitation(linked: string | undefined, kept: KeptInvitation | undefined): string | undefined {
  return kept?.isOwner ? kept.invite : (linked ?? kept?.invite);
}

function keyOf(server: string, boardId: string): string {
  return `arena.invitation.${server}/${boardId}`;
}
