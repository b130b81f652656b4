import { createHash } from "node:crypto";
import { z } from "zod";
import { ArenaError, describeIssues } from "../errors/errors.ts";

/** Who a checked token speaks for. */
export interface User {
  /** 1 to 128 printable characters; those that begin with `guest-` are guests of this server and nobody else's. */
  readonly userId: string;
  /** When the token ends, in ms since 1970. */
  readonly expiresAtMs: number;
  /**
   * What `revokeToken` takes: the token's `jti`, or a digest of the token where it has none. A renewed token keeps the
   * id of the one that it renews.
   */
  readonly tokenId: string;
  readonly isGuest: boolean;
  /** What the issuer says that the user may be, e.g. "moderator"; at most 32, and none for a guest of this server. */
  readonly roles: readonly string[];
}

/** Longest life of a token: nobody need be kept on the list of the revoked for longer. */
export const MAX_LIFE_MS = 24 * 60 * 60 * 1000;

/** How every guest's id begins. */
export const GUEST_PREFIX = "guest-";

const MAX_ROLES = 32;
/** Tokens count in seconds. */
export const MS_PER_S = 1000;

/** Letters, marks, digits, punctuation, symbols and the plain space: nothing that is invisible or turns text around. */
const ID = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,128}$/u;

// Each sentence says what was expected and never what came: a token's content is nobody else's business.
/** An id, of a user or a token. */
export const idSchema = z.string("expected a text").regex(ID, "expected 1 to 128 printable characters");

const claimsSchema = z.object({
  sub: idSchema,
  exp: z.number("expected a time in seconds"),
  iat: z.number("expected a time in seconds").optional(),
  jti: idSchema.optional(),
  roles: z.array(idSchema, "expected a list of texts").max(MAX_ROLES, `expected at most ${MAX_ROLES}`).default([]),
});

/** When and how strictly claims are looked at. */
export interface ClaimsMoment {
  /** Wall-clock time in ms since 1970. */
  readonly nowMs: number;
  /** How far the issuer's clock may be from ours. */
  readonly toleranceMs: number;
}

/**
 * Reads the user out of the claims of a token whose signature and `exp` were checked.
 *
 * @param token where the claims come from; names the token where they do not
 * @throws {ArenaError} TOKEN_INVALID
 */
export function readUser(claims: unknown, token: string, { nowMs, toleranceMs }: ClaimsMoment): User {
  const parsed = claimsSchema.safeParse(claims);
  if (!parsed.success) throw new ArenaError("TOKEN_INVALID", describeIssues(parsed.error.issues, "claims"));
  const { sub, exp, iat, jti, roles } = parsed.data;
  const expiresAtMs = Math.floor(exp * MS_PER_S);
  // The life counts as well as what is left of it: else a revoked token of a year would outlive its place on the list.
  const bornAtMs = Math.min(nowMs, (iat ?? Number.POSITIVE_INFINITY) * MS_PER_S);
  if (expiresAtMs - bornAtMs > MAX_LIFE_MS + toleranceMs) {
    throw new ArenaError("TOKEN_INVALID", "exp: expected a life of at most 24 hours.");
  }
  return { userId: sub, expiresAtMs, tokenId: jti ?? digestOf(token), isGuest: sub.startsWith(GUEST_PREFIX), roles };
}

/** Whether a token could carry `id` as its user or its own id. */
export function isId(id: string): boolean {
  return ID.test(id);
}

/** Names a token by what was signed: some kinds of signature can be rewritten without becoming wrong. */
function digestOf(token: string): string {
  return createHash("sha256")
    .update(token.slice(0, token.lastIndexOf(".")))
    .digest("base64url");
}
