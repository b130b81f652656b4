import assert from "node:assert/strict";
import fc from "fast-check";
import { boundsOf, turned } from "../../../../client-sample/src/board/model/geometry.ts";
import { decodeGeom, encodeGeom } from "../../../../client-sample/src/board/model/packed-points.ts";
import { transformed } from "../../../../client-sample/src/board/model/transform.ts";
import type { Transform } from "../../../../client-sample/src/board/words.ts";
import type { Shape } from "../../../../rooms/whiteboard/rules/board.ts";

const number = fc.double({ min: -1000, max: 1000, noNaN: true });
const length = fc.double({ min: 1, max: 1000, noNaN: true });
const angle = fc.double({ min: -3, max: 3, noNaN: true });
const box = fc.record({ x: number, y: number, w: length, h: length });
const rect = fc.record({ x: number, y: number, r: angle, w: length, h: length }).map(({ x, y, r, w, h }) => ({
  type: "rect",
  g: { pos: { x, y, r }, size: { w, h } },
  rev: {},
  by: "",
  at: 0,
}));

/** The shape after a transform. */
function applied(shape: Shape, transform: Transform): Shape {
  return { ...shape, g: { ...shape.g, ...transformed(shape, transform) } };
}

function assertClose(actual: Shape, expected: Shape): void {
  const numbers = ({ g: { pos, size } }: Shape) => [pos?.x, pos?.y, size?.w, size?.h].map((value) => value ?? 0);
  const [one, other] = [numbers(actual), numbers(expected)];
  one.forEach((value, n) => {
    assert.ok(Math.abs(value - (other[n] ?? 0)) < 1e-6 * (1 + Math.abs(value)), `${one} is not ${other}`);
  });
  const turn = (actual.g.pos?.r ?? 0) - (expected.g.pos?.r ?? 0);
  assert.ok(Math.abs(Math.sin(turn / 2)) < 1e-6, `turned by ${turn}`);
}

describe("a transform", () => {
  it("that moves there and back changes nothing", () => {
    fc.assert(
      fc.property(rect, number, number, (shape, dx, dy) => {
        const moved = applied(shape, { t: "move", dx, dy });

        assertClose(applied(moved, { t: "move", dx: -dx, dy: -dy }), shape);
      }),
    );
  });

  it("that turns there and back changes nothing", () => {
    fc.assert(
      fc.property(rect, angle, fc.record({ x: number, y: number }), (shape, by, about) => {
        const rotated = applied(shape, { t: "rotate", about, by });

        assertClose(applied(rotated, { t: "rotate", about, by: -by }), shape);
      }),
    );
  });

  it("that resizes to the same box changes nothing, whatever the angle of shape and frame", () => {
    fc.assert(
      fc.property(rect, box, angle, (shape, from, r) => {
        assertClose(applied(shape, { t: "resize", from, to: from, r }), shape);
      }),
    );
  });

  it("that resizes in the frame of a turned shape makes that shape the new box", () => {
    const sizes = fc.record({ w: length, h: length });
    fc.assert(
      fc.property(rect, sizes, ({ g: { pos, size }, ...shape }, { w, h }) => {
        const own = turned(pos, -pos.r);
        const from = { x: own.x - size.w / 2, y: own.y - size.h / 2, w: size.w, h: size.h };

        const resized = applied({ ...shape, g: { pos, size } }, { t: "resize", from, to: { ...from, w, h }, r: pos.r });

        const centre = turned({ x: from.x + w / 2, y: from.y + h / 2 }, pos.r);
        assertClose(resized, { ...shape, g: { pos: { ...centre, r: pos.r }, size: { w, h } } });
      }),
    );
  });

  it("that resizes a straight shape puts its bounds where they are to be, also mirrored and quarter turned", () => {
    const to = fc.tuple(box, fc.boolean(), fc.boolean()).map(([{ x, y, w, h }, isLeft, isUp]) => ({
      x: isLeft ? x + w : x,
      y: isUp ? y + h : y,
      w: isLeft ? -w : w,
      h: isUp ? -h : h,
    }));
    fc.assert(
      fc.property(rect, fc.nat(3), to, (shape, quarters, target) => {
        const { pos, size } = shape.g;
        const straight = { ...shape, g: { size, pos: { ...pos, r: (quarters * Math.PI) / 2 } } };
        const from = boundsOf({ ...straight.g.pos, ...size });

        const { pos: newPos = pos, size: newSize = size } = transformed(straight, { t: "resize", from, to: target });

        const bounds = boundsOf({ ...newPos, ...newSize });
        const expected = { x: Math.min(target.x, target.x + target.w), w: Math.abs(target.w), h: Math.abs(target.h) };
        assert.ok(Math.abs(bounds.x - expected.x) < 1e-6 * (1 + Math.abs(expected.x)));
        assert.ok(
          Math.abs(bounds.w - expected.w) < 1e-6 * expected.w && Math.abs(bounds.h - expected.h) < 1e-6 * expected.h,
        );
      }),
    );
  });

  it("that mirrors turns an arrow around", () => {
    const arrow = {
      type: "arrow",
      g: encodeGeom([
        { x: 0, y: 0 },
        { x: 100, y: 40 },
      ]),
      rev: {},
      by: "",
      at: 0,
    };

    const { geom } = transformed(arrow, {
      t: "resize",
      from: { x: 0, y: 0, w: 100, h: 40 },
      to: { x: 100, y: 0, w: -100, h: 40 },
    });

    assert.deepEqual([...decodeGeom(geom ?? new Uint8Array())], [1, 0, 0.5, 0, 1, 0.5]);
  });

  it("that resizes a shape without height leaves it without", () => {
    const line = {
      type: "line",
      g: encodeGeom([
        { x: 0, y: 7 },
        { x: 100, y: 7 },
      ]),
      rev: {},
      by: "",
      at: 0,
    };

    const { pos, size } = transformed(line, {
      t: "resize",
      from: { x: 0, y: 7, w: 100, h: 0 },
      to: { x: 0, y: 7, w: 50, h: 0 },
    });

    assert.deepEqual({ pos, size }, { pos: { x: 25, y: 7, r: 0 }, size: { w: 50, h: 0 } });
  });

  it("that makes a text larger makes its letters larger, and wider only its room", () => {
    const text = { type: "text", g: { pos: { x: 0, y: 0, r: 0 }, size: { w: 100, h: 20 }, style: { fontSize: 16 } } };
    const shape = { ...text, rev: {}, by: "", at: 0 };
    const from = { x: -50, y: -10, w: 100, h: 20 };

    const larger = transformed(shape, { t: "resize", from, to: { ...from, w: 200, h: 40 } });
    const wider = transformed(shape, { t: "resize", from, to: { ...from, w: 200 } });

    assert.equal(larger.style?.["fontSize"], 32);
    assert.equal(wider.style, undefined);
  });

  it("leaves places and sizes that a board takes", () => {
    const far = fc.constantFrom(1e300, -1e300, 1e-300);
    fc.assert(
      fc.property(rect, far, far, (shape, w, h) => {
        const from = { x: 0, y: 0, w: 1, h: 1 };

        const { pos, size } = applied(shape, { t: "resize", from, to: { x: 0, y: 0, w, h } }).g;

        const numbers = [pos?.x, pos?.y, size?.w, size?.h];
        assert.ok(numbers.every((value) => value !== undefined && Math.abs(value) <= 1e9));
      }),
    );
  });
});
