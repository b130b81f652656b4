import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from "jose";
import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** Where keys come from and how often. */
export interface RemoteKeysOptions {
  readonly url: URL;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** After a look-up, how long a token with an unknown key causes no other. @default 30_000 */
  readonly cooldownMs?: number;
  /** How old keys may become before they are looked up again. @default 600_000 */
  readonly maxAgeMs?: number;
}

const COOLDOWN_MS = 30_000;
const MAX_AGE_MS = 600_000;
const TIMEOUT_MS = 5000;
/** After a look-up that failed, so that a crowd which comes at once does not keep a sick key server down. */
const RETRY_MS = 1000;
/** How long keys stay good while their server is away: an hour's outage turns nobody away, a day-old key lets nobody in. */
const MAX_STALE_MS = 60 * 60 * 1000;

/**
 * The public keys behind a URL (RFC 7517), looked up when first needed, when old, and when a token names an unknown one.
 * While their server is away, the last ones go on, for an hour.
 *
 * A token must name its key (`kid`) where several fit. The function that is returned rejects with TOKEN_KEYS_UNAVAILABLE
 * where it cannot tell because of the key server, and with an error of jose where the token is at fault.
 */
export function createRemoteKeys({ url, clock, telemetry, ...limits }: RemoteKeysOptions): JWTVerifyGetKey {
  let last: { readonly keys: unknown; readonly atMs: number } | undefined;
  let retryAtMs = Number.NEGATIVE_INFINITY;
  let isAway = false;

  const load: FetchImplementation = async (address, options) => {
    if (clock.nowMs() >= retryAtMs) {
      try {
        last = { keys: await loadKeys(address, options), atMs: clock.nowMs() };
        isAway = false;
      } catch (error) {
        isAway = true;
        retryAtMs = clock.nowMs() + RETRY_MS;
        telemetry.emit("keys:failed", { error });
      }
    }
    if (last && (!isAway || clock.nowMs() - last.atMs <= MAX_STALE_MS)) return Response.json(last.keys);
    throw new ArenaError("TOKEN_KEYS_UNAVAILABLE");
  };

  const keyOf = createRemoteJWKSet(url, {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: limits.cooldownMs ?? COOLDOWN_MS,
    cacheMaxAge: limits.maxAgeMs ?? MAX_AGE_MS,
    [customFetch]: load,
  });

  return async (header, token) => {
    try {
      return await keyOf(header, token);
    } catch (error) {
      // It may be a key that the server has and we could not get: the client should try again.
      if (isAway && error instanceof errors.JWKSNoMatchingKey) throw new ArenaError("TOKEN_KEYS_UNAVAILABLE");
      throw error;
    }
  };
}

/** The set of keys, known to be one; rejects where the server gives none. */
async function loadKeys(...[address, options]: Parameters<FetchImplementation>): Promise<unknown> {
  const response = await fetch(address, options);
  if (response.status !== 200) throw new Error(`The key server answered ${response.status}.`);
  const keys = await response.json();
  createLocalJWKSet(keys);
  return keys;
}
