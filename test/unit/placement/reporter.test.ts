import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { knownBy, LoadReporter } from "../../../src/placement/placement.ts";

const IDLE = { loop: 0, ticks: 0, egress: 0, memory: 0 };

const NOTHING = knownBy([]);

describe("what a node reports", () => {
  let clock: ManualClock;
  let loop: number;
  let reporter: LoadReporter;
  beforeEach(() => {
    clock = manualClock();
    loop = 0;
    reporter = new LoadReporter({ clock, capacity: 1000, readings: () => ({ ...IDLE, loop }) });
  });
  const connections = (): number => reporter.report(NOTHING).load.connections;
  const enter = (roomId: string, people: number): void => {
    for (let person = 0; person < people; person++) reporter.joined(roomId, `${roomId} ${person}`);
  };

  it("[PLC1] counts a new room as its type is expected to become, and more and more as what it has", () => {
    reporter.opened("taught", "duel");
    enter("taught", 20);
    reporter.closed("taught");
    reporter.opened("new", "duel");
    enter("new", 2);

    connections(); // from the first report on it knows what to expect
    const atOnce = connections();
    clock.advance(5000);
    const half = connections();
    clock.advance(6000);

    assert.deepEqual([atOnce, half, connections()], [20, 10, 2]);
  });

  it("counts what a room has where that is more than expected", () => {
    reporter.opened("room", "duel");
    enter("room", 50);

    assert.equal(connections(), 50);
  });

  it("[PLC1] counts who has a seat and is on the way, once, and not for ever", () => {
    reporter.opened("room", "duel");
    for (let person = 0; person < 12; person++) reporter.expected("room", `room ${person}`);
    const onTheWay = connections();
    enter("room", 10);
    const partlyThere = connections();
    clock.advance(16_000);

    assert.deepEqual([onTheWay, partlyThere, connections()], [12, 12, 10]);
  });

  it("believes a reading the more, the longer it took, however many reports are made", () => {
    loop = 1;
    reporter.report(NOTHING);
    loop = 0;
    clock.advance(1000);
    const once = reporter.report(NOTHING).load.loop;
    const often = new LoadReporter({ clock, capacity: 1000, readings: () => ({ ...IDLE, loop }) });
    loop = 1;
    often.report(NOTHING);
    loop = 0;
    for (let part = 0; part < 4; part++) {
      clock.advance(250);
      often.report(NOTHING);
    }

    assert.ok(Math.abs(often.report(NOTHING).load.loop - once) < 1e-9);
  });

  it("is urgent when connections have changed by a twentieth, and by more than a few", () => {
    reporter.opened("room", "duel");
    enter("room", 400);
    reporter.report(NOTHING);

    enter("room", 20);
    const isLittleUrgent = reporter.isUrgent;
    enter("room", 1);

    assert.deepEqual([isLittleUrgent, reporter.isUrgent], [false, true]);
  });
});
