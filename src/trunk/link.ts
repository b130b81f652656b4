import type { Socket } from "node:net";
import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { Junk, RecordReader } from "./record-reader.ts";
import { bare } from "./records.ts";

/** What one end of a trunk is made of. */
export interface LinkParts<Came> {
  readonly clock: Clock;
  /** The other end is dead, frozen or cut off when nothing came for so long, no ping either. */
  readonly silenceMs: number;
  /** Has `flush` run at the end of the turn, or of all turns that came at once. */
  readonly schedule: (flush: () => void) => void;
  /** What is to be written last of all; called before each write. */
  readonly beforeFlush: () => readonly Buffer[];
  /** What a record says. @throws Error where it is none */
  readonly read: (kind: number, body: Buffer) => Came;
  /** Does what it says. @throws Junk where that cannot be */
  readonly take: (record: Came) => void;
  /** The other end takes less than it is given, or takes it again. */
  readonly onFull: (isFull: boolean) => void;
  /** It is over; why, where the other end did not just end it. Called once. */
  readonly onEnd: (cause: Error | undefined) => void;
}

const CLOSING_MS = 1000;
/** More is not gathered: who sends it shall feel soon that the other end takes nothing. */
const MAX_GATHERED_BYTES = 64 * 1024;
/** The system takes nothing now: more than this waits. */
const MAX_WAITING_BYTES = 64 * 1024;

/** One end of a trunk: a TCP line with records in both directions, what is sent gathered into one write, and pings. */
export class Link<Came> {
  nextPingMs = 0;
  readonly #socket: Socket;
  readonly #parts: LinkParts<Came>;
  readonly #reader: RecordReader;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #isScheduled = false;
  #isFull = false;
  #isEnded = false;
  #heardMs: number;
  #pingedMs: number | undefined;
  #roundTripMs = 0;

  constructor(socket: Socket, head: Buffer, parts: LinkParts<Came>) {
    this.#socket = socket;
    this.#parts = parts;
    this.#reader = new RecordReader((kind, body) => this.#take(kind, body));
    this.#heardMs = parts.clock.nowMs();
    socket.setTimeout(0); // http gave it one
    socket.setNoDelay();
    if (head.length > 0) socket.unshift(head);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("drain", () => this.#setFull(false));
    socket.once("error", (error) => this.fail(error));
    socket.once("end", () => this.fail());
    socket.once("close", () => this.fail());
  }

  /** Bytes that wait in this process for the other end. */
  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  /** Time that the last ping and its answer took; 0 before the first. */
  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  /** Sends what belongs together, soon. */
  send(...parts: readonly Buffer[]): void {
    for (const part of parts) this.#gatheredBytes += part.length;
    this.#gathered.push(...parts);
    if (this.#gatheredBytes >= MAX_GATHERED_BYTES) this.#flush();
    else this.wake();
  }

  /** Has `beforeFlush` asked soon. */
  wake(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#parts.schedule(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  /** Answers to what every end is asked. */
  beat(kind: "ping" | "pong"): void {
    if (kind === "ping") this.send(bare("pong"));
    else if (this.#pingedMs !== undefined) this.#roundTripMs = this.#parts.clock.nowMs() - this.#pingedMs;
    if (kind === "pong") this.#pingedMs = undefined;
  }

  ping(): void {
    this.#pingedMs = this.#parts.clock.nowMs();
    this.send(bare("ping"));
  }

  check(): void {
    this.wake();
  }

  isSilent(nowMs: number): boolean {
    return nowMs - this.#heardMs >= this.#parts.silenceMs;
  }

  bury(): void {
    this.fail(new ArenaError("PEER_SILENT"));
  }

  /** Leaves out a time in which this process itself stood still. */
  forgive(stallMs: number): void {
    this.#heardMs = Math.min(this.#parts.clock.nowMs(), this.#heardMs + stallMs);
    this.#pingedMs = undefined;
  }

  /** Writes what was gathered, and ends it; an other end that does not hang up is cut off. */
  end(): void {
    if (this.#isEnded) return;
    this.#flush();
    this.#socket.end();
    const stop = this.#parts.clock.after(CLOSING_MS, () => this.#socket.destroy());
    this.#socket.once("close", stop);
    this.#over();
  }

  /** Ends it at once, as broken. */
  fail(cause?: Error): void {
    this.#socket.destroy();
    this.#over(cause);
  }

  #over(cause?: Error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#gathered = [];
    this.#parts.onEnd(cause);
  }

  #read(chunk: Buffer): void {
    this.#heardMs = this.#parts.clock.nowMs();
    if (this.#isEnded) return;
    try {
      this.#reader.take(chunk);
    } catch (cause) {
      this.fail(new ArenaError("PEER_UNREACHABLE", "What it sends cannot be taken.", { cause })); // what came behind is lost
      if (!(cause instanceof Junk)) throw cause; // a fault of ours, as with any socket
    }
  }

  #take(kind: number, body: Buffer): void {
    if (this.#isEnded) return;
    let record: Came;
    try {
      record = this.#parts.read(kind, body);
    } catch (cause) {
      throw new Junk(`A record of kind ${kind}.`, { cause });
    }
    this.#parts.take(record);
  }

  #flush(): void {
    if (this.#isEnded) return;
    const parts = [...this.#gathered, ...this.#parts.beforeFlush()];
    this.#gathered = [];
    this.#gatheredBytes = 0;
    if (parts.length === 0) return;
    this.#socket.write(Buffer.concat(parts));
    if (this.#socket.writableLength > MAX_WAITING_BYTES) this.#setFull(true); // a drain follows
  }

  #setFull(isFull: boolean): void {
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#parts.onFull(isFull);
  }
}
