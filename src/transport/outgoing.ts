import type { Clock } from "../clock/clock.ts";
import { type FrameClass, Outbox, type OutboxLimits } from "../outbox/outbox.ts";
import type { FrameKind } from "../protocol/protocol.ts";
import type { Line } from "./line.ts";
import type { TrafficCounter } from "./traffic-counter.ts";
import type { WireFrame } from "./wire-frame.ts";
import type { Gatherer, Writer } from "./writer.ts";

/** What the sending side of a connection is built from. */
export interface OutgoingParts {
  readonly clock: Clock;
  readonly traffic: TrafficCounter;
  readonly writer: Writer;
  readonly limits: OutboxLimits;
  /** The connection lost a patch and has room again: it needs a full state before the next one. */
  readonly onStale: () => void;
  /** The bound is reached, or the connection was behind for too long. */
  readonly onLost: () => void;
}

const OPEN = 1;

/** The sending side of a connection: frames go through its outbox and leave with one write a turn. */
export class Outgoing implements Gatherer {
  readonly #line: Line;
  #outbox: Outbox<WireFrame>;
  readonly #parts: OutgoingParts;
  #gathered: WireFrame[] = [];
  #gatheredBytes = 0;
  #isLost = false;

  constructor(line: Line, parts: OutgoingParts) {
    this.#line = line;
    this.#parts = parts;
    this.#outbox = new Outbox(parts.limits);
  }

  /** Bytes that wait: in the outbox, gathered, and on the line. */
  get waitingBytes(): number {
    return this.#outbox.keptBytes + this.#waitingBytes();
  }

  /** Sends a frame, or does with it what the outbox decides. */
  send(payload: Uint8Array, ephemeralKey?: string): void {
    if (this.#isLost) return;
    const frame = this.#parts.writer.frame(payload);
    const { byteLength } = frame.bytes;
    if (this.#outbox.passes(byteLength, this.#waitingBytes())) {
      this.#gather(frame);
      return;
    }
    const frameClass = ephemeralKey === undefined ? classOf(frame.kind) : "ephemeral";
    const offer = { frame, bytes: byteLength, frameClass, ...(ephemeralKey !== undefined && { key: ephemeralKey }) };
    const decision = this.#outbox.offer(offer, {
      waitingBytes: this.#waitingBytes(),
      nowMs: this.#parts.clock.nowMs(),
    });
    if (decision === "send") this.#gather(frame);
    else if (decision === "close") this.#lose();
  }

  /** The line has room again. */
  drained(): void {
    if (this.#outbox.isBehind || this.#outbox.needsFullState) this.#release();
  }

  /** Ends the connection where it has been behind for too long, and releases what no drain of the line released. */
  check(): void {
    if (this.#isLost) return;
    if (this.#outbox.isLost(this.#parts.clock.nowMs())) this.#lose();
    else this.#release();
  }

  /** Leaves out the time in which this process itself stood still. */
  forgive(stallMs: number): void {
    this.#outbox.forgive(stallMs);
  }

  /** Writes what was gathered at once, before something that must come after it; not what may not be shown. */
  flushNow(): void {
    if (!this.#parts.writer.mayWrite) return;
    for (const frame of this.#outbox.takeDurable()) this.#gather(frame);
    this.flush((frames) => Buffer.concat(frames.map(({ bytes }) => bytes)));
  }

  /** Writes what was gathered in this turn; the writer calls it. */
  flush(join: (frames: readonly WireFrame[]) => Buffer): void {
    const frames = this.#gathered;
    if (frames.length === 0) return;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    if (this.#isLost || this.#line.readyState !== OPEN) return;
    for (const { kind, bytes } of frames) this.#parts.traffic.sent(kind, bytes.byteLength);
    this.#line.write(join(frames));
    // The system may take everything at once; then no drain follows, and what was behind this very write may go.
    if (this.#outbox.isBehind) this.#release();
  }

  #gather(frame: WireFrame): void {
    if (this.#gathered.length === 0) this.#parts.writer.enlist(this);
    this.#gathered.push(frame);
    this.#gatheredBytes += frame.bytes.byteLength;
  }

  #release(): void {
    const { frames, needsFullState } = this.#outbox.release({
      waitingBytes: this.#waitingBytes(),
      nowMs: this.#parts.clock.nowMs(),
    });
    for (const frame of frames) this.#gather(frame);
    if (needsFullState) this.#parts.onStale();
  }

  #lose(): void {
    this.#isLost = true;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#outbox = new Outbox(this.#parts.limits); // lets go of what it kept
    this.#parts.onLost();
  }

  #waitingBytes(): number {
    return this.#gatheredBytes + this.#line.waitingBytes;
  }
}

function classOf(kind: FrameKind): FrameClass {
  if (kind === "patch") return "patch";
  return kind === "state" ? "full" : "durable";
}
