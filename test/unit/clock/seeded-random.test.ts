import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../../src/clock/clock.ts";

const draw = (seed: number, count: number): number[] => Array.from({ length: count }, seededRandom(seed));

describe("seeded chance", () => {
  it("is the same for the same seed, and another for another", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        assert.deepEqual(draw(seed, 20), draw(seed, 20));
        assert.notDeepEqual(draw(seed, 20), draw(seed + 1, 20));
      }),
    );
  });

  it("is the same on every machine", () => {
    assert.deepEqual(draw(1, 3), [0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
  });

  it("has numbers from 0 to below 1 for any seed", () => {
    fc.assert(fc.property(fc.integer(), (seed) => draw(seed, 50).every((number) => number >= 0 && number < 1)));
  });

  it("is spread evenly", () => {
    const tenths = Array<number>(10).fill(0);

    for (const number of draw(7, 10_000)) tenths[Math.floor(number * 10)] = (tenths[Math.floor(number * 10)] ?? 0) + 1;

    for (const count of tenths) assert.ok(count > 900 && count < 1100, `${tenths}`);
  });
});
