import type { Socket } from "node:net";
import { afterAwake, type Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { Link } from "./link.ts";
import {
  bare,
  closedRecord,
  type Downward,
  messageRecord,
  type Opening,
  openRecord,
  readDownward,
  roundTripRecord,
  type Ticket,
  takenRecord,
  type Waiting,
} from "./records.ts";

/** The socket of a client, as far as its channel is concerned. */
export interface ClientEnd {
  /** Bytes that wait in this process for the client. */
  readonly waitingBytes: number;
  /** Writes WebSocket frames; whether all of them have left this process. */
  write(bytes: Buffer): boolean;
  /** The owner ends it, with these words. */
  close(code: number, reason: string): void;
  /** The owner cuts it off. */
  cut(): void;
  /** Has the client wait, or go on. */
  pause(): void;
  resume(): void;
  /** What it sends is kept back from now on, until it is released or brought elsewhere. */
  hold(): void;
  release(): void;
  /** Its room is that process' now, where it gets its seat back with the ticket. */
  lead(to: string, ticket: Ticket): void;
  /** The owner is lost; with a ticket it may have a seat at the next one. */
  lost(cause: Error, ticket: Ticket | undefined): void;
}

/** What an owner answers over HTTP to a client that it does not take. */
export interface Refusal {
  readonly status: number;
  readonly answer: Buffer;
}

/** What a trunk is made of, where clients come in. */
export interface EdgeTrunkParts {
  readonly clock: Clock;
  /** See Link. */
  readonly silenceMs: number;
  readonly onEnd: () => void;
  /** Number of the channel before the first. Default: 0. */
  readonly lastChannel?: number;
}

/** An owner answers before it asks anybody anything, but where thousands come at once: then when it is their turn. */
const ANSWER_MS = 15_000;
const GONE = 1006;
/** A record has 32 bits for it. */
const MAX_CHANNEL = 0xffff_ffff;

/** The end of a trunk where clients come in. */
export class EdgeTrunk {
  readonly link: Link<Downward>;
  readonly #clock: Clock;
  readonly #channels = new Map<number, EdgeChannel>();
  /** Those for whom something waits in their sockets. */
  readonly #slow = new Set<EdgeChannel>();
  #lastChannel: number;
  #takenRecords = 0;
  #toldRecords = 0;
  #isFull = false;

  constructor(socket: Socket, head: Buffer, { clock, silenceMs, onEnd, lastChannel = 0 }: EdgeTrunkParts) {
    this.#clock = clock;
    this.#lastChannel = lastChannel;
    this.link = new Link(socket, head, {
      clock,
      silenceMs,
      schedule: (flush) => clock.afterPoll(flush),
      beforeFlush: () => this.#taken(),
      read: readDownward,
      take: (record) => this.#take(record),
      onFull: (isFull) => this.#hold(isFull),
      onEnd: (cause = new ArenaError("PEER_UNREACHABLE")) => {
        onEnd();
        for (const channel of this.#channels.values()) channel.lose(cause);
        this.#channels.clear();
        this.#slow.clear();
      },
    });
  }

  /** Asks the owner to take a client. */
  open(opening: Opening): EdgeChannel {
    const id = this.#nextChannel();
    const stopDeadline = afterAwake(this.#clock, ANSWER_MS, () => {
      channel.closed(GONE, "It does not answer in time.");
    });
    const channel = new EdgeChannel(id, {
      link: this.link,
      stopDeadline,
      isFull: () => this.#isFull,
      onGone: () => {
        this.#channels.delete(id);
        this.#slow.delete(channel);
      },
    });
    this.#channels.set(id, channel);
    this.link.send(openRecord(id, opening));
    return channel;
  }

  /** Numbers come again after the last one; whoever has had one since then keeps it. */
  #nextChannel(): number {
    do this.#lastChannel = (this.#lastChannel % MAX_CHANNEL) + 1;
    while (this.#channels.has(this.#lastChannel));
    return this.#lastChannel;
  }

  #take(record: Downward): void {
    switch (record.kind) {
      case "ping":
      case "pong":
        this.link.beat(record.kind);
        return;
      case "frames":
        this.#takeFrames(record.channels, record.bytes);
        return;
      default:
        this.#channels.get(record.channel)?.take(record);
    }
  }

  #takeFrames(channels: readonly number[], bytes: Buffer): void {
    this.#takenRecords++;
    this.link.wake();
    for (const id of channels) {
      const channel = this.#channels.get(id); // none where its client has gone
      if (channel && !channel.write(bytes)) this.#slow.add(channel);
    }
  }

  /** What the owner does not know yet of what was taken. */
  #taken(): readonly Buffer[] {
    const waiting: Waiting[] = [];
    for (const channel of this.#slow) {
      const bytes = channel.waitingBytes;
      if (bytes !== channel.toldBytes) waiting.push([channel.id, bytes]);
      channel.toldBytes = bytes;
      if (bytes === 0) this.#slow.delete(channel);
    }
    if (waiting.length === 0 && this.#toldRecords === this.#takenRecords) return [];
    this.#toldRecords = this.#takenRecords;
    return [takenRecord(this.#takenRecords, waiting)];
  }

  /** An owner that takes no more has all its clients wait. */
  #hold(isFull: boolean): void {
    this.#isFull = isFull;
    for (const channel of this.#channels.values()) channel.hold();
  }
}

interface EdgeChannelParts {
  readonly link: Link<Downward>;
  readonly stopDeadline: () => void;
  readonly isFull: () => boolean;
  readonly onGone: () => void;
}

type ForChannel = Exclude<Downward, { readonly kind: "frames" | "ping" | "pong" }>;
type ForMove = Extract<Downward, { readonly kind: "hold" | "release" | "ticket" | "lead" }>;

/**
 * One client in a trunk, where it comes in.
 *
 *     asked -> refused, lost, or: taken -> with a client's end -> closed or lost
 */
export class EdgeChannel {
  readonly id: number;
  /** How the owner answered: undefined where it takes the client. @throws ArenaError PEER_UNREACHABLE */
  readonly answer: Promise<Refusal | undefined>;
  /** What the owner was told that waits for the client here. */
  toldBytes = 0;
  readonly #parts: EdgeChannelParts;
  readonly #answered = Promise.withResolvers<Refusal | undefined>();
  #end: ClientEnd | undefined;
  #ticket: Ticket | undefined;
  /** What came before there was a client's end. */
  #early: ((end: ClientEnd) => void)[] = [];
  #earlyBytes = 0;
  #isPaused = false;
  #isHeld = false;
  #isGone = false;

  constructor(id: number, parts: EdgeChannelParts) {
    this.id = id;
    this.#parts = parts;
    this.answer = this.#answered.promise;
    this.answer.catch(() => {}); // who asks hears it; who has gone does not ask
  }

  /** Bytes that wait for the client in this process. */
  get waitingBytes(): number {
    return this.#earlyBytes + (this.#end?.waitingBytes ?? 0);
  }

  /** From now on it is this end's, with what has come until now. */
  attach(end: ClientEnd): void {
    this.#end = end;
    this.#earlyBytes = 0;
    for (const run of this.#early) run(end);
    this.#early = [];
    this.hold();
  }

  /** Something of the client's. */
  send(payload: Uint8Array, isBinary: boolean): void {
    if (!this.#isGone) this.#parts.link.send(messageRecord(this.id, payload, isBinary));
  }

  /** Time that a ping to the client and its answer took; that of the trunk is added. */
  tellRoundTrip(ms: number): void {
    if (!this.#isGone) this.#parts.link.send(roundTripRecord(this.id, ms + this.#parts.link.roundTripMs));
  }

  /** The client's socket has room again. */
  drained(): void {
    this.#parts.link.wake();
  }

  /** The client is gone; nothing more comes of it. `code` as of WebSocket, 1006 where it did not say. */
  closed(code = GONE, detail = ""): void {
    if (this.#isGone) return;
    this.#parts.link.send(closedRecord(this.id, code));
    this.#leave(new ArenaError("PEER_UNREACHABLE", detail));
  }

  /** The owner is lost. */
  lose(cause: Error): void {
    if (this.#isGone) return;
    this.#leave(cause);
    this.#whenAttached((end) => end.lost(cause, this.#ticket));
  }

  /** Whether all of it has left this process. */
  write(bytes: Buffer): boolean {
    // What waits in a socket must not keep all else alive that was read together with it.
    if (this.#end) return this.#end.write(this.toldBytes > 0 ? Buffer.from(bytes) : bytes);
    this.#earlyBytes += bytes.length;
    this.#early.push((end) => void end.write(bytes));
    return false;
  }

  /** What the owner says of this client. */
  take(record: ForChannel): void {
    switch (record.kind) {
      case "opened":
        this.#parts.stopDeadline();
        this.#answered.resolve(undefined);
        return;
      case "refused":
        this.#answered.resolve(record);
        this.#leave();
        return;
      case "close":
        this.#whenAttached((end) => end.close(record.code, record.reason));
        return;
      case "cut":
        this.#whenAttached((end) => end.cut());
        return;
      case "pause":
      case "resume":
        this.#isPaused = record.kind === "pause";
        this.hold();
        return;
      default:
        this.#takeMove(record);
    }
  }

  #takeMove(record: ForMove): void {
    switch (record.kind) {
      case "hold":
        this.#whenAttached((end) => end.hold());
        this.#parts.link.send(bare("held", this.id));
        return;
      case "release":
        this.#whenAttached((end) => end.release());
        return;
      case "ticket":
        this.#ticket = record.ticket;
        return;
      case "lead":
        this.#leave();
        this.#whenAttached((end) => end.lead(record.to, record.ticket));
        return;
      default:
        record satisfies never;
    }
  }

  /** Has the client wait while its owner wants it to, or takes no more of anybody. */
  hold(): void {
    const isHeld = this.#isPaused || this.#parts.isFull();
    if (!this.#end || isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    if (isHeld) this.#end.pause();
    else this.#end.resume();
  }

  #leave(cause?: Error): void {
    this.#isGone = true;
    this.#parts.stopDeadline();
    this.#parts.onGone();
    this.#answered.reject(cause);
  }

  #whenAttached(run: (end: ClientEnd) => void): void {
    if (this.#end) run(this.#end);
    else this.#early.push(run);
  }
}
