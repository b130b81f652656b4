import assert from "node:assert/strict";
import fc from "fast-check";
import { itemOf } from "../../../../client-sample/src/board/model/item.ts";
import type { Shape } from "../../../../rooms/whiteboard/rules/board.ts";

function shape(type: string, g: Shape["g"]): Shape {
  return { type, g, rev: {}, by: "", at: 0 };
}

const anyNumber = fc.oneof(fc.double(), fc.constantFrom(1e300, -1e300, Number.NaN, Infinity, -Infinity, 0));
const anyShape = fc.record({
  type: fc.constantFrom("stroke", "rect", "ellipse", "line", "arrow", "note", "text", "image", "toString", "hexagon"),
  pos: fc.record({ x: anyNumber, y: anyNumber, r: anyNumber }),
  size: fc.record({ w: anyNumber, h: anyNumber }),
  width: fc.oneof(anyNumber, fc.string(), fc.boolean()),
});

describe("an item", () => {
  it("has a place, a size and bounds that are numbers, whatever the shape says", () => {
    fc.assert(
      fc.property(anyShape, ({ type, pos, size, width }) => {
        const item = itemOf("a", shape(type, { pos, size, style: { width, fontSize: width } }));

        const { x, y, w, h } = item.bounds;
        const numbers = [item.pos.x, item.pos.y, item.pos.r, item.size.w, item.size.h, x, y, w, h];
        assert.ok(numbers.every((number) => Number.isFinite(number) && Math.abs(number) <= 1e10));
        assert.ok(item.size.w >= 0 && item.size.h >= 0 && item.style.width > 0 && item.style.fontSize > 0);
      }),
    );
  });

  it("has the bounds of the turned shape", () => {
    const item = itemOf("a", shape("text", { pos: { x: 10, y: 20, r: Math.PI / 2 }, size: { w: 100, h: 40 } }));

    const { x, y, w, h } = item.bounds;
    assert.deepEqual([x, y, w, h].map(Math.round), [-11, -31, 42, 102]);
  });

  it("has the look of its kind where its style says nothing that makes sense", () => {
    const style = { color: "ultraviolet", fill: 7, width: "wide", dash: "wavy", align: "up" };

    const item = itemOf("a", shape("note", { style }));

    assert.deepEqual(item.style, itemOf("b", shape("note", {})).style);
    assert.equal(item.style.fill, "yellow");
  });

  it("of a kind that nobody knows is unknown", () => {
    assert.equal(itemOf("a", shape("constructor", {})).kind, "unknown");
  });

  it("keeps the very groups of the shape while they are in order", () => {
    const pos = { x: 1, y: 2, r: 0 };
    const size = { w: 3, h: 4 };

    const item = itemOf("a", shape("rect", { pos, size }));

    assert.equal(item.pos, pos);
    assert.equal(item.size, size);
  });
});
