import assert from "node:assert/strict";
import fc from "fast-check";
import { backoffMs, spreadMs } from "../../../src/client/backoff.ts";

describe("backoff", () => {
  it("[CLI5] stays between half a second and twenty", () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
        const waitMs = backoffMs(attempt, random);

        assert.ok(waitMs >= 500 && waitMs <= 20_000, `${waitMs} ms`);
      }),
    );
  });

  it("[CLI5] spreads over twice as much with every failure", () => {
    const widths = [0, 1, 2, 3].map((attempt) => backoffMs(attempt, 1) - backoffMs(attempt, 0));

    assert.deepEqual(widths, [500, 1000, 2000, 4000]);
  });

  it("[CLI5] never falls below what the server asked for, and goes beyond it by up to a quarter, or 250 ms", () => {
    const spans = [0, 100, 7000].map((floorMs) => [spreadMs(floorMs, 0), spreadMs(floorMs, 1)]);

    assert.deepEqual(spans, [
      [0, 0],
      [100, 350],
      [7000, 8750],
    ]);
  });
});
