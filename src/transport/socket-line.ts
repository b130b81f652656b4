import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { Clock } from "../clock/clock.ts";
import type { Line, LineListener } from "./line.ts";
import { TokenBucket } from "./token-bucket.ts";
import { payloadsOf } from "./wire-frame.ts";

/** What sockets are watched with. */
export interface SocketLineParts {
  readonly clock: Clock;
  /** Time between two pings in ms. */
  readonly heartbeatMs: number;
}

/** A peer is looked at once a second; a verdict that late is still within two heartbeats. */
const VERDICT_MARGIN_MS = 1000;

/** Frames that a message may come in: each is work, and all together count as one. Libraries cut messages into parts of 1 KiB and more. */
export const MAX_FRAGMENTS = 256;
/** Pings and pongs: one a heartbeat is of use. */
const CONTROLS = { perSecond: 5, burst: 50 };
const OPEN = 1;

/** A line that is a WebSocket of this process. */
export class SocketLine implements Line {
  readonly #socket: WebSocket;
  readonly #stream: Socket;
  readonly #isCompressed: boolean;
  readonly #parts: SocketLineParts;
  #heardMs: number;
  #pingedMs = 0;
  #roundTripMs: number | undefined;
  #isPaused = false;
  #listener: LineListener | undefined;
  readonly #controls: TokenBucket;

  constructor(socket: WebSocket, parts: SocketLineParts) {
    this.#socket = socket;
    this.#stream = streamOf(socket);
    // A deflated frame depends on those before it, so it cannot be made once for everyone; ws does it.
    this.#isCompressed = socket.extensions.includes("permessage-deflate");
    this.#parts = parts;
    this.#heardMs = parts.clock.nowMs();
    this.#controls = new TokenBucket(CONTROLS, this.#heardMs);
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  get waitingBytes(): number {
    return this.#isCompressed ? this.#socket.bufferedAmount : this.#stream.writableLength;
  }

  listen(listener: LineListener): void {
    this.#listener = listener;
    const socket = this.#socket;
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      this.#heardMs = this.#parts.clock.nowMs();
      listener.message(data, isBinary);
    });
    socket.on("pong", () => {
      this.#hearControl(listener);
      this.#hearAnswer();
    });
    socket.on("ping", () => this.#hearControl(listener));
    socket.on("close", (code: number) => listener.closed(code));
    socket.on("error", (error) => listener.failed(error));
    if (!this.#isCompressed) this.#stream.on("drain", () => listener.drained());
  }

  write(bytes: Buffer): boolean {
    if (this.#isCompressed) this.#deflate(bytes);
    else this.#stream.write(bytes);
    return this.waitingBytes === 0;
  }

  close(code: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  cut(): void {
    this.#socket.terminate();
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#heardMs = this.#parts.clock.nowMs();
    this.#socket.resume();
  }

  hold(): Promise<void> {
    this.pause();
    return Promise.resolve();
  }

  release(): void {
    this.resume();
  }

  /** The client of a process that is lost comes again by itself. */
  tellTicket(): void {}

  lead(): boolean {
    return false;
  }

  ping(): void {
    this.#pingedMs = this.#parts.clock.nowMs();
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  isSilent(nowMs: number): boolean {
    return !this.#isPaused && nowMs - this.#heardMs >= 2 * this.#parts.heartbeatMs - VERDICT_MARGIN_MS;
  }

  forgive(stallMs: number): void {
    this.#heardMs = Math.min(this.#parts.clock.nowMs(), this.#heardMs + stallMs);
    this.#pingedMs += stallMs;
  }

  #deflate(bytes: Buffer): void {
    for (const payload of payloadsOf(bytes)) {
      this.#socket.send(payload, { binary: true }, () => this.#listener?.drained());
    }
  }

  #hearControl(listener: LineListener): void {
    this.#heardMs = this.#parts.clock.nowMs();
    if (!this.#controls.take(this.#heardMs) && this.#socket.readyState === OPEN) listener.flooded();
  }

  #hearAnswer(): void {
    if (this.#pingedMs > 0) this.#roundTripMs = this.#heardMs - this.#pingedMs;
    this.#pingedMs = 0;
  }
}

/** The TCP stream below a WebSocket. ws keeps it as `_socket`; it is there from the handshake to the close. */
function streamOf(socket: WebSocket): Socket {
  return (socket as unknown as { readonly _socket: Socket })._socket; // private in ws 8.23.0, which is pinned
}
