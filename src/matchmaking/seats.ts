import { type AuthContext, ErrorCode, generateId, type IRoomCache, matchMaker, ServerError } from "@colyseus/core";
import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Creation } from "./creation.ts";
import type { Gate } from "./gate.ts";
import type { SeatChange, SeatOrder } from "./hosting.ts";
import { instanceRoomId } from "./room-ids.ts";

/** Who asks for a seat, and with which options. */
export interface Caller {
  readonly options: object;
  readonly auth: AuthContext;
}

/** What seats are given with. */
export interface SeatsParts {
  readonly clock: Clock;
  readonly creation: Pick<Creation, "make" | "arrival">;
  readonly gate: Gate;
  /** Instance of a room type that the options ask for, where there is to be one room for each, such as `plans` of a board. */
  readonly instanceOf: (name: string, options: object) => string | undefined;
  /** Reserves seats where the room runs. @throws ArenaError ROOM_NOT_FOUND, PEER_UNREACHABLE, PEER_UNCERTAIN */
  readonly reserve: (listing: IRoomCache, order: SeatOrder) => Promise<boolean>;
  /** Changes or gives up seats that are not taken yet. Throws as `reserve` does. */
  readonly change: (listing: Pick<IRoomCache, "processId">, change: SeatChange) => Promise<boolean>;
  /** Session whose seat is kept under a token. Throws as `reserve` does. */
  readonly sessionOf: (listing: IRoomCache, token: string) => Promise<string | undefined>;
  /** Whether a room that is not listed may be so soon: it is kept for those who were in it, or somebody is making it. */
  readonly isAwaited: (roomId: string) => Promise<boolean>;
}

type Seat = matchMaker.ISeatReservation;
/** A seat; or why there is none: the room is full, or it ended since it was looked up, or its node cannot be asked. */
type Seating<T = Seat> = { readonly seat: T } | { readonly refusal: ArenaError };

/** Seats that are asked for together. */
export interface Group {
  /** One after the other; all options but those of the first count for their seats alone. */
  readonly callers: readonly Caller[];
  /** How long the seats are kept for who does not come. */
  readonly keptMs?: number;
}

/** A room that is there, or any that fits. */
export type SeatTarget = { readonly roomId: string } | { readonly name: string };

/** A caller whom the room type has let in. */
interface Admitted {
  readonly options: object;
  /** What the room's `onAuth` made of the caller. */
  readonly user: unknown;
}

/** In all, for one caller; what is under way by then may take as long again as a call between processes. */
const SEAT_MS = 6000;
const MIN_WAIT_MS = 10;
const MAX_WAIT_MS = 200;

/** Seats in rooms, wherever they run. Each call throws what the room throws, and ArenaErrors of the catalogue. */
export class Seats {
  readonly #parts: SeatsParts;
  /** Seats that a room of a type has, as the last one showed. */
  readonly #capacities = new Map<string, number>();
  /** Rows that are being read: a whole room that comes back asks once. */
  readonly #reading = new Map<string, Promise<IRoomCache | undefined>>();

  constructor(parts: SeatsParts) {
    this.#parts = parts;
  }

  joinOrCreate(name: string, caller: Caller): Promise<Seat> {
    return this.#joinAny(name, caller, true);
  }

  join(name: string, caller: Caller): Promise<Seat> {
    return this.#joinAny(name, caller, false);
  }

  async create(name: string, { options, auth }: Caller): Promise<Seat> {
    const user = await authorize(name, options, auth);
    const instance = this.#parts.instanceOf(name, options);
    const roomId = instance === undefined ? generateId() : instanceRoomId(name, instance);
    let listing = await this.#parts.creation.make({ name, options, roomId, isNew: true });
    return this.#untilSeated(async () => {
      const seating = await this.#seatIn(listing, { options, user });
      if ("refusal" in seating) listing = (await matchMaker.driver.findOne({ roomId: listing.roomId })) ?? listing; // it may have moved
      return seating;
    }, "full is final");
  }

  async joinById(roomId: string, { options, auth }: Caller): Promise<Seat> {
    const { name } = await this.#untilSeated(async () => ({ seat: await this.#listed(roomId) }), "full is final");
    const user = await authorize(name, options, auth);
    return this.#untilSeated(async () => this.#seatIn(await this.#open(roomId), { options, user }), "full is final");
  }

  /**
   * Seats for several callers in one room, all of them or none: in the room of that id; else in one that has place for all of them, which
   * is made where the first that is found has not.
   */
  async joinTogether(target: SeatTarget, { callers, keptMs }: Group): Promise<readonly Seat[]> {
    const name = "roomId" in target ? (await this.#listed(target.roomId)).name : target.name;
    const admitted = await Promise.all(
      callers.map(async ({ options, auth }) => ({ options, user: await authorize(name, options, auth) })),
    );
    const options = callers[0]?.options ?? {};
    const found = "roomId" in target ? undefined : await this.#find(name, options);
    const first = found && (await this.#seatAllIn(found, admitted, keptMs));
    if (first && "seat" in first) return first.seat;
    return this.#untilSeated(async () => {
      const make = (): Promise<IRoomCache | undefined> => this.#make(name, options, callers.length);
      const listing = "roomId" in target ? await this.#open(target.roomId) : await make();
      return listing ? this.#seatAllIn(listing, admitted, keptMs) : { refusal: new ArenaError("CREATION_TOO_SLOW") };
    }, "full is final");
  }

  /**
   * Puts other join options in the place of those that a seat was reserved with, or gives it up where there are none. Says whether it was
   * still there, and not taken.
   */
  async change(seat: Seat, options: object | undefined): Promise<boolean> {
    const { roomId, sessionId } = seat;
    const listing = await this.#listed(roomId);
    return this.#parts.change(listing, { roomId, sessionIds: [sessionId], options });
  }

  async reconnect(roomId: string, token: string): Promise<Seat> {
    const listing = await this.#listed(roomId);
    const sessionId = await this.#parts.sessionOf(listing, token);
    if (sessionId === undefined) throw new ArenaError("SEAT_EXPIRED");
    return matchMaker.buildSeatReservation(listing, sessionId);
  }

  async #joinAny(name: string, { options, auth }: Caller, mayMake: boolean): Promise<Seat> {
    const user = await authorize(name, options, auth);
    const hasOneRoom = this.#parts.instanceOf(name, options) !== undefined;
    const tryToSeat = (): Promise<Seating> => this.#tryToSeat(name, { options, user }, mayMake);
    return this.#untilSeated(tryToSeat, hasOneRoom ? "full is final" : "another will do");
  }

  /**
   * Tries again while rooms fill up or go under the caller's hands, or their nodes do not answer; each time a little later, so that callers
   * do not march in step.
   */
  async #untilSeated<T>(
    tryToSeat: () => Promise<Seating<T>>,
    whenFull: "full is final" | "another will do",
  ): Promise<T> {
    const { clock } = this.#parts;
    const untilMs = clock.nowMs() + SEAT_MS;
    for (let attempts = 0; ; attempts++) {
      const seating = await tryToSeat().catch(asRefusal);
      if ("seat" in seating) return seating.seat;
      const waitMs = clock.random() * Math.min(MAX_WAIT_MS, MIN_WAIT_MS * 2 ** attempts);
      const isHopeless = seating.refusal.code === "ROOM_FULL" && whenFull === "full is final";
      if (isHopeless || clock.nowMs() + waitMs > untilMs) throw seating.refusal;
      await new Promise<void>((resolve) => clock.after(waitMs, resolve));
    }
  }

  async #tryToSeat(name: string, admitted: Admitted, mayMake: boolean): Promise<Seating> {
    const found = await this.#find(name, admitted.options);
    if (!(found || mayMake)) throw new ArenaError("ROOM_NONE_FREE");
    const listing = found ?? (await this.#make(name, admitted.options));
    return listing ? this.#seatIn(listing, admitted) : { refusal: new ArenaError("CREATION_TOO_SLOW") };
  }

  /** @throws ArenaError ROOM_NOT_FOUND; PEER_UNREACHABLE where it may be there soon */
  async #listed(roomId: string): Promise<IRoomCache> {
    const reading = this.#reading.get(roomId) ?? this.#read(roomId);
    const listing = await reading;
    if (listing) return listing;
    throw new ArenaError((await this.#parts.isAwaited(roomId)) ? "PEER_UNREACHABLE" : "ROOM_NOT_FOUND");
  }

  /** @throws ArenaError ROOM_NOT_FOUND, PEER_UNREACHABLE, ROOM_FULL */
  async #open(roomId: string): Promise<IRoomCache> {
    const listing = await this.#listed(roomId);
    if (listing.locked) throw new ArenaError("ROOM_FULL");
    return listing;
  }

  #read(roomId: string): Promise<IRoomCache | undefined> {
    const reading = Promise.resolve(matchMaker.driver.findOne({ roomId })).finally(() => this.#reading.delete(roomId));
    this.#reading.set(roomId, reading);
    return reading;
  }

  async #find(name: string, options: object): Promise<IRoomCache | undefined> {
    const instance = this.#parts.instanceOf(name, options);
    if (instance === undefined) return await matchMaker.findOneRoomAvailable(name, options);
    return await matchMaker.driver.findOne({ roomId: instanceRoomId(name, instance) });
  }

  /** Makes a room, or waits for one that another caller makes and that has a seat left. */
  async #make(name: string, options: object, seats = 1): Promise<IRoomCache | undefined> {
    const { creation, gate, instanceOf } = this.#parts;
    const instance = instanceOf(name, options);
    if (instance !== undefined) return creation.make({ name, options, roomId: instanceRoomId(name, instance) });
    const [group, wanted] = [groupOf(name, options), generateId()];
    const capacity = this.#capacities.get(name) ?? Number.POSITIVE_INFINITY;
    const { roomId, isMaker } = await gate.enter({ group, roomId: wanted, seats, capacity });
    if (!isMaker) return creation.arrival(roomId);
    try {
      return await creation.make({ name, options, roomId });
    } finally {
      await gate.leave({ group, roomId }).catch(() => {}); // it counts for a bounded time only
    }
  }

  async #seatIn(listing: IRoomCache, admitted: Admitted): Promise<Seating> {
    const seating = await this.#seatAllIn(listing, [admitted]);
    if ("refusal" in seating) return seating;
    const [seat] = seating.seat;
    return seat ? { seat } : { refusal: new ArenaError("ROOM_FULL") };
  }

  async #seatAllIn(
    listing: IRoomCache,
    admitted: readonly Admitted[],
    keptMs?: number,
  ): Promise<Seating<readonly Seat[]>> {
    this.#capacities.set(listing.name, listing.maxClients);
    const seats = admitted.map(({ options, user }) => ({
      sessionId: sessionIdOf(user) ?? generateId(),
      options,
      auth: user,
    }));
    try {
      const isReserved = await this.#parts.reserve(listing, { roomId: listing.roomId, seats, keptMs });
      return isReserved
        ? { seat: seats.map(({ sessionId }) => matchMaker.buildSeatReservation(listing, sessionId)) }
        : { refusal: new ArenaError("ROOM_FULL") };
    } catch (error) {
      if (error instanceof ArenaError && PASSING.has(error.code)) return { refusal: error };
      throw error;
    }
  }
}

/** The room has just ended or moved, or its node stands still: what is listed may say so a moment later. */
const PASSING: ReadonlySet<string> = new Set(["ROOM_NOT_FOUND", "PEER_UNREACHABLE", "PEER_UNCERTAIN"]);

/** What is on its way to another process is tried again. @throws whatever else it is */
function asRefusal(error: unknown): { readonly refusal: ArenaError } {
  if (error instanceof ArenaError && error.code === "PEER_UNREACHABLE") return { refusal: error };
  throw error;
}

/** Callers of one group find the same rooms. */
function groupOf(name: string, options: object): string {
  const filters: Record<string, unknown> = matchMaker.getHandler(name).getFilterOptions(options);
  return `${name}?${JSON.stringify(filters)}`;
}

/** What the room type makes of a caller; undefined where it lets everyone in. As Colyseus does it. */
async function authorize(name: string, options: object, auth: AuthContext): Promise<unknown> {
  const roomClass = matchMaker.getRoomClass(name) as unknown as { onAuth: OnAuth } | undefined; // static, so not in its type
  if (!roomClass) throw new ArenaError("ROOM_NAME_UNKNOWN");
  const user = await roomClass.onAuth(auth.token, options, auth);
  if (user === false || user === null || user === undefined) {
    throw new ServerError(ErrorCode.AUTH_FAILED, "onAuth failed");
  }
  return user === true ? undefined : user;
}

type OnAuth = (token: string | undefined, options: object, auth: AuthContext) => unknown;

function sessionIdOf(user: unknown): string | undefined {
  if (typeof user !== "object" || user === null || !("sessionId" in user)) return undefined;
  return typeof user.sessionId === "string" ? user.sessionId : undefined;
}
