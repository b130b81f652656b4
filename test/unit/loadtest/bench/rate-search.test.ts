import assert from "node:assert/strict";
import fc from "fast-check";
import { highestRate } from "../../../../loadtest/bench/rate-search.ts";

describe("the search for the highest rate", () => {
  it("comes within a sixteenth of a limit, from above and from below, and never beyond", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 100, max: 100_000 }),
        fc.integer({ min: 50, max: 5000 }),
        async (limit, first) => {
          const found = await highestRate(first, async (rate) => rate <= limit);

          assert.ok(found <= limit && found >= limit * (1 - 1 / 16) - 1, `${found} for ${limit}`);
        },
      ),
    );
  });

  it("finds nothing where no rate holds", async () => {
    assert.equal(await highestRate(100, async () => false), 0);
  });

  it("ends where every rate holds", async () => {
    assert.equal(await highestRate(1, async () => true), 2 ** 16);
  });
});
