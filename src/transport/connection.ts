import { EventEmitter } from "node:events";
import type { WebSocket } from "ws";
import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { CLOSE_CODES, frameKindOf, INBOUND_FRAME_KINDS } from "../protocol/protocol.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { errorFrame } from "./error-frame.ts";
import type { TrafficCounter } from "./traffic-counter.ts";

/** What a connection is built from. */
export interface ConnectionParts {
  readonly sessionId: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly traffic: TrafficCounter;
  readonly maxRefusals: number;
}

const REFUSAL_WINDOW_MS = 60_000;

/**
 * One socket. Emits `message` (a frame of a known kind, as a Buffer) and `close` (its code), which is what Colyseus
 * expects of a client's `ref`. Frames that no room could understand are refused here.
 */
export class Connection extends EventEmitter {
  readonly sessionId: string;
  readonly #socket: WebSocket;
  readonly #parts: ConnectionParts;
  #refusals = 0;
  #windowEndsMs = 0;

  constructor(socket: WebSocket, parts: ConnectionParts) {
    super();
    this.sessionId = parts.sessionId;
    this.#socket = socket;
    this.#parts = parts;
    socket.on("message", (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on("close", (code: number) => this.emit("close", code));
    socket.on("error", (error) => parts.telemetry.emit("connection:failed", { sessionId: this.sessionId, error }));
  }

  /** As of WebSocket: 1 is open. */
  get readyState(): number {
    return this.#socket.readyState;
  }

  /** Sends one frame; does nothing when the socket is no longer open. */
  send(frame: Uint8Array, onSent?: (error?: Error) => void): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#parts.traffic.sent(frame);
    this.#socket.send(frame, { binary: true }, onSent);
  }

  /** Starts the closing handshake. */
  close(code: number = CLOSE_CODES.NORMAL, reason?: string): void {
    this.#socket.close(code, reason);
  }

  /** Answers something that was refused; closes the connection where that happens too often. */
  refuse(error: ArenaError): void {
    const { clock, telemetry, maxRefusals } = this.#parts;
    telemetry.emit("error:refused", {
      code: error.code,
      where: "socket",
      detail: error.message,
      sessionId: this.sessionId,
    });
    const nowMs = clock.nowMs();
    if (nowMs >= this.#windowEndsMs) {
      this.#refusals = 0;
      this.#windowEndsMs = nowMs + REFUSAL_WINDOW_MS;
    }
    this.#refusals++;
    if (this.#refusals <= maxRefusals) this.send(errorFrame(error));
    else if (this.#refusals === maxRefusals + 1) this.#expel();
  }

  #expel(): void {
    const error = new ArenaError("REFUSED_TOO_OFTEN");
    this.#parts.telemetry.emit("error:refused", {
      code: error.code,
      where: "socket",
      detail: error.message,
      sessionId: this.sessionId,
    });
    this.close(CLOSE_CODES.REFUSED, error.code);
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#parts.traffic.received(data.byteLength);
    const kind = frameKindOf(data[0]);
    if (isBinary && INBOUND_FRAME_KINDS.has(kind)) this.emit("message", data);
    else this.refuse(new ArenaError("FRAME_UNKNOWN", isBinary ? `It begins with ${data[0]}.` : "It is text."));
  }
}
