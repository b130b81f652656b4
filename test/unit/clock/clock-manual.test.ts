import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";

describe("a manual clock", () => {
  let clock: ManualClock;
  let ran: string[];
  const note = (what: string) => () => void ran.push(`${what}@${clock.nowMs()}`);
  beforeEach(() => {
    clock = manualClock();
    ran = [];
  });

  it("stands still until it is moved", () => {
    clock.after(0, note("timer"));

    assert.deepEqual([clock.nowMs(), ran], [0, []]);
  });

  it("runs a timer when its time has come, and once", () => {
    clock.after(10, note("timer"));

    clock.advance(9);
    clock.advance(1);
    clock.advance(100);

    assert.deepEqual(ran, ["timer@10"]);
  });

  it("runs timers in the order of their times, and equal ones in the order in which they came", () => {
    clock.after(20, note("late"));
    clock.after(10, note("first"));
    clock.after(10, note("second"));

    clock.advance(30);

    assert.deepEqual(ran, ["first@10", "second@10", "late@20"]);
  });

  it("runs a repeating timer as often as it falls due", () => {
    clock.every(10, note("tick"));

    clock.advance(35);

    assert.deepEqual(ran, ["tick@10", "tick@20", "tick@30"]);
  });

  it("runs timers that a timer starts, where they fall due", () => {
    clock.after(10, () => clock.after(10, note("inner")));

    clock.advance(20);

    assert.deepEqual(ran, ["inner@20"]);
  });

  it("runs what waits for a poll with the next move", () => {
    clock.afterPoll(note("polled"));

    clock.advance(0);

    assert.deepEqual(ran, ["polled@0"]);
  });

  it("ends for an interval of 0", () => {
    clock.every(0, note("tick"));

    clock.advance(3);

    assert.deepEqual(ran, ["tick@1", "tick@2", "tick@3"]);
  });

  it("does not run what was stopped, by whomever and how often", () => {
    const stop = clock.after(10, note("stopped"));
    const stopEvery = clock.every(10, () => stopEvery());

    stop();
    stop();
    clock.advance(50);

    assert.deepEqual([ran, clock.pendingTimers], [[], 0]);
  });

  it("runs late what fell due in a time that was skipped", () => {
    clock.after(10, note("late"));

    clock.skip(50);
    clock.advance(1);

    assert.deepEqual(ran, ["late@50"]);
  });

  it("runs a repeating timer once for all that it missed, as the system's does", () => {
    clock.every(10, note("tick"));

    clock.skip(55);
    clock.advance(10);

    assert.deepEqual(ran, ["tick@55", "tick@65"]);
  });

  it("tells the same time as the wall", () => {
    clock.advance(7);

    assert.equal(clock.wallMs(), 7);
  });

  it("has the chance of its seed", () => {
    assert.equal(manualClock(5).random(), manualClock(5).random());
    assert.notEqual(manualClock(5).random(), manualClock(6).random());
  });
});
