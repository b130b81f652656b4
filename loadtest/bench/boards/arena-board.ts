import { OP_MESSAGES, type OpNack } from "../../../src/protocol/protocol.ts";
import { BINARY } from "../client-frame.ts";
import type { Frame } from "../frame-reader.ts";
import { reserveSeat, seatPath } from "../matchmaking.ts";
import { RawSocket } from "../raw-socket.ts";
import { anywhere, type BoardClient, type BoardPlace, SHAPE } from "./board-client.ts";
import { opFrame, readOpFrame } from "./op-frames.ts";

const JOIN = Uint8Array.of(10);

/** A client of Arena's room `whiteboard`. */
export class ArenaBoard implements BoardClient {
  readonly #socket: RawSocket;
  readonly #onAck: () => void;
  #pushed = 0;
  #acked = 0;
  readonly #unanswered: (readonly object[])[] = [];
  #isWaiting = false;

  private constructor({ port, onAck }: BoardPlace, path: string) {
    this.#onAck = onAck;
    this.#socket = new RawSocket({ port, path, onFrame: (frame) => this.#react(frame) });
  }

  /** Takes a seat and connects. */
  static async open(place: BoardPlace): Promise<ArenaBoard> {
    return new ArenaBoard(place, seatPath(await reserveSeat(place.port, "whiteboard", { id: place.board })));
  }

  get ready(): Promise<void> {
    return this.#socket.ready;
  }

  get receivedBytes(): number {
    return this.#socket.receivedBytes;
  }

  get failure(): string | undefined {
    return this.#socket.failure;
  }

  create(ids: readonly string[]): void {
    const { type, size } = SHAPE;
    this.#push(ids.map((id) => ({ t: "create", id, type, g: { pos: anywhere(), size } })));
  }

  move(ids: readonly string[]): void {
    this.#push(ids.map((id) => ({ t: "set", id, g: "pos", v: anywhere() })));
  }

  close(): void {
    this.#socket.close();
  }

  #push(ops: readonly object[]): void {
    this.#unanswered.push(ops);
    this.#pushed++;
    this.#send(OP_MESSAGES.PUSH, { n: this.#pushed, ops });
  }

  /** Where too much waits, everything from that push on is sent again a little later; until then the rest is out of turn. */
  #refused({ n, code, detail, retryAfterMs }: OpNack): void {
    if (code === "GAP" && this.#isWaiting) return;
    if (retryAfterMs === undefined) this.#socket.fail(`The server refused push ${n}: ${code}, ${detail}`);
    else if (!this.#isWaiting) {
      this.#isWaiting = true;
      setTimeout(() => this.#resend(), retryAfterMs);
    }
  }

  #resend(): void {
    this.#isWaiting = false;
    this.#unanswered.forEach((ops, index) => {
      this.#send(OP_MESSAGES.PUSH, { n: this.#acked + 1 + index, ops });
    });
  }

  #send(type: string, message: object): void {
    this.#socket.send(BINARY, opFrame(type, message));
  }

  #react(frame: Frame): void {
    const read = readOpFrame(frame);
    if (read.kind === "ack") this.#acknowledge(read.n);
    else if (read.kind === "join") this.#hello();
    else if (read.kind === "snap" && read.isLast) this.#socket.setReady();
    else if (read.kind === "nack") this.#refused(read.nack);
  }

  #hello(): void {
    this.#socket.send(BINARY, JOIN);
    this.#send(OP_MESSAGES.HELLO, { clientId: crypto.randomUUID() });
  }

  #acknowledge(n: number): void {
    this.#acked++;
    this.#unanswered.shift();
    if (n === this.#acked) this.#onAck();
    else this.#socket.fail(`Push ${n} was acknowledged, ${this.#acked} was due.`);
  }
}
