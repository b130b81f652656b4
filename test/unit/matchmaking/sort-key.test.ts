import assert from "node:assert/strict";
import fc from "fast-check";
import { sortKey } from "../../../src/matchmaking/sort-key.ts";

const number = fc.double({ noNaN: true });
/** A text whose first characters tell it from others. */
const text = fc.string({ maxLength: 20, unit: fc.constantFrom(..."abcXYZ019 _") });

/** Whether one text comes before another, byte by byte. */
const isBefore = (one: string, other: string): boolean => Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;

describe("a sort key", () => {
  for (const [what, values] of [
    ["numbers", number],
    ["texts", text],
  ] as const) {
    it(`sorts as ${what} do, either way`, () => {
      fc.assert(
        fc.property(values, values, (one, other) => {
          const [ascending, descending] = ([1, -1] as const).map((direction) =>
            isBefore(sortKey([[one, direction]]), sortKey([[other, direction]])),
          );
          assert.deepEqual([ascending, descending], [one < other, one > other]);
        }),
      );
    });
  }

  it("decides by the second value where the first are the same", () => {
    fc.assert(
      fc.property(text, number, number, (first, one, other) => {
        const keys = [one, other].map((second) =>
          sortKey([
            [first, -1],
            [second, 1],
          ]),
        );
        assert.equal(isBefore(keys[0] ?? "", keys[1] ?? ""), one < other);
      }),
    );
  });
});
