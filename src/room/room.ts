/**
 * room: the base of every room.
 *
 * Owns what each room would otherwise get wrong: payloads are checked against their schema before a handler sees
 * them, an exception stays in its room, ticks run without drift and are measured, a lost connection keeps its seat
 * for a while. It refuses to know any game. Between transport and the rules of a room in the path of a frame.
 */
import type { EventEmitter } from "node:events";
import {
  type Client,
  ClientState,
  type Room as ColyseusRoom,
  type Deferred,
  getMessageBytes,
  type IRoomCache,
  Protocol,
  type RoomException,
  RoomInternalState,
  type RoomOptions,
} from "@colyseus/core";
import { z } from "zod";
import { afterAwake, type Clock, MinuteCounter, type Stop } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { LogLimits, LogStore } from "../op-log/op-log.ts";
import type { People } from "../people/people.ts";
import type { Presence } from "../presence/presence.ts";
import { CLOSE_CODES, closeReason, FIRST_FINAL_CODE, frameKindOf } from "../protocol/protocol.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Tokens } from "../tokens/tokens.ts";
import { asEphemeral, overridePrivate, seams } from "./colyseus-seams.ts";
import { CountedSeats } from "./counted-seats.ts";
import { FullStates } from "./full-states.ts";
import { carryUsers, endSuperseded, SeatOwners, tokenMessage } from "./identity.ts";
import { isReadableRing } from "./input-ring.ts";
import { MessageSizes, type SizeLimits } from "./message-sizes.ts";
import { guardMessages, type Refusable, refuseUnknown } from "./messages.ts";
import { PeopledRoom } from "./peopled-room.ts";
import { refuseReferences } from "./plain-payloads.ts";
import { startTickLoop } from "./tick-loop.ts";

export type { MessageDefinition } from "./messages.ts";
export { OpenRooms } from "./open-rooms.ts";

/** What the app hands to every room. */
export interface RoomParts extends SizeLimits {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Exceptions within a minute before the room is closed. */
  readonly maxRoomErrors: number;
  /** How long a lost session's seat is kept, in seconds. */
  readonly reconnectSeconds: number;
  readonly tokens: Tokens;
  /** Where the documents of durable rooms are kept, and how large they may be. */
  readonly logs: LogStore;
  readonly logLimits: LogLimits;
  /** Of how many patches one is sent: of two while the node is strained. */
  readonly patchEvery: () => 1 | 2;
  /** Listed rooms of a type, the oldest hundred. */
  readonly listed: (name: string) => Promise<readonly IRoomCache[]>;
  /** Whether this process may act for its rooms now; while it may not, they stand still. */
  readonly mayAct: () => boolean;
  /** Who is online, here and elsewhere. */
  readonly presence: Presence;
  readonly people: People;
  /** Epoch under which this process owns a room; undefined where no other process could own it. */
  readonly epochOf: (roomId: string) => number | undefined;
}

type FixedStep = Parameters<ColyseusRoom["setFixedTimestep"]>[0];
type FixedStepOptions = Parameters<ColyseusRoom["setFixedTimestep"]>[2];

/** Class of a room: how to make one, and which join options it takes. */
export interface RoomClass {
  new (): Room;
  /** Schema of the join options; anything else is refused before a seat is given. */
  readonly options: z.ZodType;
  /** Instance that join options ask for, where there is one room only for each; undefined where any room of the type will do. */
  instanceOf(options: object): string | undefined;
}

/** After this time a room that has moved is looked for where it is now. */
const MOVED_RETRY_MS = 1000;

/** Hooks that refuse a client by an error of the catalogue: the room cannot be made for it, or it is not let in. */
const ANSWERING: ReadonlySet<string> = new Set(["onCreate", "onJoin"]);

/** The base room. A room author adds state, messages, hooks and rules. */
export abstract class Room<Types extends RoomOptions = RoomOptions> extends PeopledRoom<Types> {
  /** No join options unless a room says otherwise. */
  static readonly options: z.ZodType = z.strictObject({});

  /** Any room of the type will do, unless a room says otherwise. */
  static instanceOf(_options: object): string | undefined {
    return undefined;
  }

  readonly #errors = new MinuteCounter();
  #stopTicks: Stop = () => {};
  readonly #seats = new CountedSeats();
  readonly #owners = new SeatOwners();
  readonly #fullStates = new FullStates(
    () => this.parts.clock,
    () => this.sendPatch(),
  );
  readonly #ended = Promise.withResolvers<void>();
  #sizes: MessageSizes | undefined;
  #hasSkippedPatch = false;

  constructor() {
    super();
    const { _events } = seams(this);
    seams(this)._reservedSeats = this.#seats.seats;
    _events.on("join", (client: Client) => this.#emitSession("session:joined", client));
    _events.on("leave", (client: Client) => {
      this.#owners.release(client);
      this.onSessionEnd(client);
      this.#emitSession("session:left", client);
    });
    _events.once("dispose", () => {
      this.#stopTicks();
      this.#fullStates.close();
    });
    _events.once("disconnect", () => {
      this.#ended.resolve();
      this.parts.telemetry.emit("room:disposed", { roomId: this.roomId, name: this.roomName });
    });
  }

  /**
   * Runs `step` at a fixed rate and measures it. Late ticks are caught up, five at most; more are let go.
   *
   * @param tickRateHz ticks a second, also told to clients that predict
   */
  override setFixedTimestep(step: FixedStep, tickRateHz: number, options?: FixedStepOptions): void {
    super.setFixedTimestep(step, tickRateHz, options); // tells predicting clients the rate
    clearInterval(seams(this)._simulationInterval);
    this.#stopTicks();
    const { clock, telemetry } = this.parts;
    const subSteps = options?.subSteps ?? 1;
    const [dt, dtMs] = [1 / tickRateHz, 1000 / tickRateHz];
    const context = { dt, dtMs, tick: 0, subSteps, subDt: dt / subSteps, subDtMs: dtMs / subSteps };
    this.#stopTicks = startTickLoop({
      clock,
      stepMs: dtMs,
      onTick: (latenessMs) => {
        if (!this.parts.mayAct()) return;
        const startMs = clock.nowMs();
        this.clock.tick();
        this.#contain("tick", () => step(context));
        context.tick++;
        telemetry.emit("tick:ran", { name: this.roomName, durationMs: clock.nowMs() - startMs, latenessMs });
      },
      onSkip: (ticks) => telemetry.emit("tick:skipped", { roomId: this.roomId, name: this.roomName, ticks }),
    });
  }

  /** A patch is due: it is sent, or left to the next one where the node is strained. */
  override broadcastPatch(): boolean {
    if (!this.parts.mayAct()) return false;
    this.#hasSkippedPatch = !this.#hasSkippedPatch && this.parts.patchEvery() === 2;
    if (!this.#hasSkippedPatch) return this.sendPatch();
    if (!seams(this)._simulationInterval) this.clock.tick(); // in a room without ticks, patches move the time
    this.parts.telemetry.emit("patch:skipped", { name: this.roomName });
    return false;
  }

  /**
   * Sends what changed to everyone, then the whole state to those who wait for it. An encoder that throws fails the
   * room, not the process.
   */
  protected sendPatch(): boolean {
    const hasChanged = this.#contain("patch", () => super.broadcastPatch()) ?? false;
    this.#contain("full state", () => this.#fullStates.deliver());
    return hasChanged;
  }

  /**
   * Sends a message that is worth nothing once a newer one of the same type and key exists: to a client that is behind
   * only the newest goes, when it has room again.
   */
  protected broadcastEphemeral(type: string, key: string, payload: unknown): void {
    const frame = getMessageBytes.raw(Protocol.ROOM_DATA, type, payload);
    const joined = this.clients.filter(({ state }) => state === ClientState.JOINED);
    for (const client of joined) asEphemeral(client).rawEphemeral(frame, `${type}/${key}`);
  }

  /** The room is another process' now: those inside come back and are led there. */
  moveAway(): void {
    const reason = closeReason({ code: "LOG_FENCED", retryAfterMs: MOVED_RETRY_MS });
    for (const client of this.clients) client.leave(CLOSE_CODES.RECONNECT, reason); // `disconnect` gives no reason
    this.disconnect(CLOSE_CODES.RECONNECT).catch((error: unknown) => this.fail("move", error));
  }

  /** Settles when the room is gone, `onDispose` and all. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Ends the room for everyone, also for those who are on their way in. */
  override disconnect(closeCode?: number): Promise<unknown> {
    for (const sessionId of Object.keys(this.#seats.seats)) delete this.#seats.seats[sessionId];
    return super.disconnect(closeCode);
  }

  /** Whether every seat is taken or reserved; as in Colyseus, but at the same cost however many are pending. */
  override hasReachedMaxClients(): boolean {
    return this.#seatsLeft <= 0;
  }

  get #seatsLeft(): number {
    return this.#isEnding ? 0 : this.maxClients - this.clients.length - this.#seats.count;
  }

  /**
   * As in Colyseus, but a seat that is not taken again rejects nothing that nobody waits for, and a time in which this
   * process stood still does not count.
   */
  override allowReconnection(client: Client, seconds: number | "manual"): Deferred<Client> {
    const reconnection = super.allowReconnection(client, "manual");
    const expire = (): void => reconnection.reject(new ArenaError("SEAT_EXPIRED"));
    const stop = seconds === "manual" ? () => {} : afterAwake(this.parts.clock, seconds * 1000, expire);
    reconnection.then(stop, stop); // Colyseus itself handles the end of the wait
    return reconnection;
  }

  /**
   * A session lost its connection: its seat is kept, unless it was sent away for good. A room that overrides this calls
   * it, or gives the seat up.
   */
  override onDrop(client: Client, code?: number): void {
    const { telemetry, reconnectSeconds } = this.parts;
    const { roomId, roomName: name } = this;
    this.depart(client);
    telemetry.emit("session:dropped", { roomId, name, sessionId: client.sessionId, code: code ?? 0 });
    const isFinal = code !== undefined && (code >= FIRST_FINAL_CODE || code === CLOSE_CODES.WITH_ERROR);
    if (reconnectSeconds > 0 && !isFinal) void this.allowReconnection(client, reconnectSeconds);
  }

  /** A session came back in time. A room that overrides this calls it. */
  override onReconnect(client: Client): void {
    this.#emitSession("session:resumed", client);
  }

  /** A session has given up its seat, whatever the room's own hooks do. */
  protected onSessionEnd(_client: Client): void {}

  /** Messages that a room answers beside its own. */
  protected override get builtInMessages(): Readonly<Record<string, unknown>> {
    return { token: tokenMessage(this.parts.tokens), ...super.builtInMessages };
  }

  /** Every exception of a hook, a handler or a timer ends here; Colyseus calls it. */
  override onUncaughtException(error: RoomException, hook: string): void {
    const { cause } = error;
    const isAnswer = ANSWERING.has(hook) && cause instanceof ArenaError && cause.row.httpStatus < 500;
    if (!isAnswer) this.fail(hook, cause ?? error);
  }

  /** Counts an exception of this room and closes the room where there are too many. */
  protected fail(hook: string, error: unknown): void {
    const isFatal = this.#errors.add(this.parts.clock.nowMs()) === this.parts.maxRoomErrors;
    const { roomId, roomName: name } = this;
    this.parts.telemetry.emit("room:failed", { roomId, name, hook, error, isFatal });
    if (isFatal) this.#end();
  }

  /** A client is ready for state: it gets it right after a patch, and again whenever it lost one. */
  #welcome(client: Client, join: () => void): void {
    if (this.#fullStates.isWaiting(client)) return; // it says so twice
    const ref: EventEmitter = client.ref;
    ref.on("stale", () =>
      this.#deliverTo(client, () => {
        if (client.state === ClientState.JOINED && this.state) seams(this).sendFullState(client);
      }),
    );
    this.#deliverTo(client, join);
  }

  /** Whoever cannot be given a full state must not go on without: it is sent away to come back, and the others get theirs. */
  #deliverTo(client: Client, send: () => void): void {
    this.#fullStates.ask(client, () => {
      try {
        send();
      } catch (error) {
        this.fail("full state", error);
        client.leave(CLOSE_CODES.RECONNECT);
      }
    });
  }

  get #isEnding(): boolean {
    return seams(this)._internalState === RoomInternalState.DISPOSING;
  }

  #end(): void {
    this.#stopTicks();
    this.disconnect(CLOSE_CODES.ROOM_FAILED).catch((error: unknown) =>
      this.parts.telemetry.emit("node:failed", { error, isFatal: false }),
    );
  }

  #contain<R>(hook: string, run: () => R): R | undefined {
    try {
      return run();
    } catch (error) {
      this.fail(hook, error);
      return undefined;
    }
  }

  #emitSession(event: "session:joined" | "session:left" | "session:resumed", client: Client): void {
    if (event === "session:left") this.depart(client);
    else this.arrive(client);
    this.parts.telemetry.emit(event, { roomId: this.roomId, name: this.roomName, sessionId: client.sessionId });
  }

  static {
    carryUsers();
    refuseReferences();
    overridePrivate(Room.prototype, {
      __init: (room: Room, original) => {
        const messages = { ...room.builtInMessages, ...room.messages };
        room.#sizes = new MessageSizes(messages, room.parts);
        const guarded = guardMessages(messages, {
          room,
          roomName: room.constructor.name,
          fail: (type, error) => room.fail(`message ${type}`, error),
        });
        room.messages = guarded as unknown as NonNullable<typeof room.messages>; // ArenaTransport's clients are Refusable
        original();
        room.onMessage("*", (client, type) => refuseUnknown(client as unknown as Refusable, type));
      },
      _onJoin: async (room: Room, original, client, ...rest) => {
        if (room.#isEnding) throw new ArenaError("ROOM_NOT_FOUND");
        room.#owners.claim(room, client);
        const joined = original(client, ...rest); // where an old connection still holds the seat, it waits for its end
        endSuperseded(room, client, rest[1]?.reconnectionToken);
        await joined;
        if (room.#isEnding) client.leave(CLOSE_CODES.SERVER_SHUTDOWN); // it ended while the client came in
      },
      _reserveMultipleSeats: async (room: Room, original, sessionIds, ...rest) =>
        room.#seatsLeft < sessionIds.length ? sessionIds.map(() => false) : original(sessionIds, ...rest),
      _onMessage: (room: Room, original, client, frame) =>
        room.#contain("frame", () => {
          const timelines = room._timelineMode();
          const tooLarge = room.#sizes?.refusal(frame);
          if (tooLarge) (client as unknown as Refusable).refuse(tooLarge);
          else if (isJoinAcknowledgement(client, frame)) room.#welcome(client, () => original(client, frame));
          else if (isReadableRing(frame, timelines?.snapshot === true && timelines.reckon === true))
            original(client, frame);
          else (client as unknown as Refusable).refuse(new ArenaError("MESSAGE_INVALID", "The inputs cannot be read."));
        }),
    });
  }
}

function isJoinAcknowledgement(client: Client, frame: Uint8Array): boolean {
  return client.state === ClientState.JOINING && frameKindOf(frame[0]) === "join";
}

/** A room class whose rooms get `parts`; the class itself stays as it is. */
export function hostRoom<Class extends RoomClass>(roomClass: Class, parts: RoomParts): Class {
  const Hosted = class extends (roomClass as RoomClass) {};
  Object.defineProperty(Hosted, "name", { value: roomClass.name });
  Object.defineProperty(Hosted.prototype, "parts", { value: parts });
  return Hosted as unknown as Class; // a subclass that adds nothing that a caller sees
}
