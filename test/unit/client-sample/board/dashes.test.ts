import assert from "node:assert/strict";
import fc from "fast-check";
import { dashesOf } from "../../../../client-sample/src/board/canvas/painters/dashes.ts";

const length = fc.double({ min: 50, max: 2000, noNaN: true });

describe("dashes", () => {
  it("come out even around an outline", () => {
    fc.assert(
      fc.property(length, fc.constantFrom("dashed", "dotted"), (around, dash) => {
        const [mark = 0, gap = 0] = dashesOf(dash, 4, { length: around, isClosed: true });

        const periods = around / (mark + gap);
        assert.ok(Math.abs(periods - Math.round(periods)) < 1e-6);
      }),
    );
  });

  it("begin and end an open line", () => {
    fc.assert(
      fc.property(length, (long) => {
        const [mark = 0, gap = 0] = dashesOf("dashed", 4, { length: long, isClosed: false });

        const periods = (long - mark) / (mark + gap);
        assert.ok(Math.abs(periods - Math.round(periods)) < 1e-6);
      }),
    );
  });

  it("too many to be told apart are a solid line", () => {
    assert.deepEqual(dashesOf("dotted", 1, { length: 4e9, isClosed: true }), []);
  });
});
