import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { FullStates } from "../../../src/room/full-states.ts";

describe("full states", () => {
  let clock: ManualClock;
  let log: string[];
  let fullStates: FullStates;
  beforeEach(() => {
    clock = manualClock();
    log = [];
    fullStates = new FullStates(
      () => clock,
      () => {
        log.push("patch");
        fullStates.deliver();
      },
    );
  });

  it("[OUT3] are not sent before the next patch", () => {
    fullStates.ask({}, () => log.push("state"));
    assert.deepEqual(log, []);

    fullStates.deliver();

    assert.deepEqual(log, ["state"]);
  });

  it("go out together with those of all who wait", () => {
    for (const name of ["a", "b", "c"]) fullStates.ask({ name }, () => log.push(name));

    fullStates.deliver();

    assert.deepEqual(log, ["a", "b", "c"]);
  });

  it("[OUT3] follow a patch of their own 5 ms after the first who waits, where the room sends none before", () => {
    fullStates.ask({}, () => log.push("first"));

    clock.advance(4);
    fullStates.ask({}, () => log.push("second"));
    assert.deepEqual(log, []);
    clock.advance(1);

    assert.deepEqual(log, ["patch", "first", "second"]);
  });

  it("go out no sooner than 25 ms after the last, unless the room sends a patch", () => {
    fullStates.ask({}, () => log.push("first"));
    clock.advance(5);
    log = [];

    fullStates.ask({}, () => log.push("second"));
    clock.advance(24);
    assert.deepEqual(log, []);
    clock.advance(1);

    assert.deepEqual(log, ["patch", "second"]);
  });

  it("are as soon again as at first when 25 ms have gone by", () => {
    fullStates.ask({}, () => log.push("first"));
    clock.advance(5 + 25);
    log = [];

    fullStates.ask({}, () => log.push("second"));
    clock.advance(5);

    assert.deepEqual(log, ["patch", "second"]);
  });

  it("are sent once to a client that asked twice, by the first call", () => {
    const client = {};
    fullStates.ask(client, () => log.push("join"));
    fullStates.ask(client, () => log.push("stale"));

    fullStates.deliver();
    clock.advance(100);

    assert.deepEqual(log, ["join"]);
  });

  it("are sent again to a client that asks while it is served", () => {
    const client = {};
    fullStates.ask(client, () => {
      log.push("first");
      fullStates.ask(client, () => log.push("second"));
    });

    fullStates.deliver();
    clock.advance(25);

    assert.deepEqual(log, ["first", "patch", "second"]);
  });

  it("leave no timer behind when the room ends", () => {
    fullStates.ask({}, () => log.push("state"));

    fullStates.close();
    clock.advance(100);

    assert.deepEqual(log, []);
    assert.equal(clock.pendingTimers, 0);
  });
});
