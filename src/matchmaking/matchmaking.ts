/**
 * matchmaking: a client's call becomes a seat in a room, or a clear refusal.
 *
 * Checks method, room name and join options, finds a room or has one made on the node that placement chooses, and translates
 * what Colyseus throws into the catalogue. Owns the listing of rooms and how each is made once. It knows nothing of HTTP. First
 * in the path of every session.
 */
import { type AuthContext, LocalDriver, LocalPresence, matchMaker } from "@colyseus/core";
import type { z } from "zod";
import { type Clock, within } from "../clock/clock.ts";
import { ArenaError, type ErrorCode } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Tokens, User } from "../tokens/tokens.ts";
import { nameOfRoom, parseOptions } from "./join-options.ts";
import type { Seats } from "./seats.ts";
import { translate } from "./translate.ts";

export { keepRooms } from "./keep-rooms.ts";
export { loadReadings } from "./load-readings.ts";
export { reportLoad } from "./load-reports.ts";
export { type OpenedMatchmaking, openMatchmaking, type RoomType } from "./open-matchmaking.ts";
export { restoreRooms } from "./restore-rooms.ts";
export type { Seats } from "./seats.ts";
export { createUserSeats } from "./user-seats.ts";

/** What matchmaking is built from. */
export interface MatchmakingParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly tokens: Tokens;
  readonly seats: Seats;
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

/** The name that Colyseus gives this process; new with each start. */
export async function nameProcess(): Promise<string> {
  if (!matchMaker.processId) await matchMaker.setup(new LocalPresence(), new LocalDriver(), "");
  return matchMaker.processId;
}

/** Opens matchmaking over the rooms that are defined on this node. */
export function createMatchmaking({ clock, telemetry, tokens, seats, optionsByRoom }: MatchmakingParts): Matchmake {
  const answer = async (call: MatchmakingCall): Promise<matchMaker.ISeatReservation> => {
    if (matchMaker.state === matchMaker.MatchMakerState.INITIALIZING) throw new ArenaError("STARTING");
    if (matchMaker.state !== matchMaker.MatchMakerState.READY) throw new ArenaError("DRAINING");
    const user = await tokens.identify(call.auth.token);
    const options = await checkOptions(call, optionsByRoom);
    const auth: AuthContext & { user?: User } = Object.assign(call.auth, user && { user });
    const caller = { options, auth };
    switch (call.method) {
      case "joinOrCreate":
        return seats.joinOrCreate(call.target, caller);
      case "create":
        return seats.create(call.target, caller);
      case "join":
        return seats.join(call.target, caller);
      case "joinById":
        return seats.joinById(call.target, caller);
      case "reconnect":
        return seats.reconnect(call.target, options.reconnectionToken);
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
      const seat = await within(clock, ANSWER_MS, draining.race(answer(call)), () => {
        throw new ArenaError(MAKING.has(call.method) ? "CREATION_TOO_SLOW" : "PEER_UNCERTAIN");
      });
      report("ok");
      return seat;
    } catch (cause) {
      const error = translate(cause);
      report(error instanceof ArenaError ? error.code : "AUTH_FAILED");
      throw error;
    }
  };
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

/** Every call is answered by then, whatever stands still; a time in which this process stood still is not counted. */
const ANSWER_MS = 9000;
const MAKING = new Set(["joinOrCreate", "create"]);
const METHODS = new Set(["joinOrCreate", "create", "join", "joinById", "reconnect"]);

async function checkOptions(
  { method, target, options }: MatchmakingCall,
  optionsByRoom: MatchmakingParts["optionsByRoom"],
): Promise<matchMaker.ClientOptions> {
  if (!METHODS.has(method)) throw new ArenaError("METHOD_UNKNOWN");
  if (method === "reconnect") return reconnectOptions(options);
  const name = method === "joinById" ? await nameOfRoom(target) : target;
  return parseOptions(name, options, optionsByRoom);
}

function reconnectOptions(options: unknown): matchMaker.ClientOptions {
  const token = typeof options === "object" && options !== null && "reconnectionToken" in options;
  if (!token || typeof options.reconnectionToken !== "string") {
    throw new ArenaError("OPTIONS_INVALID", "reconnectionToken: expected a text.");
  }
  return { reconnectionToken: options.reconnectionToken };
}
