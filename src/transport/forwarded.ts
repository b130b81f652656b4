import type { Clock, Stop } from "../clock/clock.ts";
import type { ErrorCode } from "../errors/errors.ts";
import { CLOSE_CODES, closeReason } from "../protocol/protocol.ts";
import type { ClientEnd, EdgeChannel } from "../trunk/trunk.ts";
import type { Line, LineListener } from "./line.ts";
import type { Peer } from "./liveness.ts";

/** What a forwarded client is made of. */
export interface ForwardedParts {
  readonly clock: Clock;
  /** When one who is sent away may come again, in ms from now: another time for each. */
  readonly retryAfterMs: () => number;
  /** The owner was lost while the client was here. */
  readonly onLost: (cause: Error) => void;
  readonly onSilent: () => void;
  readonly onFailed: (error: Error) => void;
  readonly onClosed: () => void;
}

const OPEN = 1;
const CLOSED = 3;
/** Who was told that it is over has this long to take it and to hang up. */
const CLOSING_MS = 3000;

/** A client that came in here and whose room is elsewhere: its line, and its channel to the owner. */
export class Forwarded implements ClientEnd, LineListener, Peer {
  nextPingMs = 0;
  readonly #line: Line;
  readonly #channel: EdgeChannel;
  readonly #parts: ForwardedParts;
  #toldRoundTripMs: number | undefined;
  #stopClosing: Stop = () => {};

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

  /** Tells the client to come back, with `code` as the reason, and the owner that it is gone. */
  lose(code: ErrorCode): void {
    this.#channel.closed();
    if (this.#line.readyState !== OPEN) return;
    this.close(CLOSE_CODES.RECONNECT, closeReason({ code, retryAfterMs: this.#parts.retryAfterMs() }));
  }

  // From the owner.

  write(bytes: Buffer): boolean {
    return this.#line.readyState !== OPEN || this.#line.write(bytes);
  }

  close(code: number, reason: string): void {
    this.#line.close(code, reason);
    this.#stopClosing();
    this.#stopClosing = this.#parts.clock.after(CLOSING_MS, () => this.#line.cut());
  }

  cut(): void {
    this.#line.cut();
  }

  pause(): void {
    this.#line.pause();
  }

  resume(): void {
    this.#line.resume();
  }

  lost(cause: Error): void {
    if (this.#line.readyState !== OPEN) return;
    this.#parts.onLost(cause);
    this.lose("PEER_UNREACHABLE");
  }

  // From the client.

  message(data: Buffer, isBinary: boolean): void {
    if (this.#line.readyState === OPEN) this.#channel.send(data, isBinary);
  }

  drained(): void {
    this.#channel.drained();
  }

  closed(code: number): void {
    this.#stopClosing();
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
}
