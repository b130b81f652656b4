import { createHash } from "node:crypto";
import { type Client, matchMaker, type Room } from "@colyseus/core";
import type { Encoder } from "@colyseus/schema";
import {
  type Capture,
  type Checkpoint,
  type Checkpoints,
  decode,
  encode,
  type Keeper,
  type KeptRoom,
} from "../checkpoint/checkpoint.ts";
import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { seams } from "./colyseus-seams.ts";
import { fillInputs, type InputImage, inputsOf } from "./input-image.ts";
import { KeptSessions, type SessionsImage } from "./kept-sessions.ts";
import { ResyncSerializer } from "./resync-serializer.ts";
import { rootOf } from "./schema-seams.ts";
import { fillState, imageOf, type StateImage } from "./state-image.ts";

/**
 * What becomes of a room when its process ends: it ends too; it goes on as it was at most a second before; or it goes on like that, and what
 * was acknowledged of its document is there in any case.
 */
export type Durability = "none" | "checkpoint" | "durable";

/** What is asked of a room that is kept. */
export interface CheckpointedRoom {
  readonly room: Room & { moveAway(): void };
  readonly parts: () => { readonly clock: Clock; readonly telemetry: Telemetry; readonly checkpoints: Checkpoints };
  readonly durabilityOf: (options: object) => Durability;
  /** What the room's author keeps beside the state, and is given back. */
  readonly save: () => unknown;
  readonly restore: (saved: unknown) => void;
  /** The number of its next tick. */
  readonly ticks: { tick: number };
}

/** How a room stands in the listing. */
interface ListingImage {
  readonly metadata: unknown;
  readonly private: boolean;
  readonly unlisted: boolean;
  readonly locked: boolean;
  readonly maxClients: number;
}

/** What changes with what happens in a room; the state is apart, since it is costly to encode. */
interface AboutImage extends SessionsImage {
  readonly listing: ListingImage;
  readonly saved: unknown;
}

/** The content of a checkpoint. */
interface RoomImage {
  readonly roomId: string;
  /** Digest of the state's classes: one that has others cannot be filled. */
  readonly shape: string;
  readonly wallMs: number;
  /** Time since the room began, which clients follow. */
  readonly elapsedMs: number;
  readonly tick: number;
  readonly about: Uint8Array;
  readonly state: Uint8Array | undefined;
  /** By session; in the last checkpoint alone, as they stand still then. */
  readonly inputs: ReadonlyMap<string, InputImage> | undefined;
}

const EMPTY = new Uint8Array();

/** How one room is kept and goes on. Colyseus' room calls it at each turn of its life. */
export class RoomCheckpoint implements KeptRoom {
  readonly #kept: CheckpointedRoom;
  readonly #sessions: KeptSessions;
  #options: object = {};
  #keeper: Keeper | undefined;
  #isLast = false;
  /** Of those whose connection may go on. */
  #inputs = new Map<string, InputImage>();
  #isRestored = false;
  /** The one that kept it for the last time. */
  #lastKeeper: Keeper | undefined;
  #isStateOld = true;
  #state: Uint8Array | undefined;
  #about: Uint8Array = EMPTY;
  /** Whether its author had locked the room when the process began to end, and all its rooms were locked. */
  #wasLocked: boolean | undefined;
  /** Undone when the room has been told of those who were in it. */
  #unwoken:
    | { readonly about: AboutImage; readonly bytes: number; readonly startMs: number; readonly wallMs: number }
    | undefined;

  constructor(kept: CheckpointedRoom) {
    this.#kept = kept;
    this.#sessions = new KeptSessions({
      room: kept.room,
      wallMs: () => kept.parts().clock.wallMs(),
      filtering: () => (this.#encoder?.context.hasFilters ? this.#encoder : undefined),
    });
  }

  get roomId(): string {
    return this.#kept.room.roomId;
  }

  get roomName(): string {
    return this.#kept.room.roomName;
  }

  /** Whether the room goes on as it was kept. */
  get isRestored(): boolean {
    return this.#isRestored;
  }

  /** Whether the room is kept. */
  get isKept(): boolean {
    return this.#keeper !== undefined;
  }

  /**
   * Makes the room by its `onCreate`; where there is a checkpoint of it, it becomes what that says, whatever is asked for by who has it made
   * again. While nobody can say whether there is one it is not made: what it keeps would take the place of that.
   *
   * @throws ArenaError ROOM_NOT_RESTORED where it cannot, and has to be made anew without; LOG_UNAVAILABLE, LOG_UNCERTAIN, LOG_FENCED; what
   *   the room throws
   */
  async create(asked: object, onCreate: (options: object) => unknown): Promise<void> {
    if (this.#kept.durabilityOf(asked) === "none") return void (await onCreate(asked));
    const startMs = this.#kept.parts().clock.nowMs();
    const checkpoint = await this.#take();
    this.#options = checkpoint?.options ?? asked;
    this.#isRestored = checkpoint !== undefined;
    await onCreate(this.#options);
    if (checkpoint) this.#restore(checkpoint, startMs);
    this.#keeper = this.#kept.parts().checkpoints.keep(this);
  }

  /** The room can be reached now: it hears of those who were in it, and their seats are kept as long as it says. */
  async wake(): Promise<void> {
    const { room, parts } = this.#kept;
    if (!this.#unwoken) return;
    const { about, bytes, startMs, wallMs } = this.#unwoken;
    this.#unwoken = undefined;
    if (about.listing.locked) await room.lock();
    await this.#sessions.wake();
    const { clock, telemetry } = parts();
    const [ageMs, durationMs] = [clock.wallMs() - wallMs, clock.nowMs() - startMs];
    const { roomId, roomName: name } = this;
    telemetry.emit("room:restored", { roomId, name, sessions: about.sessions.length, bytes, ageMs, durationMs });
  }

  /** Seats that were reserved, to be reserved again. */
  get unwokenSeats(): AboutImage["seats"] {
    return this.#unwoken?.about.seats ?? [];
  }

  /** The state is about to be sent, and says no more what of it is new. */
  beforePatch(): void {
    this.#isStateOld ||= this.#hasChanges;
  }

  /** The room is locked: by its author, or with all others as the process ends, which says nothing of the room that goes on. */
  beforeLock(): void {
    const isEnding = matchMaker.state === matchMaker.MatchMakerState.SHUTTING_DOWN;
    if (isEnding) this.#wasLocked ??= seams(this.#kept.room)._lockedExplicitly;
  }

  /** A session has its seat, or is back in it: its token must not be lost. */
  hold(client: Client): void {
    this.#sessions.hold(client);
    this.#keeper?.soon();
  }

  /** A session has given up its seat. */
  release(client: Client): void {
    this.#sessions.release(client);
  }

  /** For how long a seat is kept. Undefined: for ever. */
  keptMs(client: Client, seconds: number | "manual"): number | undefined {
    return this.#sessions.keptMs(client, seconds);
  }

  /** The token under which Colyseus knows whom a client says it is. */
  tokenOf(token: string): string {
    return this.#sessions.tokenOf(token);
  }

  /** A client comes back with a token, and has had the state before. */
  comesBack(client: Client, token: string): void {
    this.#sessions.use(client.sessionId, token);
    this.#serializer?.expect(client);
  }

  /** A client has come back, on a connection that has gone on all the time or on another. */
  isBack(client: Client, { isLed = false }: { readonly isLed?: boolean }): void {
    const inputs = this.#inputs.get(client.sessionId);
    this.#inputs.delete(client.sessionId);
    if (isLed && inputs) fillInputs(client, inputs);
  }

  /** Clients of all sessions, also of those that are absent. */
  get sessions(): readonly Client[] {
    return this.#sessions.clients;
  }

  capture(mustSay: boolean): Capture | undefined {
    const { room, parts, ticks } = this.#kept;
    const about = encode(this.#aboutNow());
    const isAsBefore = !this.#isStateOld && !this.#hasChanges && Buffer.compare(about, this.#about) === 0;
    if (isAsBefore && !mustSay) return undefined;
    const content: RoomImage = {
      roomId: this.roomId,
      shape: this.#shape,
      wallMs: parts().clock.wallMs(),
      elapsedMs: room.clock.elapsedTime,
      tick: ticks.tick,
      about,
      state: this.#stateNow(),
      inputs: this.#isLast ? this.#inputsNow() : undefined,
    };
    this.#about = about;
    return { options: this.#options, sessions: this.#sessions.count, content: encode(content) };
  }

  moveAway(): void {
    this.#kept.room.moveAway();
  }

  /** Keeps the room for the last time; whether it can go on elsewhere. */
  async keepLast(): Promise<boolean> {
    const keeper = this.#keeper;
    this.#keeper = undefined; // what comes of its end is not kept
    this.#lastKeeper = keeper ?? this.#lastKeeper;
    this.#isLast = true;
    return (await keeper?.keepLast()) ?? false;
  }

  /** Whether it is kept somewhere, though perhaps as it was before. */
  get isStored(): boolean {
    return [this.#keeper, this.#lastKeeper].some((keeper) => keeper?.isStored);
  }

  /** The process ends; whether the room goes on after it, as it is now or, where the store is away, as it was kept before. */
  async leave(): Promise<boolean> {
    return (await this.keepLast()) || this.isStored;
  }

  /** It was not the last time. */
  keepAgain(): void {
    this.#isLast = false;
    this.#keeper ??= this.#kept.parts().checkpoints.keep(this);
  }

  /** The room has ended for good. */
  async end(): Promise<void> {
    await this.#keeper?.forget();
  }

  async #take(): Promise<Checkpoint | undefined> {
    const { checkpoints, telemetry } = this.#kept.parts();
    const { roomId, roomName: name } = this;
    try {
      return await checkpoints.take(roomId);
    } catch (error) {
      const isLost = error instanceof ArenaError && error.code === "ROOM_NOT_RESTORED";
      if (isLost) telemetry.emit("room:notRestored", { roomId, name, error });
      else telemetry.emit("checkpoint:failed", { name, action: "read", error, times: 1 });
      throw error;
    }
  }

  #restore({ content }: Checkpoint, startMs: number): void {
    try {
      const image = decode(content) as RoomImage; // as `capture` made it; the envelope says its version
      const about = decode(image.about) as AboutImage; // likewise
      this.#become(image, about);
      this.#unwoken = { about, bytes: content.length, startMs, wallMs: image.wallMs };
    } catch (error) {
      const { roomId, roomName: name } = this;
      this.#kept.parts().telemetry.emit("room:notRestored", { roomId, name, error });
      throw new ArenaError("ROOM_NOT_RESTORED", "", { cause: error });
    }
  }

  #become({ roomId, shape, wallMs, elapsedMs, tick, state, inputs }: RoomImage, about: AboutImage): void {
    const { room, parts, restore, ticks } = this.#kept;
    if (shape !== this.#shape) throw new Error("The state has other classes or fields than when the room was kept.");
    room.roomId = roomId; // a room may choose its own, and would choose another
    if (state && this.#encoder) fillState(this.#encoder, decode(state) as StateImage); // as `imageOf` made it
    room.clock.elapsedTime = elapsedMs + Math.max(0, parts().clock.wallMs() - wallMs); // clients' clocks went on
    ticks.tick = tick;
    const { locked: _locked, maxClients, ...listing } = about.listing;
    Object.assign(seams(room)._listing, listing);
    room.maxClients = maxClients;
    this.#sessions.restore(about, wallMs);
    this.#inputs = new Map(inputs);
    restore(about.saved);
  }

  #inputsNow(): ReadonlyMap<string, InputImage> {
    const inputs = this.#kept.room.clients.map((client) => [client.sessionId, inputsOf(client)] as const);
    return new Map(inputs.flatMap(([sessionId, image]) => (image ? [[sessionId, image] as const] : [])));
  }

  #aboutNow(): AboutImage {
    const { room, save } = this.#kept;
    const { metadata, private: isPrivate = false, unlisted = false } = seams(room)._listing;
    const locked = this.#wasLocked ?? seams(room)._lockedExplicitly;
    const listing = { metadata, private: isPrivate, unlisted, locked, maxClients: room.maxClients };
    return { listing, ...this.#sessions.image(), saved: save() };
  }

  #stateNow(): Uint8Array | undefined {
    const encoder = this.#encoder;
    if (encoder && (this.#isStateOld || this.#hasChanges)) {
      this.#state = encode(imageOf(encoder));
      this.#isStateOld = false; // what is pending now is noticed when it is sent
    }
    return this.#state;
  }

  get #hasChanges(): boolean {
    const root = this.#encoder && rootOf(this.#encoder);
    return root !== undefined && (root.changes.next !== undefined || root.unreliableChanges.next !== undefined);
  }

  get #serializer(): ResyncSerializer | undefined {
    const serializer: unknown = seams(this.#kept.room)._serializer;
    return serializer instanceof ResyncSerializer ? serializer : undefined;
  }

  get #encoder(): Encoder | undefined {
    return this.#serializer?.stateEncoder;
  }

  get #shape(): string {
    const serializer = this.#serializer;
    return serializer ? createHash("sha256").update(serializer.handshake()).digest("base64url") : "";
  }
}
