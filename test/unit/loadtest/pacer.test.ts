import assert from "node:assert/strict";
import { startPacer } from "../../../loadtest/pacer.ts";
import { type Clock, type ManualClock, manualClock } from "../../../src/clock/clock.ts";

describe("loadtest pacer", () => {
  let clock: ManualClock;
  let slots: number[];
  let latenesses: number[];

  beforeEach(() => {
    clock = manualClock();
    slots = [];
    latenesses = [];
  });

  it("goes round the slots", () => {
    start({ roundMs: 40, slots: 4 });

    for (let ms = 0; ms < 60; ms++) clock.advance(1);

    assert.deepEqual(slots, [0, 1, 2, 3, 0, 1]);
  });

  it("does not drift when its step is no whole number of ms", () => {
    start({ roundMs: 1000 / 30, slots: 8 });

    for (let ms = 0; ms < 10_000; ms++) clock.advance(1);

    assert.ok(Math.abs(slots.length - 2400) <= 1, `${slots.length} slots in 10 s`);
  });

  it("is late by less than a ms on a quiet machine", () => {
    start({ roundMs: 1000 / 30, slots: 8 });

    for (let ms = 0; ms < 1000; ms++) clock.advance(1);

    assert.ok(Math.max(...latenesses) < 1);
  });

  it("catches up with at most one round after a stall, and lets go of the rest", () => {
    const { stalled, advance } = clockThatStalls();
    startPacer({ clock: stalled, roundMs: 40, slots: 4, onSlot: (slot) => slots.push(slot) });

    advance(1000);
    const atOnce = slots.length;
    advance(5);

    assert.equal(atOnce, 4);
    assert.ok(slots.length <= 5);
  });

  it("leaves time for the sockets when its slots take longer than they may", () => {
    const { stalled, advance } = clockThatStalls();
    startPacer({
      clock: stalled,
      roundMs: 40,
      slots: 4,
      onSlot: (slot) => {
        slots.push(slot);
        stalled.spend(20);
      },
    });

    advance(10);

    assert.equal(slots.length, 4);
  });

  it("stops", () => {
    const stop = start({ roundMs: 40, slots: 4 });

    stop();
    clock.advance(100);

    assert.deepEqual([slots, clock.pendingTimers], [[], 0]);
  });

  function start(pace: { roundMs: number; slots: number }): () => void {
    return startPacer({
      clock,
      ...pace,
      onSlot: (slot, latenessMs) => {
        slots.push(slot);
        latenesses.push(latenessMs);
      },
    });
  }
});

/** A clock on which time also passes while something runs; `advance` runs each timer that waits at most once. */
function clockThatStalls(): { stalled: Clock & { spend(ms: number): void }; advance(ms: number): void } {
  const waiting: (() => void)[] = [];
  let nowMs = 0;
  const stalled = {
    ...manualClock(),
    nowMs: () => nowMs,
    after: (_delayMs: number, fn: () => void) => {
      waiting.push(fn);
      return () => {};
    },
    spend: (ms: number) => {
      nowMs += ms;
    },
  };
  return {
    stalled,
    advance: (ms) => {
      nowMs += ms;
      for (const fn of waiting.splice(0)) fn();
    },
  };
}
