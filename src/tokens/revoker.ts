import type { Clock, Stop } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { isId, type User } from "./claims.ts";
import { createRevocations } from "./revocations.ts";

/** Who was revoked: a user with every token, or one token with what it is renewed to. */
export type Revoked =
  | { readonly userId: string; readonly tokenId?: undefined }
  | { readonly tokenId: string; readonly userId?: undefined };

/** What a revoker is built from. */
export interface RevokerOptions {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Most users and tokens that are revoked at a time. */
  readonly maxEntries: number;
  /** How long a revocation counts. */
  readonly lifeMs: number;
}

/** Who is refused, and who wants to hear of it. */
export interface Revoker {
  /** Revokes a user or a token and tells the listeners. @throws {ArenaError} REVOCATIONS_FULL, BODY_INVALID */
  revoke(revoked: Revoked): void;
  /** Whether the user, or the token of `user` where it has one, is revoked. */
  isRevoked(user: Pick<User, "userId"> & Partial<Pick<User, "tokenId">>): boolean;
  /** Tells `listener` of each revocation, at once. */
  onRevoked(listener: (revoked: Revoked) => void): Stop;
}

/** A revoker that has revoked nobody. */
export function createRevoker({ clock, telemetry, maxEntries, lifeMs }: RevokerOptions): Revoker {
  const revocations = createRevocations(maxEntries, lifeMs);
  const listeners = new Set<(revoked: Revoked) => void>();

  const tell = (listener: (revoked: Revoked) => void, revoked: Revoked): void => {
    try {
      listener(revoked);
    } catch (error) {
      telemetry.emit("node:failed", { error, isFatal: false });
    }
  };

  // Wall-clock time, as in the tokens: an entry and the token that it stands for then end by the same clock.
  return {
    revoke(revoked) {
      if (!isId(revoked.userId ?? revoked.tokenId))
        throw new ArenaError("BODY_INVALID", "Expected the id of a user or a token.");
      if (revocations.add(keyOf(revoked), clock.wallMs()) === "full") throw new ArenaError("REVOCATIONS_FULL");
      telemetry.emit("token:revoked", {
        kind: revoked.userId === undefined ? "token" : "user",
        revocations: revocations.size,
      });
      for (const listener of [...listeners]) tell(listener, revoked);
    },
    isRevoked: ({ userId, tokenId }) =>
      revocations.has(keyOf({ userId }), clock.wallMs()) ||
      (tokenId !== undefined && revocations.has(keyOf({ tokenId }), clock.wallMs())),
    onRevoked(listener) {
      const own = (revoked: Revoked): void => listener(revoked); // one listener may listen twice, and stop once
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}

function keyOf({ userId, tokenId }: Revoked): string {
  return userId === undefined ? `token ${tokenId}` : `user ${userId}`;
}
