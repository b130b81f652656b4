import type { Clock, Stop } from "../clock/clock.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { seal } from "./envelope.ts";
import type { CheckpointStore } from "./store.ts";

/** How a room is at one moment. */
export interface Capture {
  /** With which it was made. */
  readonly options: object;
  readonly content: Uint8Array;
  /** Seats that are held. */
  readonly sessions: number;
}

/** What is asked of a room that is kept. */
export interface KeptRoom {
  /** Whether the store had it when it was made. */
  readonly isRestored: boolean;
  readonly roomId: string;
  readonly roomName: string;
  /** How it is now; undefined where nothing has changed since it was last asked, unless it must say. */
  capture(mustSay: boolean): Capture | undefined;
  /** Another process has the room, under a later epoch. */
  moveAway(): void;
}

/** What keepers are built from. */
export interface KeeperParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly store: CheckpointStore;
  readonly bootId: string;
  /** Largest content that is kept. */
  readonly maxBytes: number;
  /** Epoch under which this process has a room. */
  readonly epochOf: (roomId: string) => number | undefined;
  /** A higher number with each call, in all of this process. */
  readonly nextNumber: () => number;
  /** Told of what could not be done. */
  readonly onFailed: (name: string, action: "capture" | "write" | "forget", error: unknown) => void;
}

/** Between two checkpoints of a room that changes. */
const INTERVAL_MS = 1000;
/** What must not be lost with the next crash, such as a token that a client has just been given, is kept after this time. */
const SOON_MS = 100;
/** A room that is too large may become smaller, and to find that out costs as much as a checkpoint. */
const TOO_LARGE_MS = 10_000;
/** A checkpoint is written anew after this time also where nothing has changed: stores forget in the end what nobody writes. */
const RENEW_MS = 600_000;

/** Keeps one room: once a second what has changed, at a moment of its own, one write at a time. */
export class Keeper {
  readonly #parts: KeeperParts;
  readonly #room: KeptRoom;
  #stopTimer: Stop = () => {};
  #dueMs = 0;
  /** Until then it is taken to be too large still. */
  #tooLargeUntilMs = 0;
  #writing: Promise<unknown> | undefined;
  #isWantedSoon = false;
  #hasFailed = false;
  #keptMs = Number.NEGATIVE_INFINITY;
  /** Of the store, when the room was kept last. */
  #generation: number;
  #isOver = false;
  #isStored: boolean;

  constructor(parts: KeeperParts, room: KeptRoom) {
    this.#parts = parts;
    this.#room = room;
    this.#generation = parts.store.generation;
    this.#isStored = room.isRestored;
    this.#arm(parts.clock.random() * INTERVAL_MS); // so that a hundred rooms do not write at once
  }

  /** Keeps the room within a moment. */
  soon(): void {
    if (this.#writing) this.#isWantedSoon = true;
    else if (this.#dueMs > this.#parts.clock.nowMs() + SOON_MS) this.#armSoon();
  }

  /** Whether the store has the room, though perhaps as it was before: it may be away since. */
  get isStored(): boolean {
    return this.#isStored;
  }

  /** Keeps the room as it is now, for the last time; whether it is kept. */
  async keepLast(): Promise<boolean> {
    this.#stop();
    await this.#writing;
    return this.#keep(true);
  }

  /** The room has ended for good: its checkpoint is forgotten. */
  async forget(): Promise<void> {
    this.#stop();
    await this.#writing;
    const { roomId, roomName } = this.#room;
    const epoch = this.#parts.epochOf(roomId);
    if (epoch === undefined) return;
    await this.#end(roomName, epoch);
  }

  #stop(): void {
    this.#isOver = true;
    this.#stopTimer();
  }

  #arm(delayMs: number): void {
    this.#stopTimer();
    if (this.#isOver) return;
    this.#dueMs = this.#parts.clock.nowMs() + delayMs;
    this.#stopTimer = this.#parts.clock.after(delayMs, () => this.#run());
  }

  #armSoon(): void {
    this.#arm(Math.max(SOON_MS, this.#tooLargeUntilMs - this.#parts.clock.nowMs()));
  }

  #run(): void {
    this.#arm(INTERVAL_MS);
    if (this.#writing) return; // the store is slow; the next one will have it all
    const { clock, store } = this.#parts;
    const isOutdated = store.generation !== this.#generation || clock.nowMs() > this.#keptMs + RENEW_MS;
    const mustSay = this.#hasFailed || isOutdated;
    this.#writing = this.#keep(mustSay).finally(() => {
      this.#writing = undefined;
      if (this.#isWantedSoon) this.#armSoon();
      this.#isWantedSoon = false;
    });
  }

  /** Whether it was kept as it is now. */
  async #keep(mustSay: boolean): Promise<boolean> {
    const { clock, telemetry } = this.#parts;
    const { roomId, roomName: name } = this.#room;
    const epoch = this.#parts.epochOf(roomId);
    if (epoch === undefined) return false; // it is just being made, or given up
    const startMs = clock.nowMs();
    const capture = this.#capture(mustSay);
    if (!capture) return false;
    const sealed = seal(capture.options, capture.content);
    const [bytes, captureMs] = [sealed.length, clock.nowMs() - startMs];
    if (bytes > this.#parts.maxBytes) return this.#refuse(bytes, epoch);
    if (!(await this.#write(sealed, capture.sessions, epoch))) return false;
    telemetry.emit("checkpoint:kept", { roomId, name, bytes, captureMs, durationMs: clock.nowMs() - startMs });
    return true;
  }

  #capture(mustSay: boolean): Capture | undefined {
    try {
      return this.#room.capture(mustSay);
    } catch (error) {
      this.#hasFailed = true;
      this.#parts.onFailed(this.#room.roomName, "capture", error);
      return undefined;
    }
  }

  async #write(content: Uint8Array, sessions: number, epoch: number): Promise<boolean> {
    const { roomId, roomName: name } = this.#room;
    this.#generation = this.#parts.store.generation;
    try {
      const isKept = await this.#parts.store.put({
        roomId,
        name,
        epoch,
        number: this.#parts.nextNumber(),
        bootId: this.#parts.bootId,
        sessions,
        content,
      });
      this.#hasFailed = !isKept;
      this.#isStored = true; // by us, or by who has it now
      if (isKept) this.#keptMs = this.#parts.clock.nowMs();
      else this.#yield(epoch);
      return isKept;
    } catch (error) {
      this.#hasFailed = true;
      this.#parts.onFailed(name, "write", error);
      return false;
    }
  }

  /** What was kept before would be older than a checkpoint may be. */
  async #refuse(bytes: number, epoch: number): Promise<false> {
    const { roomId, roomName: name } = this.#room;
    this.#parts.telemetry.emit("checkpoint:tooLarge", { roomId, name, bytes, maxBytes: this.#parts.maxBytes });
    this.#hasFailed = true;
    this.#isStored = false;
    this.#tooLargeUntilMs = this.#parts.clock.nowMs() + TOO_LARGE_MS;
    this.#arm(TOO_LARGE_MS);
    await this.#end(name, epoch);
    return false;
  }

  async #end(name: string, epoch: number): Promise<void> {
    const { store, nextNumber, onFailed } = this.#parts;
    await store.end(this.#room.roomId, epoch, nextNumber()).catch((error) => onFailed(name, "forget", error));
  }

  #yield(epoch: number): void {
    if (this.#parts.epochOf(this.#room.roomId) !== epoch) return; // it was taken up again meanwhile
    this.#stop();
    this.#room.moveAway();
  }
}
