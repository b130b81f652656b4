import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { afterAwake, type Clock, type Stop } from "../clock/clock.ts";
import { ArenaError, type ErrorCode } from "../errors/errors.ts";
import { CLOSE_CODES, closeReason } from "../protocol/protocol.ts";
import { type AnswerHead, AnswerReader } from "./answer-head.ts";
import { FrameTracker } from "./frame-tracker.ts";
import type { Peer } from "./liveness.ts";
import { closeFrame } from "./wire-frame.ts";

/** The process that has a room. */
export interface Owner {
  readonly bootId: string;
  /** `host:port`. */
  readonly internalAddress: string;
}

/** A client whose room is elsewhere. */
export interface Traveller {
  readonly request: IncomingMessage;
  /** Nothing of it has been read but the request and `head`. */
  readonly socket: Socket;
  /** What came behind the request. */
  readonly head: Buffer;
  /** Its address, as this process knows it. */
  readonly address: string;
}

/** What a forward is made of. */
export interface ForwardParts {
  readonly clock: Clock;
  /** Time after which an owner that sends nothing, no ping either, is taken for dead. */
  readonly silenceMs: number;
  /** The owner was lost after bytes had begun to flow. */
  readonly onLost: (cause: ArenaError) => void;
}

const CONNECT_MS = 2000;
/** An owner answers before it asks anybody anything. */
const ANSWER_MS = 5000;
/** Who was told that it is over has this long to take it and to hang up. */
const CLOSING_MS = 3000;
const SWITCHING = 101;
/** Those who lose one owner together shall not come back together. */
const MIN_RETRY_MS = 500;
const RETRY_SPREAD_MS = 2000;

/**
 * One client that is passed on to the owner of its room: a socket and a line, and what one gives the other takes, byte for byte. What one
 * side does not take, the other is not asked for, so that at most a socket's buffer waits here in each direction.
 *
 *     asking -> flowing -> ending -> both closed
 */
export class Forward implements Peer {
  readonly owner: Owner;
  nextPingMs = 0;
  /** Settles when socket and line are closed. */
  readonly ended: Promise<unknown>;
  readonly #parts: ForwardParts;
  readonly #traveller: Traveller;
  readonly #line: Socket;
  readonly #answer = Promise.withResolvers<AnswerHead>();
  readonly #reader = new AnswerReader();
  #state: "asking" | "flowing" | "ending" = "asking";
  /** Follows what flows to the client; undefined where that is no WebSocket, but the answer of an owner that refused it. */
  #frames: FrameTracker | undefined;
  #stopDeadline: Stop;
  #hasClientEnded = false;
  #hasHeard = true;
  #heardMs = 0;

  constructor(owner: Owner, traveller: Traveller, parts: ForwardParts) {
    this.owner = owner;
    this.#traveller = traveller;
    this.#parts = parts;
    this.#line = this.#open(owner.internalAddress);
    this.#stopDeadline = this.#failAfter(CONNECT_MS, "It cannot be connected to in time.");
    this.ended = Promise.all([closed(this.#line), closed(traveller.socket)]);
    traveller.socket.once("close", this.#onClientGone);
  }

  /** Bytes that wait in this process. */
  get waitingBytes(): number {
    const { socket } = this.#traveller;
    return socket.writableLength + socket.readableLength + this.#line.writableLength;
  }

  /**
   * Sends `request` and gives the owner's answer. Nothing was sent to the client by then, nor taken from it.
   *
   * @throws ArenaError PEER_UNREACHABLE; it is over then
   */
  async ask(request: string): Promise<AnswerHead> {
    this.#line.once("connect", () => {
      this.#stopDeadline();
      this.#stopDeadline = this.#failAfter(ANSWER_MS, "It does not answer in time.");
      this.#line.write(request);
    });
    const answer = await this.#answer.promise;
    this.#stopDeadline();
    return answer;
  }

  /** Passes the answer on, and everything after it in both directions. */
  flow({ status, bytes, headBytes }: AnswerHead): void {
    const { socket, head } = this.#traveller;
    this.#state = "flowing";
    if (status === SWITCHING) this.#frames = new FrameTracker();
    socket.setTimeout(0); // as ws does with its own
    socket.on("drain", () => this.#goOn());
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => this.#up(chunk));
    socket.once("end", () => this.#clientEnded());
    this.#line.on("drain", () => socket.resume());
    if (head.length > 0) this.#up(head);
    this.#frames?.pass(bytes.subarray(headBytes));
    if (socket.write(bytes)) this.#line.resume();
  }

  /** Ends it without a word to the client, which is looked after elsewhere. */
  abandon(): void {
    this.#fail(new ArenaError("PEER_UNREACHABLE"));
  }

  /** Ends it, and tells the client to come back, with `code` as the reason. */
  lose(code: ErrorCode): void {
    if (this.#state === "asking") this.#fail(new ArenaError(code));
    if (this.#state !== "flowing") return;
    const { socket } = this.#traveller;
    this.#line.destroy();
    if (this.#frames?.isBetweenFrames && !this.#frames.hasClosed) {
      const retryAfterMs = MIN_RETRY_MS + this.#parts.clock.random() * RETRY_SPREAD_MS;
      socket.write(closeFrame(CLOSE_CODES.RECONNECT, closeReason({ code, retryAfterMs })));
    } else if (!this.#frames?.hasClosed) {
      socket.destroy(); // in the middle of a frame nothing can be said
    }
    this.#end();
  }

  /** Owners ping their clients; nobody here asks them to. */
  ping(): void {}

  check(nowMs: number): void {
    if (this.#hasHeard) this.#heardMs = nowMs;
    this.#hasHeard = false;
  }

  isSilent(nowMs: number): boolean {
    return this.#state === "flowing" && !this.#hasHeard && nowMs - this.#heardMs >= this.#parts.silenceMs;
  }

  /** It was the owner's silence, unless the client took nothing in all that time; its owner has long given it up then. */
  bury(): void {
    if (!this.#traveller.socket.writableNeedDrain) this.#parts.onLost(new ArenaError("PEER_SILENT"));
    this.lose("PEER_UNREACHABLE");
  }

  forgive(stallMs: number): void {
    this.#heardMs += stallMs;
  }

  #open(internalAddress: string): Socket {
    const { hostname, port } = new URL(`http://${internalAddress}`);
    const host = hostname.replace(/^\[|\]$/g, "");
    const line = connect({ host, port: Number(port), noDelay: true, allowHalfOpen: true });
    line.on("data", (bytes) => this.#down(bytes));
    line.once("error", (cause) => this.#lineEnded(cause));
    line.once("end", () => this.#lineEnded());
    line.once("close", () => this.#lineEnded());
    return line;
  }

  /** From the owner to the client. */
  #down(bytes: Buffer): void {
    this.#hasHeard = true;
    if (this.#state === "asking") this.#takeAnswer(bytes);
    if (this.#state !== "flowing") return;
    this.#frames?.pass(bytes);
    if (!this.#traveller.socket.write(bytes)) this.#line.pause();
  }

  #takeAnswer(bytes: Buffer): void {
    const answer = this.#reader.take(bytes);
    if (!answer) return;
    this.#line.pause();
    if (answer === "junk") this.#fail(new ArenaError("PEER_UNREACHABLE", "It does not speak HTTP."));
    else this.#answer.resolve(answer);
  }

  /** From the client to the owner. */
  #up(bytes: Buffer): void {
    if (this.#state === "flowing" && !this.#line.write(bytes)) this.#traveller.socket.pause();
  }

  /** The client has taken what waited; the owner's silence until now was ours. */
  #goOn(): void {
    this.#hasHeard = true;
    this.#line.resume();
  }

  #lineEnded(cause?: Error): void {
    const error = new ArenaError("PEER_UNREACHABLE", "", { cause });
    if (this.#state === "asking") this.#fail(error);
    if (this.#state !== "flowing") return;
    if (this.#hasClientEnded || this.#frames?.hasClosed !== false) {
      this.#end();
      return;
    }
    this.#parts.onLost(error);
    this.lose("PEER_UNREACHABLE");
  }

  /** The owner may have something to say yet. */
  #clientEnded(): void {
    this.#hasClientEnded = true;
    this.#line.end();
    this.#cutSoon();
  }

  readonly #onClientGone = (): void => {
    if (this.#state === "asking") this.abandon();
    else this.#line.destroy();
  };

  /** Both sides are told that it is over; who does not hang up in time is cut off. */
  #end(): void {
    if (this.#state === "ending") return;
    this.#state = "ending";
    const { socket } = this.#traveller;
    socket.end();
    socket.resume(); // what it still sends is thrown away: unread, it would cut the line before the last words are taken
    this.#line.end();
    this.#line.resume();
    this.#cutSoon();
  }

  #cutSoon(): void {
    const stop = this.#parts.clock.after(CLOSING_MS, () => {
      this.#traveller.socket.destroy();
      this.#line.destroy();
    });
    void this.ended.then(stop);
  }

  /** Before anything flowed: the client is somebody else's again. */
  #fail(error: ArenaError): void {
    if (this.#state !== "asking") return;
    this.#state = "ending";
    this.#stopDeadline();
    this.#traveller.socket.off("close", this.#onClientGone);
    this.#line.destroy();
    this.#answer.reject(error);
  }

  #failAfter(ms: number, detail: string): Stop {
    return afterAwake(this.#parts.clock, ms, () => this.#fail(new ArenaError("PEER_UNREACHABLE", detail)));
  }
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}
