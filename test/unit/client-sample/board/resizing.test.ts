import assert from "node:assert/strict";
import fc from "fast-check";
import { turned } from "../../../../client-sample/src/board/model/geometry.ts";
import { type Resizing, resizeBy } from "../../../../client-sample/src/board/tools/resizing.ts";
import { drawnBox, snappedEnd } from "../../../../client-sample/src/board/tools/snapping.ts";

const FRAME = { x: 50, y: 25, w: 100, h: 50, r: 0 };
const CORNER: Resizing = {
  frame: FRAME,
  grip: { t: "grip", x: 1, y: 1 },
  by: { x: 20, y: 10 },
  keepsRatio: false,
  isShift: false,
  isAlt: false,
};

function boxAfter(more: Partial<Resizing>) {
  const transform = resizeBy({ ...CORNER, ...more });
  assert.ok(transform.t === "resize");
  return transform.to;
}

describe("resizing", () => {
  it("leaves the opposite corner where it is", () => {
    assert.deepEqual(boxAfter({}), { x: 0, y: 0, w: 120, h: 60 });
  });

  it("drags the near side where the grip is there", () => {
    assert.deepEqual(boxAfter({ grip: { t: "grip", x: -1, y: 0 } }), { x: 20, y: 0, w: 80, h: 50 });
  });

  it("keeps the middle with alt", () => {
    assert.deepEqual(boxAfter({ isAlt: true }), { x: -20, y: -10, w: 140, h: 70 });
  });

  it("keeps the ratio with shift, by the larger of both", () => {
    assert.deepEqual(boxAfter({ isShift: true, by: { x: 100, y: 0 } }), { x: 0, y: 0, w: 200, h: 100 });
  });

  it("keeps the ratio about the middle of the side that is dragged", () => {
    assert.deepEqual(boxAfter({ isShift: true, grip: { t: "grip", x: 1, y: 0 }, by: { x: 100, y: 0 } }), {
      x: 0,
      y: -25,
      w: 200,
      h: 100,
    });
  });

  it("mirrors where the grip goes beyond the opposite side", () => {
    assert.deepEqual(boxAfter({ by: { x: -150, y: 0 } }), { x: 0, y: 0, w: -50, h: 50 });
  });

  it("never makes a side so short that it cannot be taken hold of", () => {
    assert.deepEqual(boxAfter({ by: { x: -100, y: -50 } }), { x: 0, y: 0, w: 1, h: 1 });
  });

  it("keeps the opposite corner of a turned frame where it is on the board", () => {
    const place = fc.integer({ min: -300, max: 300 });
    fc.assert(
      fc.property(fc.double({ min: -3, max: 3, noNaN: true }), place, place, (r, x, y) => {
        const frame = { ...FRAME, r };
        const to = boxAfter({ frame, by: { x, y } });

        const corner = turned({ x: frame.x - 50, y: frame.y - 25 }, r, frame);
        const kept = turned(to, r);
        assert.ok(Math.hypot(corner.x - kept.x, corner.y - kept.y) < 1e-6);
      }),
    );
  });
});

describe("drawing out", () => {
  const plain = { isShift: false, isAlt: false };

  it("makes a box in every direction", () => {
    assert.deepEqual(drawnBox({ x: 10, y: 10 }, { x: 0, y: 30 }, plain), { x: 0, y: 10, w: 10, h: 20 });
  });

  it("makes a square with shift towards the hand", () => {
    assert.deepEqual(drawnBox({ x: 10, y: 10 }, { x: 0, y: 30 }, { ...plain, isShift: true }), {
      x: -10,
      y: 10,
      w: 20,
      h: 20,
    });
  });

  it("goes out from the middle with alt", () => {
    assert.deepEqual(drawnBox({ x: 0, y: 0 }, { x: 5, y: 3 }, { ...plain, isAlt: true }), {
      x: -5,
      y: -3,
      w: 10,
      h: 6,
    });
  });

  it("snaps a line to multiples of 15 degrees", () => {
    const end = snappedEnd({ x: 0, y: 0 }, { x: 100, y: 8 });

    assert.ok(Math.abs(end.y) < 1e-9 && Math.abs(end.x - 100) < 1e-9);
  });
});
