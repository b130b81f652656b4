/**
 * Who is let in. Pure: it is told who comes and answers, and counts only those whom it let in. It never speaks of those
 * who are inside: past its limits a node refuses early and goes on serving whom it has. Keeps ADM1 to ADM5.
 */
import type { Clock, Stop } from "../clock/clock.ts";
import { ArenaError, type ErrorCode } from "../errors/errors.ts";
import { countedAs } from "./client-address.ts";
import { TokenBucket, TokenBuckets } from "./token-bucket.ts";

/** Bounds of a node. */
export interface AdmissionLimits {
  /** Connections of the node. */
  readonly maxConnections: number;
  /** Connections from one address; an IPv6 /64 network counts as one. */
  readonly maxConnectionsPerIp: number;
  /** Connections of one user, where it is known whose they are. */
  readonly maxConnectionsPerUser: number;
  /** New connections of the node; as many may come at once. */
  readonly connectionsPerSecond: number;
  /** Matchmaking calls from one address; as many may come at once. */
  readonly matchmakingPerSecond: number;
  /** Origins whose pages may call and connect; all of them where there is none. */
  readonly allowedOrigins: readonly string[];
}

/** Who comes. */
export interface Visitor {
  /** Where it comes from, see clientAddress. */
  readonly address: string;
  /** Origin of the page, as the browser says; what is no browser has none. */
  readonly origin: string | undefined;
  /** Whether it asks for nothing new, such as the seat that it has; it is one of those inside when the node is overloaded. */
  readonly isReturning: boolean;
}

/** What admission is built from. */
export interface AdmissionParts {
  readonly clock: Clock;
  readonly limits: AdmissionLimits;
  readonly isOverloaded: () => boolean;
  /**
   * Why the node is there for nobody: rooms that it is to have again are being made (a connection that comes back to one is let in, and waits
   * in line), or are left to the process that comes after it.
   */
  readonly whyClosed: () => "STARTING" | "DRAINING" | undefined;
  /** When one who is refused may come again, in ms from now: another time for each. */
  readonly retryAfterMs: () => number;
}

/** More addresses than this within a second are no players. */
const MAX_ADDRESSES = 10_000;

/** The door of a node. */
export class Admission {
  readonly #parts: AdmissionParts;
  readonly #origins: ReadonlySet<string>;
  readonly #arrivals: TokenBucket;
  readonly #calls: TokenBuckets;
  readonly #byAddress = new Map<string, number>();
  readonly #byUser = new Map<string, number>();
  #connections = 0;

  constructor(parts: AdmissionParts) {
    const { connectionsPerSecond, matchmakingPerSecond, allowedOrigins } = parts.limits;
    this.#parts = parts;
    this.#origins = new Set(allowedOrigins);
    this.#arrivals = new TokenBucket(bucketOfASecond(connectionsPerSecond), parts.clock.nowMs());
    this.#calls = new TokenBuckets(bucketOfASecond(matchmakingPerSecond), MAX_ADDRESSES);
  }

  /** Lets a connection in and returns what to call, once, when it has ended; or says why it may not come in. */
  connect(visitor: Visitor): Stop | ArenaError {
    const address = countedAs(visitor.address);
    const code = this.#whyNotConnect(visitor, address);
    if (code) return this.refusal(code);
    const stop = count(this.#byAddress, address);
    this.#connections++;
    return () => {
      this.#connections--;
      stop();
    };
  }

  /** Counts a connection that was let in as its user's, whom only its token tells; answers as `connect` does. */
  identify(userId: string): Stop | ArenaError {
    const isFull = countOf(this.#byUser, userId) >= this.#parts.limits.maxConnectionsPerUser;
    return isFull ? this.refusal("TOO_MANY_CONNECTIONS") : count(this.#byUser, userId);
  }

  /** Says why a matchmaking call is refused, or nothing. */
  call(visitor: Visitor): ArenaError | undefined {
    const code = this.#whyNotCall(visitor);
    return code && this.refusal(code);
  }

  #whyNotConnect(visitor: Visitor, address: string): ErrorCode | undefined {
    const { maxConnections, maxConnectionsPerIp } = this.#parts.limits;
    const isAwaited = visitor.isReturning && this.#parts.whyClosed() === "STARTING";
    const stranger = isAwaited ? this.#whyForeign(visitor) : this.#whyStranger(visitor);
    if (stranger) return stranger;
    if (this.#connections >= maxConnections) return "NODE_FULL";
    if (countOf(this.#byAddress, address) >= maxConnectionsPerIp) return "TOO_MANY_CONNECTIONS";
    return this.#arrivals.take(this.#parts.clock.nowMs()) ? undefined : "CONNECTIONS_TOO_FAST";
  }

  #whyNotCall(visitor: Visitor): ErrorCode | undefined {
    if (!this.#calls.take(countedAs(visitor.address), this.#parts.clock.nowMs())) return "CALLS_TOO_FAST";
    return this.#whyStranger(visitor);
  }

  #whyStranger(visitor: Visitor): ErrorCode | undefined {
    const why = this.#parts.whyClosed() ?? this.#whyForeign(visitor);
    return why ?? (!visitor.isReturning && this.#parts.isOverloaded() ? "OVERLOADED" : undefined);
  }

  #whyForeign({ origin }: Visitor): ErrorCode | undefined {
    const isForeign = this.#origins.size > 0 && origin !== undefined && !this.#origins.has(origin);
    return isForeign ? "ORIGIN_REFUSED" : undefined;
  }

  /** Says that one is refused, and when it may come again. */
  refusal(code: ErrorCode): ArenaError {
    return new ArenaError(code, "", { details: { retryAfterMs: this.#parts.retryAfterMs() } });
  }
}

function bucketOfASecond(perSecond: number): { perSecond: number; burst: number } {
  return { perSecond, burst: perSecond };
}

function countOf(counts: ReadonlyMap<string, number>, key: string): number {
  return counts.get(key) ?? 0;
}

/** Counts one more; the answer counts it off, and keeps no key with none. */
function count(counts: Map<string, number>, key: string): Stop {
  counts.set(key, countOf(counts, key) + 1);
  return () => {
    const rest = countOf(counts, key) - 1;
    if (rest > 0) counts.set(key, rest);
    else counts.delete(key);
  };
}
