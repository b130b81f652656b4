import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { startTickLoop } from "../../../src/room/tick-loop.ts";

const STEP_MS = 1000 / 30;

describe("startTickLoop", () => {
  let clock: ManualClock;
  let latenesses: number[];
  let skipped: number;
  let stop: () => void;

  const start = (onTick: (latenessMs: number) => void = () => {}): void => {
    stop = startTickLoop({
      clock,
      stepMs: STEP_MS,
      onTick: (latenessMs) => {
        latenesses.push(latenessMs);
        onTick(latenessMs);
      },
      onSkip: (ticks) => {
        skipped += ticks;
      },
    });
  };

  beforeEach(() => {
    clock = manualClock();
    latenesses = [];
    skipped = 0;
  });
  afterEach(() => stop());

  it("[TCK1] runs tick n at start + n * step, however often its timer was rounded", () => {
    start();

    clock.advance(100_000);

    assert.equal(latenesses.length, 3000);
  });

  it("[TCK1] begins no tick early and none more than a millisecond late on an idle machine", () => {
    start();

    clock.advance(10_000);

    assert.ok(latenesses.every((latenessMs) => latenessMs >= 0 && latenessMs <= 1));
  });

  it("[TCK2] catches up after a stall of a few steps", () => {
    start();
    stall(STEP_MS * 3);

    clock.advance(STEP_MS * 30 + 1);

    assert.equal(latenesses.length, 33);
    assert.equal(skipped, 0);
  });

  it("[TCK2] runs five late ticks at most and lets go of the rest, saying how many", () => {
    start();
    stall(STEP_MS * 60);

    assert.equal(latenesses.length, 5);
    assert.equal(skipped, 55);
  });

  it("[TCK2] is on time again after it let go of ticks", () => {
    start();
    stall(STEP_MS * 60);
    latenesses = [];

    clock.advance(1000);

    assert.ok(latenesses.length >= 29);
    assert.ok(latenesses.every((latenessMs) => latenessMs <= 1));
  });

  it("runs no tick after it was stopped", () => {
    start();
    clock.advance(100);

    stop();
    clock.advance(1000);

    assert.equal(latenesses.length, 3);
    assert.equal(clock.pendingTimers, 0);
  });

  it("can be stopped by its own tick", () => {
    start(() => stop());

    clock.advance(1000);

    assert.equal(latenesses.length, 1);
  });

  // What a blocked event loop looks like: time has passed when the next timer finally runs.
  const stall = (ms: number): void => {
    clock.skip(ms);
    clock.advance(0);
  };
});
