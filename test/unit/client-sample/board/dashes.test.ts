import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Dashes,
  ellipseDashes,
  lineDashes,
  rectDashes,
} from "../../../../client-sample/src/board/canvas/painters/dashes.ts";

const length = fc.double({ min: 50, max: 2000, noNaN: true });
const dash = fc.constantFrom("dashed" as const, "dotted" as const);
const width = fc.constantFrom(1.5, 4, 16);
const sum = ({ row }: Dashes): number => row.reduce((all, part) => all + part, 0);

describe("dashes", () => {
  it("come out even around an ellipse", () => {
    fc.assert(
      fc.property(length, dash, width, (side, dash, width) => {
        const around = Math.PI * side;

        const periods = around / sum(ellipseDashes({ dash, width }, { w: side, h: side }));

        assert.ok(Math.abs(periods - Math.round(periods)) < 1e-6);
      }),
    );
  });

  it("begin and end an open line", () => {
    fc.assert(
      fc.property(length, dash, width, (long, dash, width) => {
        const dashes = lineDashes({ dash, width }, long);

        const periods = (long - (dashes.row[0] ?? 0)) / sum(dashes);
        assert.ok(Math.abs(periods - Math.round(periods)) < 1e-6);
      }),
    );
  });

  it("go once around a rectangle, with one about each corner", () => {
    fc.assert(
      fc.property(length, length, dash, width, (w, h, dash, width) => {
        const corner = 8;
        const bend = (Math.PI * corner) / 2;
        const dashes = rectDashes({ dash, width }, { w, h }, corner);
        fc.pre(dashes.row.length > 0); // so many that they are a solid line

        const around = 2 * (w + h) - 8 * corner + 4 * bend;
        const corners = [0, w, w + h, 2 * w + h].map((sides, n) => sides - 2 * n * corner + (n - 0.5) * bend);
        assert.ok(Math.abs(sum(dashes) - around) < 1e-6, "once around");
        assert.ok(
          corners.every((at) => isWithinDash(dashes, at)),
          "a dash about each corner",
        );
      }),
    );
  });

  it("are seen on short and thick lines too: the gaps do not close between round ends", () => {
    for (const dash of ["dashed", "dotted"] as const) {
      for (const long of [40, 60, 100]) {
        const { row } = lineDashes({ dash, width: 16 }, long);

        assert.ok((row[1] ?? 0) >= 16 * 1.4, `${dash}, ${long} long: ${row.join()}`);
      }
    }
  });

  it("too many to be told apart are a solid line", () => {
    assert.deepEqual(ellipseDashes({ dash: "dotted", width: 1 }, { w: 1e9, h: 1e9 }).row, []);
    assert.deepEqual(rectDashes({ dash: "dotted", width: 1 }, { w: 1e9, h: 10 }, 1).row, []);
  });
});

/** Whether a place along the outline has a dash on both sides of it, as near as may be. */
function isWithinDash({ row, offset }: Dashes, at: number): boolean {
  const round = row.reduce((all, part) => all + part, 0);
  let left = (at + offset + 1e-9 + round) % round;
  for (const [n, part] of row.entries()) {
    if (left <= part + 2e-9) return n % 2 === 0;
    left -= part;
  }
  return false;
}
