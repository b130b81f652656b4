import type { Clock } from "../clock/clock.ts";
import { type Batch, divideBatch, type OpLog, type Snapshot } from "../op-log/op-log.ts";
import { OP_MESSAGES, type PushLimits } from "../protocol/protocol.ts";
import type { Followed } from "./follower.ts";
import { frameOf, snapFrame } from "./messages.ts";

/** What was pushed by many at once, or while the disk was slow, is more than one frame should hold. */
const MAX_BATCH_BYTES = 64 * 1024;

/** What is safe of a log, as frames that are made once for all who follow. */
export class SharedHistory<Op extends object, R extends object> implements Followed {
  readonly #log: OpLog<Op, R>;
  readonly #clock: Clock;
  readonly #hz: () => number;
  readonly limits: PushLimits;
  #batch: { readonly batch: Batch; readonly frames: ReturnType<Followed["framesOf"]> } | undefined;
  #parts: { readonly snapshot: Snapshot; readonly frames: Uint8Array[] } | undefined;

  constructor(log: OpLog<Op, R>, { clock, hz, limits }: { clock: Clock; hz: () => number; limits: PushLimits }) {
    this.#log = log;
    this.#clock = clock;
    this.#hz = hz;
    this.limits = limits;
  }

  get epoch(): number {
    return this.#log.epoch;
  }

  get seq(): number {
    return this.#log.sequencer.seq;
  }

  get ephHz(): number {
    return this.#hz();
  }

  next(seq: number): Batch | undefined {
    return this.#log.sequencer.next(seq);
  }

  snapshot(): Snapshot {
    return this.#log.sequencer.snapshot(this.#clock.wallMs());
  }

  partFrame(snapshot: Snapshot, part: number): Uint8Array {
    if (this.#parts?.snapshot !== snapshot) this.#parts = { snapshot, frames: [] };
    const { frames } = this.#parts;
    const { seq, parts } = snapshot;
    frames[part] ??= snapFrame(seq, part, parts.length, parts.at(part) ?? new Uint8Array());
    return frames[part];
  }

  framesOf(batch: Batch): ReturnType<Followed["framesOf"]> {
    if (this.#batch?.batch !== batch) this.#batch = { batch, frames: framesOf(batch) };
    return this.#batch.frames;
  }
}

function framesOf(batch: Batch): ReturnType<Followed["framesOf"]> {
  const pieces = divideBatch(batch, MAX_BATCH_BYTES);
  return pieces.map(({ from, to, wire }) => ({ from, to, wire, frame: frameOf(OP_MESSAGES.BATCH, wire) }));
}
