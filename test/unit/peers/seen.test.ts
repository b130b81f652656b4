import assert from "node:assert/strict";
import { seededRandom } from "../../../src/clock/clock.ts";
import { Seen } from "../../../src/peers/seen.ts";

describe("numbers that were seen", () => {
  it("[PER2] count once, in whatever order they come", () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = seededRandom(seed);
    const [seen, counted] = [new Seen(), new Map<number, number>()];

    for (let newest = 1; newest <= 100_000; newest += 1 + Math.floor(random() * 3)) {
      for (const number of [newest, Math.max(1, newest - Math.floor(random() * 16_000))]) {
        if (seen.isFirst("a", number)) counted.set(number, (counted.get(number) ?? 0) + 1);
        else assert.equal(counted.get(number), 1, `seed ${seed}: ${number} was refused and never came`);
      }
    }

    assert.deepEqual(new Set(counted.values()), new Set([1]), `seed ${seed}`);
  });

  it("[PER2] are not first where they come too far behind, and are each process' own", () => {
    const seen = new Seen();

    assert.ok(seen.isFirst("a", 1_000_000));

    assert.equal(seen.isFirst("a", 1_000_000), false);
    assert.equal(seen.isFirst("a", 900_000), false);
    assert.ok(seen.isFirst("a", 999_999));
    assert.ok(seen.isFirst("b", 1_000_000));
  });
});
