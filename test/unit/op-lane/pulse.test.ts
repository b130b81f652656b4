import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { Pulse } from "../../../src/op-lane/pulse.ts";

describe("a pulse", () => {
  let clock: ManualClock;
  let beats: number[];
  let pulse: Pulse;
  beforeEach(() => {
    clock = manualClock();
    beats = [];
    pulse = new Pulse(clock, 5, () => void beats.push(clock.nowMs()));
  });

  it("beats once for all who ask in one turn", () => {
    pulse.ask();
    pulse.ask();

    clock.advance(100);

    assert.deepEqual(beats, [0]);
  });

  it("does not beat within the call that asks", () => {
    pulse.ask();

    assert.deepEqual(beats, []);
  });

  it("rests between two beats", () => {
    pulse.ask();
    clock.advance(1);

    pulse.ask();
    clock.advance(100);

    assert.deepEqual(beats, [0, 5]);
  });

  it("beats for who needs it first, and again for who needs it later only when asked again", () => {
    pulse.ask(50);
    pulse.ask(20);
    pulse.ask(70);

    clock.advance(100);

    assert.deepEqual(beats, [20]);
  });

  it("beats at once for who cannot wait, though others can", () => {
    pulse.ask(50);
    pulse.ask();

    clock.advance(0);

    assert.deepEqual(beats, [0]);
  });

  it("goes on while its work asks for more", () => {
    const busy: Pulse = new Pulse(clock, 5, () => {
      beats.push(clock.nowMs());
      if (beats.length < 3) busy.ask();
    });

    busy.ask();
    clock.advance(100);

    assert.deepEqual(beats, [0, 5, 10]);
  });

  for (const delayMs of [0, 10]) {
    it(`does not beat once it is closed, where a beat was due in ${delayMs} ms`, () => {
      pulse.ask(delayMs);

      pulse.close();
      pulse.ask();
      clock.advance(100);

      assert.deepEqual(beats, []);
    });
  }
});
