import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify, SignJWT } from "jose";
import { ArenaError } from "../errors/errors.ts";
import type { ClaimsMoment } from "./claims.ts";

/** Claims under a good signature, and whether a secret of this server made it (else a key of the key server). */
export interface Signed {
  readonly claims: JWTPayload;
  readonly isBySecret: boolean;
}

/** What a signature may have been made with. */
export interface Keys {
  /** The first one signs, each of them verifies. May be empty. */
  readonly secrets: readonly KeyObject[];
  readonly remote: JWTVerifyGetKey | undefined;
}

const SECRET_ALGORITHM = "HS256";
/** Only signatures with a public key: a public key taken for a secret would let everybody sign. */
const REMOTE_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];
/** A key as long as the hash, as RFC 7518 section 3.2 demands: a shorter one can be guessed from a single token. */
const MIN_SECRET_BYTES = 32;
/** Each bad token costs one hash a secret; a rotation needs two. */
const MAX_SECRETS = 8;
const MS_PER_S = 1000;

/**
 * Reads secrets that are separated by commas; spaces around them do not count.
 *
 * @throws {ArenaError} CONFIG_INVALID where one is too short or there are more than eight
 */
export function parseSecrets(text: string): KeyObject[] {
  const secrets = text
    .split(",")
    .map((secret) => Buffer.from(secret.trim()))
    .filter((secret) => secret.length > 0);
  const isGood = secrets.length <= MAX_SECRETS && secrets.every((secret) => secret.length >= MIN_SECRET_BYTES);
  if (isGood) return secrets.map((secret) => createSecretKey(secret));
  const expected = `expected at most ${MAX_SECRETS} secrets of at least ${MIN_SECRET_BYTES} bytes, separated by commas`;
  throw new ArenaError("CONFIG_INVALID", `ARENA_TOKEN_SECRET: ${expected}.`);
}

/** The node's own secret: `kept` where there is one, else one that ends with the process. */
export function ownSecretOf(kept?: string): KeyObject {
  return createSecretKey(kept === undefined ? randomBytes(MIN_SECRET_BYTES) : Buffer.from(kept));
}

/** Signs `claims` with `secret`. */
export function sign(claims: JWTPayload, secret: KeyObject): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: SECRET_ALGORITHM, typ: "JWT" }).sign(secret);
}

/**
 * Checks signature, `exp` and `nbf`.
 *
 * @throws {ArenaError} TOKEN_INVALID, TOKEN_EXPIRED or TOKEN_KEYS_UNAVAILABLE. Without a cause: what jose throws carries
 * the claims, and a log would print them
 */
export async function checkSignature(token: string, keys: Keys, moment: ClaimsMoment): Promise<Signed> {
  try {
    const isBySecret = decodeProtectedHeader(token).alg === SECRET_ALGORITHM;
    const claims = await (isBySecret ? checkSecrets : checkRemote)(token, keys, timeOptions(moment));
    return { claims, isBySecret };
  } catch (error) {
    if (error instanceof ArenaError) throw error;
    if (error instanceof errors.JWTExpired) throw new ArenaError("TOKEN_EXPIRED");
    const claim = error instanceof errors.JWTClaimValidationFailed ? error.claim : undefined;
    throw new ArenaError("TOKEN_INVALID", claim === "nbf" ? "nbf: the token is not valid yet." : "");
  }
}

type TimeOptions = ReturnType<typeof timeOptions>;

function timeOptions({ nowMs, toleranceMs }: ClaimsMoment) {
  // biome-ignore lint/style/noRestrictedGlobals: jose takes the time as a Date; which time it is comes from the clock.
  return { currentDate: new Date(nowMs), clockTolerance: toleranceMs / MS_PER_S };
}

async function checkSecrets(token: string, { secrets }: Keys, time: TimeOptions): Promise<JWTPayload> {
  for (const secret of secrets) {
    try {
      return (await jwtVerify(token, secret, { algorithms: [SECRET_ALGORITHM], ...time })).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new ArenaError("TOKEN_INVALID");
}

async function checkRemote(token: string, { remote }: Keys, time: TimeOptions): Promise<JWTPayload> {
  if (!remote) throw new ArenaError("TOKEN_INVALID");
  return (await jwtVerify(token, remote, { algorithms: REMOTE_ALGORITHMS, ...time })).payload;
}
