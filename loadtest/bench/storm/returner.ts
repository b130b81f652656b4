import { setTimeout as wait } from "node:timers/promises";
import { BINARY } from "../client-frame.ts";
import type { Frame } from "../frame-reader.ts";
import type { Load } from "../load.ts";
import { askForOldSeat, reserveSeat, type Seat, seatPath } from "../matchmaking.ts";
import { RawSocket } from "../raw-socket.ts";
import { type Ending, endingOf, type Manner, refusalOf, waitMs } from "./manners.ts";

/** What returners have in common. */
export interface ReturnerParts {
  readonly port: number;
  readonly manner: Manner;
  /** In [0, 1). */
  readonly random: () => number;
  /** A connection or an attempt ended so. */
  readonly onEnding: (ending: Ending) => void;
}

/** Frames of Colyseus by the low five bits of their first byte. */
const KIND_BITS = 0x1f;
const JOIN = 10;
const STATE = 14;
const MAX_JOINS = 60;
const JOIN_AGAIN_MS = 1000;

/** A client with a seat, which comes back to it whenever its connection is lost. */
export class Returner {
  readonly #parts: ReturnerParts;
  #seat: Seat | undefined;
  #token = "";
  #socket: RawSocket | undefined;
  #attempts = 0;
  #isClosed = false;
  #turn = Promise.withResolvers<boolean>();

  constructor(parts: ReturnerParts) {
    this.#parts = parts;
  }

  /** Takes a seat; a server that is busy is asked again. @throws Error where there is none */
  async join(load: Load): Promise<void> {
    for (let attempt = 1; !(await this.#joinOnce(load)); attempt++) {
      if (attempt === MAX_JOINS) throw new Error("A client does not get in.");
      await wait(JOIN_AGAIN_MS);
    }
  }

  async #joinOnce(load: Load): Promise<boolean> {
    this.#turn = Promise.withResolvers();
    this.#seat = await reserveSeat(this.#parts.port, "synthetic", load).catch(() => undefined);
    if (!this.#seat) return false;
    this.#open(seatPath(this.#seat));
    return this.#turn.promise;
  }

  /** Resolves when it has its state on another connection, with false where it has given up or lost its seat. */
  awaitReturn(): Promise<boolean> {
    this.#turn = Promise.withResolvers();
    return this.#turn.promise;
  }

  /** Loses the connection, as a network that breaks does it. */
  cut(): void {
    this.#socket?.fail("The line was cut.");
  }

  /** Ends for good. */
  close(): void {
    this.#isClosed = true;
    this.#socket?.close();
  }

  #open(path: string): void {
    const { port, manner } = this.#parts;
    this.#socket = new RawSocket({
      port,
      path,
      onFrame: (frame) => this.#react(frame),
      onEnd: (complaint) => this.#comeBack(endingOf(manner, complaint)),
    });
    this.#socket.ready.catch(() => {}); // onEnd tells
  }

  #react({ opcode, bytes, at }: Frame): void {
    if (opcode !== BINARY) return;
    const kind = Number(bytes[at]) & KIND_BITS;
    if (kind === JOIN) {
      this.#token = bytes.toString("utf8", at + 2, at + 2 + Number(bytes[at + 1]));
      this.#socket?.send(BINARY, Uint8Array.of(JOIN));
    } else if (kind === STATE) {
      this.#socket?.setReady();
      this.#attempts = 0;
      this.#turn.resolve(true);
    }
  }

  #comeBack(ending: Ending): void {
    const { manner, random, onEnding } = this.#parts;
    if (this.#isClosed) return;
    onEnding(ending);
    const delayMs = ending.isFinal ? undefined : waitMs(manner, ++this.#attempts, ending.floorMs, random());
    if (delayMs === undefined || this.#token === "") this.#turn.resolve(false);
    else setTimeout(() => void this.#try(), delayMs);
  }

  async #try(): Promise<void> {
    if (this.#isClosed || !this.#seat) return;
    const { port, manner } = this.#parts;
    const { roomId } = this.#seat;
    if (manner === "library") {
      const answer = await askForOldSeat(port, roomId, this.#token).catch(() => undefined);
      if (answer?.status !== 200) {
        this.#comeBack(answer ? refusalOf(answer) : { label: "no answer", floorMs: 0, isFinal: false });
        return;
      }
    }
    this.#open(`${seatPath(this.#seat)}&reconnectionToken=${this.#token}&skipHandshake=1`);
  }
}
