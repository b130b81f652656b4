import assert from "node:assert/strict";
import { InputRoundTrips } from "../../../../loadtest/scenarios/arena.ts";

describe("loadtest input round trips", () => {
  let times: number[];
  let trips: InputRoundTrips;

  beforeEach(() => {
    times = [];
    trips = new InputRoundTrips((ms) => times.push(ms));
  });

  it("measures every input that a frame acknowledges", () => {
    trips.sent(1, 100);
    trips.sent(2, 133);

    trips.acknowledged(2, 150, true);

    assert.deepEqual(times, [50, 17]);
  });

  it("measures an input once", () => {
    trips.sent(1, 100);

    trips.acknowledged(1, 150, true);
    trips.acknowledged(1, 200, true);

    assert.deepEqual(times, [50]);
  });

  it("leaves out what is not to be counted", () => {
    trips.sent(1, 100);
    trips.sent(2, 133);

    trips.acknowledged(1, 150, false);
    trips.acknowledged(2, 183, true);

    assert.deepEqual(times, [50]);
  });

  it("begins anew when a new connection counts from 1", () => {
    trips.sent(1, 100);
    trips.acknowledged(1, 150, true);
    trips.acknowledged(0, 200, true);
    trips.sent(1, 300);

    trips.acknowledged(1, 340, true);

    assert.deepEqual(times, [50, 40]);
  });

  it("leaves out inputs that it no longer remembers", () => {
    for (let seq = 1; seq <= 200; seq++) trips.sent(seq, 1000 + seq);

    trips.acknowledged(200, 1300, true);

    assert.equal(times.length, 128);
    assert.equal(Math.max(...times), 1300 - 1073);
  });
});
