import { EventEmitter } from "node:events";
import { type Clock, MinuteCounter } from "../clock/clock.ts";
import { ArenaError, type ErrorCode } from "../errors/errors.ts";
import type { OutboxLimits } from "../outbox/outbox.ts";
import {
  assertCanClose,
  CLOSE_CODES,
  closeReason,
  type FrameKind,
  frameKindOf,
  INBOUND_FRAME_KINDS,
  parseCloseReason,
} from "../protocol/protocol.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { User } from "../tokens/tokens.ts";
import type { Ticket } from "../trunk/trunk.ts";
import type { Authority } from "./authority.ts";
import { errorFrame } from "./error-frame.ts";
import type { Line, LineListener } from "./line.ts";
import type { Peer } from "./liveness.ts";
import { Outgoing } from "./outgoing.ts";
import { TokenBucket } from "./token-bucket.ts";
import type { TrafficCounter } from "./traffic-counter.ts";
import type { Writer } from "./writer.ts";

/** What all connections of a node share. */
export interface ConnectionParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly traffic: TrafficCounter;
  readonly writer: Writer;
  readonly limits: ConnectionLimits;
  readonly authority: Authority;
  /** When one who is sent away may come again, in ms from now: another time for each. */
  readonly retryAfterMs: () => number;
}

/** Bounds of a connection. */
export interface ConnectionLimits extends OutboxLimits {
  /** Time between two pings in ms. */
  readonly heartbeatMs: number;
  /** A connection that does not say in this time that it is ready for state is closed. */
  readonly joinMs: number;
  /** Refused frames within a minute before the connection is closed. */
  readonly maxRefusals: number;
  /** Frames and bytes that it may send: in the long run, and at once after a quiet time. */
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  readonly bytesPerSecond: number;
  readonly byteBurst: number;
}

/** A client that renews its token a little late is not cut off. */
const EXPIRY_GRACE_MS = 25_000;
/** A client that was asked to close has this long before the line is cut and its memory freed. */
const CLOSING_MS = 3000;
const OPEN = 1;

/**
 * One client. Emits `message` (a frame of a known kind, as a Buffer), `stale` (it lost a patch and has room for a full
 * state) and `close` (its code); the first and the last are what Colyseus expects of a client's `ref`. Frames that no
 * room could understand are refused here.
 */
export class Connection extends EventEmitter implements LineListener, Peer {
  readonly sessionId: string;
  nextPingMs = 0;
  readonly #line: Line;
  readonly #parts: ConnectionParts;
  readonly #outgoing: Outgoing;
  #joinDueMs: number;
  #user: User | undefined;
  readonly #messageBucket: TokenBucket;
  readonly #byteBucket: TokenBucket;
  readonly #refusals = new MinuteCounter();
  /** What the client sends is kept back. */
  #isHeld = false;
  /** The room stands still: what comes waits. */
  #isFrozen = false;
  #token: string | undefined;
  /** Came while this process may not act, or the room stood still: what had been read when the line was told to wait. */
  #held: { readonly data: Buffer; readonly isBinary: boolean }[] = [];

  constructor(line: Line, sessionId: string, parts: ConnectionParts) {
    super();
    this.sessionId = sessionId;
    this.#line = line;
    this.#parts = parts;
    const nowMs = parts.clock.nowMs();
    this.#joinDueMs = nowMs + parts.limits.joinMs;
    const { messagesPerSecond, messageBurst, bytesPerSecond, byteBurst } = parts.limits;
    this.#messageBucket = new TokenBucket({ perSecond: messagesPerSecond, burst: messageBurst }, nowMs);
    this.#byteBucket = new TokenBucket({ perSecond: bytesPerSecond, burst: byteBurst }, nowMs);
    this.#outgoing = new Outgoing(line, {
      ...parts,
      onStale: () => this.emit("stale"),
      onLost: () => this.end("SLOW"),
    });
    line.listen(this);
  }

  /** As of WebSocket: 1 is open. */
  get readyState(): number {
    return this.#line.readyState;
  }

  /** Time that the last ping and its answer took, in ms; undefined before the first. */
  get roundTripMs(): number | undefined {
    return this.#line.roundTripMs;
  }

  /** Whose connection it is; undefined for somebody without a token. */
  get user(): User | undefined {
    return this.#user;
  }

  /** From now on the connection is `user`'s, until the token that says so ends. */
  identify(user: User): void {
    this.#user = user;
    if (this.#token !== undefined) this.keepTicket(this.#token);
  }

  /** Should this process be lost, the client gets its seat back with that token where its line goes on elsewhere. */
  keepTicket(token: string): void {
    this.#token = token;
    this.#line.tellTicket(this.#ticket(token));
  }

  /** Keeps back what the client sends; settles when all that was on its way has come. */
  hold(): Promise<void> {
    this.#isHeld = true;
    return this.#line.hold();
  }

  /** What comes from now on waits until `goOn`. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** After `hold` and `freeze`: what waits comes. */
  goOn(): void {
    this.#isFrozen = false;
    this.#release();
    this.#line.resume();
    this.#takeHeld(); // which has the line wait again where this process may not act
  }

  /**
   * Has the client brought to another process behind all that was sent; then the connection is closed here, and the line is not. False
   * where the client has to come there itself.
   */
  lead(to: string, token: string): boolean {
    this.#outgoing.flushNow();
    return this.#line.lead(to, this.#ticket(token));
  }

  #release(): void {
    this.#isHeld = false;
    this.#line.release();
  }

  #ticket(token: string): Ticket {
    return { sessionId: this.sessionId, token, ...(this.#user && { user: this.#user }) };
  }

  /** Bytes that wait for this connection. */
  get waitingBytes(): number {
    return this.#outgoing.waitingBytes;
  }

  /** Sends one frame as its lane allows; with a key it is ephemeral, and a newer one of that key replaces it. */
  send(frame: Uint8Array, ephemeralKey?: string): void {
    if (this.#line.readyState === OPEN) this.#outgoing.send(frame, ephemeralKey);
  }

  /**
   * Starts the closing handshake behind what was sent; a client that does not answer it is cut off soon after. With RECONNECT the reason
   * is a code of the catalogue of errors, and the client is told when to come back. @throws RangeError
   */
  close(code: number = CLOSE_CODES.NORMAL, reason?: string): void {
    assertCanClose(code, reason);
    this.#outgoing.flushNow();
    this.#line.close(code, code === CLOSE_CODES.RECONNECT ? this.#hint(reason) : reason);
    if (this.#isHeld) this.#release(); // to hear the answer
    const stop = this.#parts.clock.after(CLOSING_MS, () => this.#line.cut());
    this.once("close", stop);
  }

  /** Ends the connection for a reason of the catalogue, and counts it. */
  end(code: ErrorCode): void {
    const error = new ArenaError(code);
    this.#report(error);
    this.close(error.row.closeCode ?? CLOSE_CODES.WITH_ERROR, code);
  }

  /**
   * Answers something that was refused; closes the connection where that happens too often.
   *
   * @param answer frame to send in the place of Colyseus' ERROR
   */
  refuse(error: ArenaError, answer?: Uint8Array): void {
    const { clock, limits } = this.#parts;
    this.#report(error);
    const excess = this.#refusals.add(clock.nowMs()) - limits.maxRefusals;
    if (excess <= 0) this.send(answer ?? errorFrame(error));
    else if (excess === 1) this.end("REFUSED_TOO_OFTEN");
  }

  /** Cuts the line without a closing handshake: its owner has come back on another one. */
  cut(): void {
    this.#line.cut();
  }

  /** From its line. */
  message(data: Buffer, isBinary: boolean): void {
    this.#parts.traffic.received(data.byteLength);
    if (this.#line.readyState !== OPEN) return; // it is being closed: what still comes is too late
    if (!this.#isFrozen && this.#parts.authority.mayAct()) this.#take(data, isBinary);
    else this.#keepBack(data, isBinary);
  }

  drained(): void {
    this.#outgoing.drained();
  }

  flooded(): void {
    this.end("REFUSED_TOO_OFTEN");
  }

  closed(code: number): void {
    this.emit("close", code);
  }

  failed(error: Error): void {
    this.#parts.telemetry.emit("connection:failed", { sessionId: this.sessionId, error });
  }

  ping(): void {
    this.#line.ping();
  }

  check(nowMs: number): void {
    if (this.#line.readyState !== OPEN) return;
    this.#outgoing.check();
    if (nowMs > this.#joinDueMs) this.end("JOIN_TOO_SLOW");
    else if (this.#user && this.#parts.clock.wallMs() > this.#user.expiresAtMs + EXPIRY_GRACE_MS)
      this.end("TOKEN_EXPIRED");
  }

  isSilent(nowMs: number): boolean {
    return this.#line.isSilent(nowMs);
  }

  bury(): void {
    this.#report(new ArenaError("PEER_SILENT"));
    this.#line.cut();
  }

  forgive(stallMs: number): void {
    this.#line.forgive(stallMs);
    this.#joinDueMs += stallMs;
    this.#outgoing.forgive(stallMs);
  }

  /** Nothing more is read meanwhile, so what is held is no more than a line gives at once. */
  #keepBack(data: Buffer, isBinary: boolean): void {
    this.#held.push({ data, isBinary });
    if (this.#held.length > 1) return;
    this.#line.pause();
    if (this.#isFrozen) return; // until `goOn`
    this.#parts.authority.whenMayAct(() => {
      this.#takeHeld();
      if (this.#held.length === 0) this.#line.resume();
    });
  }

  #takeHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const { data, isBinary } of held) this.message(data, isBinary);
  }

  #take(data: Buffer, isBinary: boolean): void {
    const kind = frameKindOf(data[0]);
    if (kind !== "leave" && !this.#isWithinRate(data.byteLength)) {
      this.#slowDown(kind);
      return;
    }
    if (!isBinary || !INBOUND_FRAME_KINDS.has(kind)) {
      this.refuse(new ArenaError("FRAME_UNKNOWN", isBinary ? `It begins with ${data[0]}.` : "It is text."));
      return;
    }
    const isHeard = this.emit("message", data); // nobody listens before the room has let the client in
    if (isHeard && kind === "join") this.#joinDueMs = Number.POSITIVE_INFINITY;
  }

  #isWithinRate(bytes: number): boolean {
    const nowMs = this.#parts.clock.nowMs();
    return this.#messageBucket.take(nowMs) && this.#byteBucket.take(nowMs, bytes);
  }

  /** An input that is left out leaves those after it wrong, which say only what changed; anything else can be refused alone. */
  #slowDown(kind: FrameKind): void {
    if (kind === "input" || kind === "join") this.end("MESSAGES_TOO_FAST");
    else this.refuse(new ArenaError("MESSAGES_TOO_FAST"));
  }

  #hint(reason = "RECONNECT"): string {
    return parseCloseReason(reason) ? reason : closeReason({ code: reason, retryAfterMs: this.#parts.retryAfterMs() });
  }

  #report({ code, message: detail }: ArenaError): void {
    this.#parts.telemetry.emit("error:refused", { code, where: "socket", detail, sessionId: this.sessionId });
  }
}
