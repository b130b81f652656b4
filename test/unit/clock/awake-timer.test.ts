import assert from "node:assert/strict";
import { afterAwake, type ManualClock, manualClock } from "../../../src/clock/clock.ts";

describe("afterAwake", () => {
  let clock: ManualClock;
  let ran: number;
  let stop: () => void;
  beforeEach(() => {
    clock = manualClock();
    ran = 0;
    stop = afterAwake(clock, 1000, () => {
      ran++;
    });
  });

  it("runs once after its delay", () => {
    clock.advance(1001);
    clock.advance(5000);

    assert.equal(ran, 1);
  });

  it("[HB1] does not count a time in which the process stood still", () => {
    clock.skip(5000);
    clock.advance(0);
    const ranAfterStall = ran;

    clock.advance(4100);

    assert.equal(ranAfterStall, 0);
    assert.equal(ran, 1);
  });

  it("does not run after it was stopped", () => {
    stop();

    clock.advance(5000);

    assert.equal(ran, 0);
    assert.equal(clock.pendingTimers, 0);
  });
});
