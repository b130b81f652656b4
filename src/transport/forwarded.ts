import type { Clock, Stop } from "../clock/clock.ts";
import { type ErrorCode, toArenaError } from "../errors/errors.ts";
import { CLOSE_CODES, closeReason, frameKindOf } from "../protocol/protocol.ts";
import type { ClientEnd, EdgeChannel, Ticket } from "../trunk/trunk.ts";
import type { Line, LineListener } from "./line.ts";
import type { Peer } from "./liveness.ts";

/** What a forwarded client is made of. */
export interface ForwardedParts {
  readonly clock: Clock;
  /** When one who is sent away may come again, in ms from now: another time for each. */
  readonly retryAfterMs: () => number;
  /** Has the client taken where its room is now: at that process, or wherever it is found within a bounded time. @throws ArenaError */
  readonly follow: (ticket: Ticket, to: string | undefined) => Promise<EdgeChannel>;
  /** The owner was lost while the client was here. */
  readonly onLost: (cause: Error) => void;
  readonly onSilent: () => void;
  readonly onFlooded: () => void;
  readonly onFailed: (error: Error) => void;
  readonly onClosed: () => void;
}

/** Something of the client's that is kept back. */
interface Kept {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

const OPEN = 1;
const CLOSED = 3;
/** Who was told that it is over has this long to take it and to hang up. */
const CLOSING_MS = 3000;
/** An owner that neither lets a client go on nor has it brought elsewhere has forgotten it. */
const HELD_MS = 10_000;

/**
 * A client that came in here and whose room is elsewhere: its line, and its channel to the owner. When the room moves, or is taken up by
 * another process after its owner was lost, the channel is replaced and the line stays: the new owner's first frame says to the client
 * that it has its seat again, and only then what it has sent meanwhile goes there.
 *
 *     flowing -> held -> flowing, or: held or flowing -> following -> flowing or closed
 */
export class Forwarded implements ClientEnd, LineListener, Peer {
  nextPingMs = 0;
  readonly #line: Line;
  readonly #parts: ForwardedParts;
  #channel: EdgeChannel;
  #toldRoundTripMs: number | undefined;
  #stopClosing: Stop = () => {};
  #stopHeld: Stop = () => {};
  #isPaused = false;
  #isHeld = false;
  /** What had been read when it was held; as its line is paused, no more than a line gives at once. */
  #kept: Kept[] = [];
  /** Its request to leave: of who has made it, the next owner does not know. */
  #farewell: Kept | undefined;
  /** With which it is being brought elsewhere. */
  #following: Ticket | undefined;

  constructor(line: Line, channel: EdgeChannel, parts: ForwardedParts) {
    this.#line = line;
    this.#channel = channel;
    this.#parts = parts;
    line.listen(this);
    channel.attach(this);
  }

  /** Bytes that wait for it in this process. */
  get waitingBytes(): number {
    return this.#line.waitingBytes;
  }

  /** Tells the client to come back, with `code` as the reason, unless it has asked to leave; and the owner that it is gone. */
  lose(code: ErrorCode): void {
    this.#channel.closed();
    if (this.#line.readyState !== OPEN) return;
    this.#following = undefined;
    if (this.#farewell) this.close(CLOSE_CODES.CONSENTED, "");
    else this.close(CLOSE_CODES.RECONNECT, closeReason({ code, retryAfterMs: this.#parts.retryAfterMs() }));
  }

  // From the owner.

  write(bytes: Buffer): boolean {
    if (this.#line.readyState !== OPEN) return true;
    const isGone = this.#line.write(bytes);
    if (this.#following) {
      this.#following = undefined;
      this.release();
    }
    return isGone;
  }

  close(code: number, reason: string): void {
    this.#line.close(code, reason);
    this.#line.resume(); // to hear the answer
    this.#stopClosing();
    this.#stopClosing = this.#parts.clock.after(CLOSING_MS, () => this.#line.cut());
  }

  cut(): void {
    this.#line.cut();
  }

  pause(): void {
    this.#isPaused = true;
    this.#line.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.#isHeld) this.#line.resume();
  }

  hold(): void {
    this.#isHeld = true;
    this.#line.pause();
    this.#stopHeld();
    this.#stopHeld = this.#parts.clock.after(HELD_MS, () => this.release());
  }

  release(): void {
    this.#stopHeld();
    this.#isHeld = false;
    const kept = this.#kept;
    this.#kept = [];
    for (const { data, isBinary } of kept) this.#channel.send(data, isBinary);
    if (!this.#isPaused) this.#line.resume();
  }

  lead(to: string, ticket: Ticket): void {
    if (this.#line.readyState === OPEN) this.#follow(ticket, to);
  }

  lost(cause: Error, told: Ticket | undefined): void {
    if (this.#line.readyState !== OPEN) return;
    this.#parts.onLost(cause);
    const ticket = told ?? this.#following;
    if (ticket) this.#follow(ticket, undefined);
    else this.lose("PEER_UNREACHABLE");
  }

  // From the client.

  message(data: Buffer, isBinary: boolean): void {
    if (this.#line.readyState !== OPEN) return;
    const message = { data, isBinary };
    if (isBinary && frameKindOf(data[0]) === "leave") this.#farewell = message;
    if (this.#isHeld) this.#kept.push(message);
    else this.#channel.send(data, isBinary);
  }

  flooded(): void {
    this.#parts.onFlooded();
    this.close(CLOSE_CODES.REFUSED, "REFUSED_TOO_OFTEN");
  }

  drained(): void {
    this.#channel.drained();
  }

  closed(code: number): void {
    this.#stopClosing();
    this.#stopHeld();
    this.#channel.closed(code);
    this.#parts.onClosed();
  }

  failed(error: Error): void {
    this.#parts.onFailed(error);
  }

  // From the heartbeat.

  ping(): void {
    this.#line.ping();
  }

  check(): void {
    const { roundTripMs } = this.#line;
    if (roundTripMs === undefined || roundTripMs === this.#toldRoundTripMs) return;
    this.#toldRoundTripMs = roundTripMs;
    this.#channel.tellRoundTrip(roundTripMs);
  }

  isSilent(nowMs: number): boolean {
    return this.#line.readyState !== CLOSED && this.#line.isSilent(nowMs);
  }

  bury(): void {
    this.#parts.onSilent();
    this.#line.cut();
  }

  forgive(stallMs: number): void {
    this.#line.forgive(stallMs);
  }

  /** That has a bound of its own. */
  #follow(ticket: Ticket, to: string | undefined): void {
    this.hold();
    this.#stopHeld();
    this.#isPaused = false; // the old owner's word
    this.#following = ticket;
    if (this.#farewell && !this.#kept.includes(this.#farewell)) this.#kept.push(this.#farewell);
    this.#parts.follow(ticket, to).then(
      (channel) => this.#goOn(channel),
      (error: unknown) => this.lose(toArenaError(error).code === "DRAINING" ? "DRAINING" : "PEER_UNREACHABLE"),
    );
  }

  #goOn(channel: EdgeChannel): void {
    if (this.#line.readyState !== OPEN) {
      if (this.#farewell) channel.send(this.#farewell.data, true);
      channel.closed();
      return;
    }
    this.#channel = channel;
    this.hold();
    this.#toldRoundTripMs = undefined;
    channel.attach(this);
  }
}
