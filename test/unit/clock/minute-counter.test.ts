import assert from "node:assert/strict";
import { MinuteCounter } from "../../../src/clock/clock.ts";

describe("MinuteCounter", () => {
  it("counts up within a minute of the first", () => {
    const counter = new MinuteCounter();

    const counts = [0, 30_000, 59_999].map((nowMs) => counter.add(nowMs));

    assert.deepEqual(counts, [1, 2, 3]);
  });

  it("begins anew after it", () => {
    const counter = new MinuteCounter();
    counter.add(1000);

    assert.equal(counter.add(61_000), 1);
  });
});
