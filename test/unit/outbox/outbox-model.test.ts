import assert from "node:assert/strict";
import fc from "fast-check";
import { type FrameClass, Outbox } from "../../../src/outbox/outbox.ts";

const LIMITS = { softBytes: 100, hardBytes: 400, maxBehindMs: 5000 };

interface Frame {
  readonly lane: FrameClass;
  readonly number: number;
  readonly bytes: number;
  readonly key: string;
}

/** A socket that is read now and then, an outbox before it, and a check of every promise after every step. */
class Model {
  readonly outbox = new Outbox<Frame>(LIMITS);
  /** What the peer will have read when everything has arrived. */
  readonly arrived: Frame[] = [];
  #offered = 0;
  #socket: Frame[] = [];
  #nowMs = 0;
  #behindMs = 0;
  #hasLostPatch = false;
  #durable: number[] = [];
  isClosed = false;

  get waitingBytes(): number {
    return this.#socket.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  offer(lane: FrameClass, bytes: number, key: string): void {
    if (this.isClosed) return;
    const frame: Frame = { lane, bytes, key, number: this.#offered++ };
    if (lane === "durable") this.#durable.push(frame.number);
    const view = { waitingBytes: this.waitingBytes, nowMs: this.#nowMs };
    const isPassed = this.outbox.passes(bytes, view.waitingBytes);
    const decision = this.outbox.offer({ frame, bytes, frameClass: lane, key }, view);
    if (isPassed) assert.equal(decision, "send", "the short way decides as the long one does");
    if (decision === "send") this.#write(frame);
    if (decision === "close") this.isClosed = true;
    if (decision === "dropped") this.#drop(frame);
    assert.ok(decision !== "kept" || lane === "durable" || lane === "ephemeral", `${lane} is never kept`);
    this.#check();
  }

  /** The peer reads `frames` frames; then the socket tells that it has room. */
  read(frames: number): void {
    this.#socket.splice(0, frames);
    this.release();
  }

  release(): void {
    if (this.isClosed) return;
    const { frames, needsFullState } = this.outbox.release({ waitingBytes: this.waitingBytes, nowMs: this.#nowMs });
    const keys = frames.filter(({ lane }) => lane === "ephemeral").map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length, "one ephemeral frame of a key is kept");
    for (const frame of frames) this.#write(frame);
    assert.ok(!needsFullState || this.#hasLostPatch, "a full state is asked for where a patch was lost");
    this.#check();
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    if (this.outbox.isBehind) this.#behindMs += ms;
    this.#check();
  }

  stall(ms: number): void {
    this.#nowMs += ms;
    this.outbox.forgive(ms);
    this.#check();
  }

  /** Everything is read, and the room answers what is asked for. */
  settle(): void {
    for (let turn = 0; turn < 3 && !this.isClosed; turn++) {
      this.read(this.#socket.length);
      if (this.outbox.needsFullState) this.offer("full", 50, "");
    }
  }

  #write(frame: Frame): void {
    if (frame.lane === "patch") assert.ok(!this.#hasLostPatch, "no patch leaves after a lost one");
    if (frame.lane === "full") this.#hasLostPatch = false;
    this.arrived.push(frame);
    this.#socket.push(frame);
  }

  #drop(frame: Frame): void {
    assert.notEqual(frame.lane, "durable", "no durable frame is dropped");
    if (frame.lane === "patch" || frame.lane === "full") this.#hasLostPatch = true;
  }

  #check(): void {
    const fullBytes = this.#socket.filter(({ lane }) => lane === "full").map(({ bytes }) => bytes);
    const largest = Math.max(0, ...fullBytes);
    const oversized = largest > LIMITS.hardBytes ? largest : 0;
    const bound = Math.max(LIMITS.hardBytes + oversized, LIMITS.softBytes + largest);
    assert.ok(this.waitingBytes + this.outbox.keptBytes <= bound, "no more waits than the bound allows");
    if (!this.outbox.isBehind) this.#behindMs = 0;
    assert.equal(this.outbox.isLost(this.#nowMs), this.#behindMs > LIMITS.maxBehindMs, "lost when behind for too long");
    const durable = this.arrived.filter(({ lane }) => lane === "durable").map(({ number }) => number);
    assert.deepEqual(durable, this.#durable.slice(0, durable.length), "durable frames keep their order");
  }

  /** Durable frames that were offered. */
  get durable(): readonly number[] {
    return this.#durable;
  }

  get hasLostPatch(): boolean {
    return this.#hasLostPatch;
  }
}

type Step = (model: Model) => void;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        lane: fc.constantFrom<FrameClass>("durable", "patch", "patch", "full", "ephemeral", "ephemeral"),
        bytes: fc.oneof({ weight: 9, arbitrary: fc.nat(120) }, fc.integer({ min: 300, max: 600 })),
        key: fc.constantFrom("a", "b", "c"),
      })
      .map(
        ({ lane, bytes, key }): Step =>
          (model) =>
            model.offer(lane, bytes + 1, key),
      ),
  },
  {
    weight: 3,
    arbitrary: fc.nat(4).map(
      (frames): Step =>
        (model) =>
          model.read(frames),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(2500).map(
      (ms): Step =>
        (model) =>
          model.pass(ms),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(9000).map(
      (ms): Step =>
        (model) =>
          model.stall(ms),
    ),
  },
);

/** Runs the same random steps against outbox and model. */
function everyRun(check: (model: Model) => void): void {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const model = new Model();
      for (const run of steps) run(model);
      check(model);
    }),
    { numRuns: 1000 },
  );
}

describe("the outbox, whatever happens", () => {
  it("[OUT1] [OUT3] [OUT5] [OUT6] keeps its bound, its order and its promises at every step", () => {
    everyRun(() => {}); // the model checks after each step
  });

  it("[OUT5] loses no durable frame of a connection that lives on", () => {
    everyRun((model) => {
      model.settle();

      const durable = model.arrived.filter(({ lane }) => lane === "durable").map(({ number }) => number);
      if (!model.isClosed) assert.deepEqual(durable, model.durable);
    });
  });

  it("[OUT5] gives for each key ephemeral frames that are ever newer", () => {
    everyRun((model) => {
      model.settle();

      for (const key of ["a", "b", "c"]) {
        const numbers = model.arrived.filter((frame) => frame.lane === "ephemeral" && frame.key === key);
        const sorted = numbers.toSorted((a, b) => a.number - b.number);
        assert.deepEqual(numbers, sorted);
      }
    });
  });

  it("[OUT3] a connection that lives on ends with no patch missing", () => {
    everyRun((model) => {
      model.settle();

      assert.ok(model.isClosed || !model.hasLostPatch);
    });
  });
});
