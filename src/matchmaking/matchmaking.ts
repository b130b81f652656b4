/**
 * matchmaking: a client's call becomes a seat in a room, or a clear refusal.
 *
 * Checks method, room name and join options before Colyseus sees them, and translates what Colyseus throws into the
 * catalogue. It knows nothing of HTTP. First in the path of every session.
 */
import { type AuthContext, matchMaker } from "@colyseus/core";
import type { z } from "zod";
import type { Clock } from "../clock/clock.ts";
import { ArenaError, describeIssues, ERRORS, type ErrorCode } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Tokens, User } from "../tokens/tokens.ts";

/** What matchmaking is built from. */
export interface MatchmakingParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly tokens: Tokens;
  /** Schema of the join options by room name. */
  readonly optionsByRoom: ReadonlyMap<string, z.ZodType>;
}

/** One matchmaking call. */
export interface MatchmakingCall {
  /** `joinOrCreate`, `create`, `join`, `joinById` or `reconnect`. */
  readonly method: string;
  /** Name of the room type; for `joinById` and `reconnect` the id of the room. */
  readonly target: string;
  /** Join options as they came. */
  readonly options: unknown;
  readonly auth: AuthContext;
}

/** Answers a call with what the SDK needs to take its seat. Rejects with an ArenaError or an error of the room's own. */
export type Matchmake = (call: MatchmakingCall) => Promise<matchMaker.ISeatReservation>;

/** What a room itself refused with: a number and a sentence of its author's. */
class RoomRefusal extends Error {
  override readonly name = "RoomRefusal";
  readonly wireCode: number;

  constructor(wireCode: number, message: string) {
    super(message);
    this.wireCode = wireCode;
  }
}

/** Opens matchmaking over the rooms that are defined on this node. */
export function createMatchmaking({ clock, telemetry, tokens, optionsByRoom }: MatchmakingParts): Matchmake {
  const answer = async (call: MatchmakingCall): Promise<matchMaker.ISeatReservation> => {
    if (matchMaker.state !== matchMaker.MatchMakerState.READY) throw new ArenaError("DRAINING");
    const user = await tokens.identify(call.auth.token);
    const options = await checkOptions(call, optionsByRoom);
    const auth: AuthContext & { user?: User } = Object.assign(call.auth, user && { user });
    switch (call.method) {
      case "joinOrCreate":
        return joinOrCreate(() => matchMaker.joinOrCreate(call.target, options, auth), clock);
      case "create":
        return matchMaker.create(call.target, options, auth);
      case "join":
        return matchMaker.join(call.target, options, auth);
      case "joinById":
        return matchMaker.joinById(call.target, options, auth);
      case "reconnect":
        return matchMaker.reconnect(call.target, options);
      default:
        throw new ArenaError("METHOD_UNKNOWN");
    }
  };

  const draining = new Draining(telemetry);
  return async (call) => {
    const startMs = clock.nowMs();
    const method = METHODS.has(call.method) ? call.method : "unknown";
    const report = (code: ErrorCode | "ok"): void =>
      telemetry.emit("matchmaking:answered", { method, code, durationMs: clock.nowMs() - startMs });
    try {
      const seat = await draining.race(answer(call));
      report("ok");
      return seat;
    } catch (cause) {
      const error = translate(cause);
      report(error instanceof ArenaError ? error.code : "AUTH_FAILED");
      throw error;
    }
  };
}

/** As long as a document may take to open. */
const OPENING_MS = 10_000;
const OPENING_CHECK_MS = 100;

/**
 * Colyseus lets one of several callers make the room and the others wait for about a second. Where a document takes longer to
 * open, they would make another room for it, which is refused; they wait on for the one that is being made.
 */
async function joinOrCreate<T>(attempt: () => Promise<T>, clock: Clock): Promise<T> {
  for (const untilMs = clock.nowMs() + OPENING_MS; ; ) {
    try {
      return await attempt();
    } catch (cause) {
      const isOpening = translate(cause);
      if (!(isOpening instanceof ArenaError && isOpening.code === "LOG_IN_USE") || clock.nowMs() > untilMs) throw cause;
      await new Promise<void>((resolve) => clock.after(OPENING_CHECK_MS, resolve));
    }
  }
}

/** Ends calls that are under way when the node begins to end: what they wait for may never come. */
class Draining {
  readonly #refusals = new Set<(error: ArenaError) => void>();

  constructor(telemetry: Telemetry) {
    telemetry.on("node:draining", () => {
      for (const refuse of this.#refusals) refuse(new ArenaError("DRAINING"));
    });
  }

  /** What `call` comes to, or DRAINING where that begins before. */
  race<T>(call: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#refusals.add(reject);
      call.then(resolve, reject).finally(() => this.#refusals.delete(reject));
    });
  }
}

const METHODS = new Set(["joinOrCreate", "create", "join", "joinById", "reconnect"]);

async function checkOptions(
  { method, target, options }: MatchmakingCall,
  optionsByRoom: MatchmakingParts["optionsByRoom"],
): Promise<matchMaker.ClientOptions> {
  if (!METHODS.has(method)) throw new ArenaError("METHOD_UNKNOWN");
  if (method === "reconnect") return reconnectOptions(options);
  const name = method === "joinById" ? await nameOfRoom(target) : target;
  const schema = optionsByRoom.get(name);
  if (!schema) throw new ArenaError("ROOM_NAME_UNKNOWN");
  const parsed = schema.safeParse(options ?? {});
  if (parsed.success) return parsed.data as matchMaker.ClientOptions; // the schema of a room describes an object
  throw new ArenaError("OPTIONS_INVALID", describeIssues(parsed.error.issues, "options"));
}

async function nameOfRoom(roomId: string): Promise<string> {
  const listing = await matchMaker.driver.findOne({ roomId });
  if (!listing) throw new ArenaError("ROOM_NOT_FOUND");
  if (listing.locked) throw new ArenaError("ROOM_FULL");
  return listing.name;
}

function reconnectOptions(options: unknown): matchMaker.ClientOptions {
  const token = typeof options === "object" && options !== null && "reconnectionToken" in options;
  if (!token || typeof options.reconnectionToken !== "string") {
    throw new ArenaError("OPTIONS_INVALID", "reconnectionToken: expected a text.");
  }
  return { reconnectionToken: options.reconnectionToken };
}

/** Colyseus' own numbers (shared-types, Protocol.ts 256), and what they mean here. */
const BY_COLYSEUS_CODE: Readonly<Record<number, ErrorCode>> = {
  520: "ROOM_NAME_UNKNOWN",
  521: "ROOM_NONE_FREE",
  522: "ROOM_NOT_FOUND",
  524: "SEAT_EXPIRED",
  525: "AUTH_FAILED",
};
/** Numbers that Colyseus gives to whatever a hook threw; what was thrown may say more than a client should know. */
const UNHANDLED_CODES = new Set([523, 526]);

function translate(cause: unknown): Error {
  if (cause instanceof ArenaError) return cause;
  if (!(cause instanceof Error)) return new ArenaError("INTERNAL", "", { cause });
  if (cause.constructor.name === "SeatReservationError") return new ArenaError("ROOM_FULL", "", { cause });
  const code = "code" in cause ? cause.code : undefined;
  if (typeof code === "string" && code in ERRORS) return new ArenaError(code as ErrorCode, "", { cause }); // just checked
  if (typeof code !== "number" || UNHANDLED_CODES.has(code)) return new ArenaError("INTERNAL", "", { cause });
  const known = BY_COLYSEUS_CODE[code];
  return known ? new ArenaError(known, "", { cause }) : new RoomRefusal(code, cause.message);
}
