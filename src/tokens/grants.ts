import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { z } from "zod";
import type { Clock } from "../clock/clock.ts";
import { ArenaError, describeIssues, toArenaError } from "../errors/errors.ts";
import { idSchema, MS_PER_S } from "./claims.ts";
import { checkSignature, sign } from "./signatures.ts";

/** What a grant can be for: to come in under a role, or to bring an image. */
export type GrantKind = "invite" | "image";

/** A right that this node gave away: whoever shows the grant has it, for this purpose, in this room, until it ends. */
export interface Grant {
  readonly kind: GrantKind;
  /** Room name and instance, such as `whiteboard/plans`; 1 to 256 characters. */
  readonly room: string;
  /** What the holder may be there; of an invitation. */
  readonly role?: string;
  /** Of which of the room's invitations it is one, as the room counts them: it withdraws them together. */
  readonly epoch?: number;
  /** Who asked for it. Once they are revoked, it is worth nothing. */
  readonly userId?: string;
  /** Most bytes that it may be used for; of a ticket for an image. */
  readonly maxBytes?: number;
}

/** A grant as it goes to whoever may use it. */
export interface IssuedGrant {
  readonly token: string;
  /** When it ends, in ms since 1970. */
  readonly expiresAtMs: number;
}

/** What a good grant says. */
export interface ReadGrant extends Grant {
  /** When it ends, in ms since 1970. */
  readonly expiresAtMs: number;
}

/** Grants under the secrets of one server. */
export interface Grants {
  /** See {@link Tokens.grant}. */
  grant(grant: Grant, ttlMs: number): Promise<IssuedGrant>;
  /** See {@link Tokens.readGrant}; knows nothing of who is revoked. */
  readGrant(token: string, kind: GrantKind): Promise<ReadGrant>;
}

const MIN_LIFE_MS = MS_PER_S;
const MAX_LIFE_MS: Readonly<Record<GrantKind, number>> = { invite: 366 * 24 * 60 * 60_000, image: 5 * 60_000 };
const MAX_ROOM_LENGTH = 256;
/** Far above every grant that is made. */
const MAX_LENGTH = 4096;
const KEY_BYTES = 32;

const grantSchema = z.object({
  kind: z.enum(["invite", "image"]),
  room: z.string().min(1).max(MAX_ROOM_LENGTH),
  role: idSchema.exactOptional(),
  epoch: z.int().min(0).exactOptional(),
  userId: idSchema.exactOptional(),
  maxBytes: z.int().positive().exactOptional(),
});

const claimsSchema = grantSchema.extend({ exp: z.number() });

/**
 * Grants that are signed by keys of their own, derived from `secrets`: what a secret signs as a user's token is no grant, and
 * no grant is a user's token, whatever either says.
 *
 * @param secrets at least one; the first signs, each verifies
 */
export function createGrants(secrets: readonly KeyObject[], clock: Clock): Grants {
  const keys = { secrets: secrets.map(grantKey), remote: undefined };

  return {
    async grant(grant, ttlMs) {
      const { kind } = grant;
      if (!(ttlMs >= MIN_LIFE_MS && ttlMs <= MAX_LIFE_MS[kind])) {
        throw new ArenaError("GRANT_INVALID", `ttlMs: expected ${MIN_LIFE_MS} to ${MAX_LIFE_MS[kind]}, got ${ttlMs}.`);
      }
      const parsed = grantSchema.safeParse(grant);
      const [key] = keys.secrets;
      if (!parsed.success) throw new ArenaError("GRANT_INVALID", describeIssues(parsed.error.issues, "grant"));
      if (!key) throw new ArenaError("GRANT_INVALID", "This server has no secret to sign with.");
      const exp = Math.floor((clock.wallMs() + ttlMs) / MS_PER_S);
      return { token: await sign({ ...parsed.data, exp }, key), expiresAtMs: exp * MS_PER_S };
    },
    async readGrant(token, kind) {
      if (token.length > MAX_LENGTH) throw new ArenaError("GRANT_INVALID");
      const moment = { nowMs: clock.wallMs(), toleranceMs: 0 };
      const { claims } = await checkSignature(token, keys, moment).catch(refuse);
      const parsed = claimsSchema.safeParse(claims);
      if (!parsed.success || parsed.data.kind !== kind) throw new ArenaError("GRANT_INVALID");
      const { exp, ...grant } = parsed.data;
      return { ...grant, expiresAtMs: exp * MS_PER_S };
    },
  };
}

function grantKey(secret: KeyObject): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", "arena grants", KEY_BYTES)));
}

function refuse(cause: unknown): never {
  throw new ArenaError(toArenaError(cause).code === "TOKEN_EXPIRED" ? "GRANT_EXPIRED" : "GRANT_INVALID");
}
