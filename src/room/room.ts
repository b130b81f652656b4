import {
  type Client,
  ClientState,
  type Room as ColyseusRoom,
  type Deferred,
  getMessageBytes,
  Protocol,
  type RoomException,
  RoomInternalState,
  type RoomOptions,
  SchemaSerializer,
} from "@colyseus/core";
import { z } from "zod";
import { afterAwake, MinuteCounter } from "../clock/clock.ts";
import { ArenaError, type ErrorCode } from "../errors/errors.ts";
import { CLOSE_CODES, FIRST_FINAL_CODE } from "../protocol/protocol.ts";
import { AuthoredRoom } from "./authored-room.ts";
import {
  asEphemeral,
  forgetEarlyMessages,
  type JoinOptions,
  letGoOfSeats,
  overridePrivate,
  seams,
} from "./colyseus-seams.ts";
import { CountedSeats } from "./counted-seats.ts";
import { FixedTicks } from "./fixed-ticks.ts";
import { FullStates, isJoinAcknowledgement } from "./full-states.ts";
import { carryUsers, endSuperseded, SeatOwners, tokenMessage } from "./identity.ts";
import { isReadableRing } from "./input-ring.ts";
import { MessageSizes } from "./message-sizes.ts";
import { guardMessages, type Refusable, refuseUnknown } from "./messages.ts";
import type { RoomClass } from "./parts.ts";
import { refuseReferences } from "./plain-payloads.ts";
import { ResyncSerializer } from "./resync-serializer.ts";
import { Returns } from "./returns.ts";
import { type Durability, RoomCheckpoint } from "./room-checkpoint.ts";
import { RoomMove } from "./room-move.ts";
import { Welcomes } from "./welcomes.ts";

export type { MessageDefinition } from "./messages.ts";
export { OpenRooms } from "./open-rooms.ts";
export { hostRoom, type RoomClass, type RoomParts } from "./parts.ts";
export type { Durability } from "./room-checkpoint.ts";

type FixedStep = Parameters<ColyseusRoom["setFixedTimestep"]>[0];
type FixedStepOptions = Parameters<ColyseusRoom["setFixedTimestep"]>[2];

/** Hooks that refuse a client by an error of the catalogue: the room cannot be made for it, or it is not let in. */
const ANSWERING: ReadonlySet<string> = new Set(["onCreate", "onJoin"]);

/** The base room. A room author adds state, messages, hooks and rules. */
export abstract class Room<Types extends RoomOptions = RoomOptions> extends AuthoredRoom<Types> {
  /** No join options unless a room says otherwise. */
  static readonly options: z.ZodType = z.strictObject({});

  /** A room ends with its process, unless it says otherwise. */
  static readonly durability: Durability = "none";

  /** Any room of the type will do, unless a room says otherwise. */
  static instanceOf(_options: object): string | undefined {
    return undefined;
  }

  readonly #errors = new MinuteCounter();
  readonly #ticks = new FixedTicks();
  readonly #seats = new CountedSeats();
  readonly #owners = new SeatOwners();
  readonly #returns = new Returns();
  readonly #fullStates = new FullStates(
    () => this.parts.clock,
    () => this.sendPatch(),
  );
  readonly #welcomes = new Welcomes(this, this.#fullStates, (error) => this.fail("full state", error));
  readonly #checkpoint = new RoomCheckpoint({
    room: this,
    parts: () => this.parts,
    durabilityOf: (options) => this.durabilityOf(options),
    save: () => this.saveCheckpoint(),
    restore: (saved) => this.restoreCheckpoint(saved),
    ticks: this.#ticks,
  });
  /** How it leaves this process while those who are in it stay. */
  readonly move = new RoomMove({
    room: this,
    parts: () => this.parts,
    checkpoint: this.#checkpoint,
    presence: this.roomPresence,
    sendPatch: () => this.sendPatch(),
    settle: () => this.settle(),
    letGo: () => this.letGo(),
  });
  readonly #ended = Promise.withResolvers<void>();
  #sizes: MessageSizes | undefined;
  #hasSkippedPatch = false;
  /** It ends here, and is another process'. */
  hasMoved = false;

  constructor() {
    super();
    const { _events } = seams(this);
    seams(this)._reservedSeats = this.#seats.seats;
    _events.on("join", (client: Client) => {
      this.#owners.keep(client);
      this.#emitSession("session:joined", client);
    });
    _events.on("leave", (client: Client) => {
      this.#owners.release(client);
      this.#returns.end(client);
      this.#checkpoint.release(client);
      this.onSessionEnd(client);
      this.#emitSession("session:left", client);
    });
    _events.once("dispose", () => {
      this.#ticks.stop();
      this.#fullStates.close();
    });
    _events.once("disconnect", () => {
      const end = (): void => {
        this.#ended.resolve();
        this.parts.telemetry.emit("room:disposed", { roomId: this.roomId, name: this.roomName });
      };
      if (this.#checkpoint.isKept) void this.#checkpoint.end().finally(end);
      else end();
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
    this.#ticks.start(tickRateHz, options?.subSteps ?? 1, {
      ...this.parts,
      room: this,
      mayAct: () => this.#mayAct,
      run: (context) => {
        this.clock.tick();
        this.#contain("tick", () => step(context));
      },
    });
  }

  /** A patch is due: it is sent, or left to the next one where the node is strained. */
  override broadcastPatch(): boolean {
    if (!this.#mayAct) return false;
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
    if (this.move.isStill) return false;
    this.#checkpoint.beforePatch();
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
    this.hasMoved = true;
    this.#sendBack("LOG_FENCED");
  }

  /** What becomes of this room when its process ends. */
  protected durabilityOf(_options: object): Durability {
    return (this.constructor as RoomClass).durability; // every room's class is one
  }

  /** Whether the room goes on from a checkpoint, which its `onCreate` may want to know. */
  protected get isRestored(): boolean {
    return this.#checkpoint.isRestored;
  }

  /** The room was made and can be reached; one that goes on from a checkpoint hears now of those who were in it. */
  async wake(): Promise<void> {
    const { unwokenSeats } = this.#checkpoint;
    await this.#checkpoint.wake().catch((error: unknown) => this.fail("wake", error));
    if (unwokenSeats.length > 0) await this.reserveSeats(unwokenSeats);
  }

  /** Whether a seat is there for a session, reserved or kept. */
  override hasReservedSeat(sessionId: string, token?: string): boolean {
    return super.hasReservedSeat(sessionId, token === undefined ? token : this.#tokenOf(token));
  }

  /** Session whose seat is kept under a token. */
  override checkReconnectionToken(token: string): string {
    return super.checkReconnectionToken(this.#tokenOf(token));
  }

  override lock(...how: []): Promise<void> {
    this.#checkpoint.beforeLock();
    return super.lock(...how); // Colyseus' own calls say more than its type
  }

  /** The process ends: a room that is kept goes on in the next one, where there is one; its clients come back. */
  override async onBeforeShutdown(): Promise<void> {
    const goesOn = await this.#checkpoint.leave();
    if (goesOn) this.#sendBack("DRAINING");
    else await this.disconnect(CLOSE_CODES.SERVER_SHUTDOWN);
  }

  /** The time of the process is over, and where the room is kept nobody may have answered yet: who is in it comes back to what there is. */
  sendBack(): void {
    if (this.#checkpoint.isStored) this.#sendBack("DRAINING");
  }

  /** Ends it now: who is in it joins another room. */
  close(): void {
    this.disconnect(CLOSE_CODES.SERVER_SHUTDOWN).catch((error: unknown) => this.fail("close", error));
  }

  override setSerializer(serializer: Parameters<ColyseusRoom["setSerializer"]>[0]): void {
    super.setSerializer(serializer instanceof SchemaSerializer ? new ResyncSerializer() : serializer);
  }

  /** Settles when the room is gone, `onDispose` and all. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Ends the room for everyone, also for those who are on their way in. */
  override disconnect(closeCode?: number): Promise<unknown> {
    if (!this.#isEnding) letGoOfSeats(this); // the second time it would stop what ends the room
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
    if (this.#returns.has(client)) forgetEarlyMessages(client);
    const reconnection = super.allowReconnection(client, "manual");
    const keptMs = this.#checkpoint.keptMs(client, seconds);
    const expire = (): void => reconnection.reject(new ArenaError("SEAT_EXPIRED"));
    const stop = keptMs === undefined ? () => {} : afterAwake(this.parts.clock, keptMs, expire);
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

  #sendBack(code: ErrorCode): void {
    for (const client of this.clients) client.leave(CLOSE_CODES.RECONNECT, code); // `disconnect` gives no reason
    this.disconnect(CLOSE_CODES.RECONNECT).catch((error: unknown) => this.fail("move", error));
  }

  /** Counts an exception of this room and closes the room where there are too many. */
  protected override fail(hook: string, error: unknown): void {
    const isFatal = this.#errors.add(this.parts.clock.nowMs()) === this.parts.maxRoomErrors;
    const { roomId, roomName: name } = this;
    this.parts.telemetry.emit("room:failed", { roomId, name, hook, error, isFatal });
    if (!isFatal) return;
    this.#ticks.stop();
    this.disconnect(CLOSE_CODES.ROOM_FAILED).catch((cause: unknown) =>
      this.parts.telemetry.emit("node:failed", { error: cause, isFatal: false }),
    );
  }

  /** A client that comes back has had the state; one that was in an earlier process has a token that Colyseus knows by another name. */
  #known(client: Client, options: JoinOptions = {}): JoinOptions {
    const { reconnectionToken: token } = options;
    if (token === undefined) return options;
    this.#checkpoint.comesBack(client, token);
    return { ...options, reconnectionToken: this.#tokenOf(token) };
  }

  #tokenOf(token: string): string {
    return this.#returns.tokenOf(this.#checkpoint.tokenOf(token));
  }

  #welcome(client: Client, join: () => void): void {
    this.#returns.end(client);
    this.#welcomes.welcome(client, join);
  }

  get #mayAct(): boolean {
    return !this.move.isStill && this.parts.mayAct();
  }

  get #isEnding(): boolean {
    return seams(this)._internalState === RoomInternalState.DISPOSING;
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
    else {
      this.arrive(client);
      this.#checkpoint.hold(client);
      this.move.keepTicket(client);
    }
    this.parts.telemetry.emit(event, { roomId: this.roomId, name: this.roomName, sessionId: client.sessionId });
  }

  static {
    carryUsers();
    refuseReferences();
    overridePrivate(Room.prototype, {
      __init: (room: Room, original) => {
        const onCreate = room.onCreate?.bind(room);
        room.onCreate = (asked: object) => room.#checkpoint.create(asked, (options) => onCreate?.(options));
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
      _onJoin: async (room: Room, original, client, ...[context, options]) => {
        if (room.#isEnding) throw new ArenaError("ROOM_NOT_FOUND");
        room.#owners.claim(room, client);
        const known = room.#known(client, options);
        const joined = original(client, context, known); // where an old connection still holds the seat, it waits for its end
        room.#checkpoint.isBack(client, options ?? {});
        endSuperseded(room, client, known.reconnectionToken);
        await joined;
        if (options?.reconnectionToken !== undefined) room.#returns.begin(client, options.reconnectionToken);
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
