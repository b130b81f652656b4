/**
 * tokens: who a user is. Signs, checks, renews and revokes short-lived user tokens (JWT, RFC 7519).
 *
 * First in the path of every connection: what is not signed by the server's secret or by a key of its key server is
 * nobody. Refuses with TOKEN_* of the catalogue; neither a token nor what it says ever gets into a message, an event or
 * the cause of an error. Who is revoked is known to this process alone. Signs grants too: rights for
 * whoever holds them. Keeps TOK1 to TOK12.
 */
import { randomBytes } from "node:crypto";
import type { Clock, Stop } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type ClaimsMoment, GUEST_PREFIX, MAX_LIFE_MS, MS_PER_S, readUser, type User } from "./claims.ts";
import { createGrants, type Grant, type GrantKind, type IssuedGrant, type ReadGrant } from "./grants.ts";
import { createRemoteKeys } from "./remote-keys.ts";
import { createRevoker, type Revoked } from "./revoker.ts";
import { checkSignature, type Keys, ownSecretOf, parseSecrets, sign } from "./signatures.ts";

export type { User } from "./claims.ts";
export type { Grant, GrantKind, IssuedGrant, ReadGrant } from "./grants.ts";
export type { Revoked } from "./revoker.ts";
export { keepSecret } from "./secret-file.ts";

/** What tokens are built from. */
export interface TokensOptions {
  /** "guest" hands a token to everybody who asks; "token" wants one that somebody else has signed. */
  readonly mode: "guest" | "token";
  /**
   * At least 32 bytes. Several are separated by commas: the first signs, each verifies, so that they can be rotated.
   * Without one, guests and grants are signed with `ownSecret`.
   */
  readonly secret?: string;
  /**
   * The node's own secret, which nobody else knows; at least 32 bytes. Without one the process makes its own, and what it
   * has signed ends with it.
   */
  readonly ownSecret?: string;
  /** Where the public keys of another issuer are (https: or http:); they may rotate. */
  readonly jwksUrl?: string;
  /** Life of a guest's token, in ms; from a second to 24 hours. @default 900_000 */
  readonly guestTtlMs?: number;
  /** Most users and tokens that are revoked at a time. @default 100_000 */
  readonly maxRevocations?: number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** A token that this server signed. */
export interface IssuedToken {
  readonly token: string;
  readonly userId: string;
  /** When it ends, in ms since 1970. */
  readonly expiresAtMs: number;
}

/** The tokens of one server. */
export interface Tokens {
  /**
   * A token for a guest who has none yet.
   *
   * @throws {ArenaError} GUESTS_REFUSED in mode "token"
   */
  issueGuest(): Promise<IssuedToken>;
  /**
   * Whose token it is.
   *
   * @throws {ArenaError} TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REVOKED, or TOKEN_KEYS_UNAVAILABLE where it
   * cannot be told now
   */
  verify(token: string | undefined): Promise<User>;
  /**
   * Whose token it is, or undefined for somebody without one where guests may stay without.
   *
   * @throws {ArenaError} as `verify`; TOKEN_MISSING for nobody in mode "token"
   */
  identify(token: string | undefined): Promise<User | undefined>;
  /**
   * A fresh token for the same guest, under the same token id, while the old one is valid or ended within a minute.
   *
   * @throws {ArenaError} what `verify` throws; TOKEN_NOT_RENEWABLE for a user who is no guest
   */
  renew(token: string | undefined): Promise<IssuedToken>;
  /**
   * Refuses every token of a user from now on, for a day: by then each that there was has ended.
   *
   * @throws {ArenaError} REVOCATIONS_FULL, and then nothing is revoked; BODY_INVALID where it can be nobody's id
   */
  revokeUser(userId: string): void;
  /**
   * Refuses a token by its {@link User.tokenId}, and each that it was or will be renewed to.
   *
   * @throws {ArenaError} as `revokeUser`
   */
  revokeToken(tokenId: string): void;
  /**
   * Signs a right for whoever will hold the answer: an invitation for 1 s to 366 days, a ticket for an image for 1 s to 5
   * minutes. It is no user's token, and the other way round.
   *
   * @throws {ArenaError} GRANT_INVALID where the life is out of these bounds or the grant cannot be read again
   */
  grant(grant: Grant, ttlMs: number): Promise<IssuedGrant>;
  /**
   * What a grant gives.
   *
   * @throws {ArenaError} GRANT_INVALID where this server has not signed it, it is of another kind, or the user who asked for
   * it is revoked; GRANT_EXPIRED
   */
  readGrant(token: string, kind: GrantKind): Promise<ReadGrant>;
  /** Tells `listener` of each revocation, at once; returns what ends the telling. */
  onRevoked(listener: (revoked: Revoked) => void): Stop;
}

const GUEST_TTL_MS = 15 * 60 * 1000;
const MIN_TTL_MS = 1000;
const MAX_REVOCATIONS = 100_000;
/** How far the clocks of two well-kept machines may be apart. */
const TOLERANCE_MS = 5000;
/** A client whose connection broke as its token ended still finds back to its seat. */
const RENEW_GRACE_MS = 60_000;
/** From its revocation on no token can be used for longer: its life, and what either check forgives at both its ends. */
const REVOCATION_MS = MAX_LIFE_MS + 2 * RENEW_GRACE_MS;
/** Far above every token in use, far below what costs time to refuse. */
const MAX_TOKEN_LENGTH = 8192;

/**
 * Opens the tokens of one server.
 *
 * @throws {ArenaError} CONFIG_INVALID where an option is wrong, or mode "token" has nothing to check a token with
 */
export function createTokens(options: TokensOptions): Tokens {
  const { mode, clock, telemetry, guestTtlMs = GUEST_TTL_MS, maxRevocations = MAX_REVOCATIONS } = options;
  if (!(guestTtlMs >= MIN_TTL_MS && guestTtlMs <= MAX_LIFE_MS)) {
    throw new ArenaError("CONFIG_INVALID", `guestTtlMs: expected ${MIN_TTL_MS} to ${MAX_LIFE_MS}, got ${guestTtlMs}.`);
  }
  const keys = keysOf(options);
  const grants = createGrants(keys.secrets.length > 0 ? keys.secrets : [ownSecretOf(options.ownSecret)], clock);
  const revoker = createRevoker({ clock, telemetry, maxEntries: maxRevocations, lifeMs: REVOCATION_MS });

  const check = async (token: string | undefined, toleranceMs: number): Promise<User> => {
    if (!token) throw new ArenaError("TOKEN_MISSING");
    if (token.length > MAX_TOKEN_LENGTH) throw new ArenaError("TOKEN_INVALID", "It is too long.");
    const moment: ClaimsMoment = { nowMs: clock.wallMs(), toleranceMs };
    const { claims, isBySecret } = await checkSignature(token, keys, moment);
    const user = readUser(claims, token, moment);
    // Guests are ours: another issuer must not speak for one, nor may one stay where guests are no longer let in.
    if (user.isGuest && !(isBySecret && mode === "guest")) throw new ArenaError("TOKEN_INVALID");
    if (revoker.isRevoked(user)) throw new ArenaError("TOKEN_REVOKED");
    return user;
  };

  const issue = async (userId: string, tokenId: string): Promise<IssuedToken> => {
    const [secret] = keys.secrets;
    if (mode !== "guest" || !secret) throw new ArenaError("GUESTS_REFUSED");
    const nowMs = clock.wallMs();
    const exp = Math.floor((nowMs + guestTtlMs) / MS_PER_S);
    const token = await sign({ sub: userId, jti: tokenId, iat: Math.floor(nowMs / MS_PER_S), exp }, secret);
    return { token, userId, expiresAtMs: exp * MS_PER_S };
  };

  return {
    issueGuest: () => issue(GUEST_PREFIX + randomId(), randomId()),
    verify: (token) => check(token, TOLERANCE_MS),
    identify: async (token) => (mode === "guest" && !token ? undefined : check(token, TOLERANCE_MS)),
    async renew(token) {
      const { userId, tokenId, isGuest } = await check(token, RENEW_GRACE_MS);
      if (!isGuest) throw new ArenaError("TOKEN_NOT_RENEWABLE");
      return issue(userId, tokenId);
    },
    revokeUser: (userId) => revoker.revoke({ userId }),
    revokeToken: (tokenId) => revoker.revoke({ tokenId }),
    grant: grants.grant,
    async readGrant(token, kind) {
      const grant = await grants.readGrant(token, kind);
      if (grant.userId !== undefined && revoker.isRevoked({ userId: grant.userId }))
        throw new ArenaError("GRANT_INVALID");
      return grant;
    },
    onRevoked: revoker.onRevoked,
  };
}

function keysOf({ mode, secret = "", ownSecret, jwksUrl = "", clock, telemetry }: TokensOptions): Keys {
  const secrets = parseSecrets(secret);
  const remote = jwksUrl === "" ? undefined : createRemoteKeys({ url: parseUrl(jwksUrl), clock, telemetry });
  if (mode === "token" && secrets.length === 0 && !remote) {
    throw new ArenaError(
      "CONFIG_INVALID",
      "ARENA_TOKEN_SECRET: expected a secret, or the URL of a key server, to check tokens with.",
    );
  }
  return { secrets: secrets.length === 0 && mode === "guest" ? [ownSecretOf(ownSecret)] : secrets, remote };
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === "https:" || url?.protocol === "http:") return url;
  throw new ArenaError("CONFIG_INVALID", "jwksUrl: expected an https: or http: address.");
}

function randomId(): string {
  return randomBytes(12).toString("base64url");
}
