/**
 * The members of Colyseus' Room that are private in TypeScript and that Arena needs. All in one place, so that an
 * upgrade of @colyseus/core (pinned exactly) has one file to check. Line numbers are of core 0.18.17, src/Room.ts.
 */
import type { EventEmitter } from "node:events";
import type { AuthContext, Client, IRoomCache, Room, RoomInternalState } from "@colyseus/core";

/** Private members in use, with what they do. */
interface RoomSeams {
  /** Emits "join", "leave", "dispose" and "visibility-change" (370, 1130, 1857, 2405). */
  readonly _events: EventEmitter;
  /** Seats by session id: join options, auth data, whether consumed, whether kept for a reconnection (361). */
  _reservedSeats: Record<string, unknown>;
  /** What ends each reserved seat that is not taken in time; Node's timers have what they run (362, 2119). */
  readonly _reservedSeatTimeouts: Readonly<
    Record<string, NodeJS.Timeout & { readonly _onTimeout: () => Promise<void> }>
  >;
  /** Decodes inputs, in rooms that take some (679). */
  readonly _inputController?: object;
  /** Whether the room is being made, is there, or ends (411). */
  readonly _internalState: RoomInternalState;
  /** The room's row in the listing; while the room is being made, what will be its row (336). */
  readonly _listing: IRoomCache;
  /** Whether the room's author has locked it, not its seats (435). */
  readonly _lockedExplicitly: boolean;
  /** Encodes the state (370). */
  readonly _serializer: unknown;
  /** Timer at whose end a room without clients ends; while there is one, the last client that leaves does not end it (440). */
  _autoDisposeTimeout: NodeJS.Timeout | undefined;
  /** Timer of the simulation loop, cleared on dispose (402, 2174). */
  _simulationInterval: NodeJS.Timeout | undefined;
  /** Encodes the whole state and sends it to one client (2074). */
  sendFullState(client: Client): void;
  /** Called by the matchmaker after the constructor; binds `messages` (494). */
  __init(): void;
  /** A client with a seat has connected (1657). */
  _onJoin(client: Client, context: AuthContext, options?: JoinOptions): Promise<void>;
  /** Reserves a seat for each and says for each whether it did; what it looks at and takes, it does before it first waits (2156). */
  _reserveMultipleSeats(
    sessionIds: string[],
    options: unknown[],
    auth: unknown[],
    seconds?: number,
  ): Promise<boolean[]>;
  /** A client's connection has ended (2315). */
  _onLeave(client: Client, code?: number): Promise<unknown>;
  /** Every frame of a joined client (2233). */
  _onMessage(client: Client, frame: Buffer): void;
}

/** With what a client comes; `isLed` for one whose connection has gone on while its room moved. */
export interface JoinOptions {
  readonly reconnectionToken?: string;
  readonly isLed?: boolean;
}

/** The private members of `room`. */
export function seams(room: Room): RoomSeams {
  return room as unknown as RoomSeams; // private in types only; the file's reason to be
}

/**
 * Replaces private methods of a room class, which TypeScript cannot override. Each replacement gets the room and
 * the method that it replaces.
 */
export function overridePrivate(
  prototype: object,
  methods: {
    readonly [Name in "__init" | "_onJoin" | "_onMessage" | "_reserveMultipleSeats"]?: (
      room: never,
      original: RoomSeams[Name],
      ...args: Parameters<RoomSeams[Name]>
    ) => ReturnType<RoomSeams[Name]>;
  },
): void {
  for (const [name, replacement] of Object.entries(methods)) {
    const original: unknown = Reflect.get(prototype, name);
    if (typeof original !== "function") throw new TypeError(`Room.${name} is gone from @colyseus/core.`);
    Reflect.set(prototype, name, function (this: never, ...args: never[]) {
      return Reflect.apply(replacement as (...all: never[]) => void, undefined, [this, original.bind(this), ...args]);
    });
  }
}

/** Forgets who is on their way in, and no longer waits for them. */
export function letGoOfSeats(room: Room): void {
  const { _reservedSeats, _autoDisposeTimeout } = seams(room);
  for (const sessionId of Object.keys(_reservedSeats)) delete _reservedSeats[sessionId];
  clearTimeout(_autoDisposeTimeout);
  seams(room)._autoDisposeTimeout = undefined;
}

/** A client that can be sent what soon outdates. */
interface EphemeralClient {
  rawEphemeral(frame: Uint8Array, key: string): void;
}

export function asEphemeral(client: Client): EphemeralClient {
  return client as unknown as EphemeralClient; // ArenaTransport's clients are
}

/** What waits for a client that is not ready yet; one for whom something may wait has no seat to keep, as Colyseus sees it (1179). */
export function forgetEarlyMessages(client: Client): void {
  Reflect.deleteProperty(client, "_enqueuedMessages");
}
