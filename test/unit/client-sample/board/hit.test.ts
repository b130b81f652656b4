import assert from "node:assert/strict";
import { hit } from "../../../../client-sample/src/board/model/hit.ts";
import { itemOf } from "../../../../client-sample/src/board/model/item.ts";
import { encodeGeom } from "../../../../client-sample/src/board/model/packed-points.ts";
import type { Shape } from "../../../../rooms/whiteboard/rules/board.ts";

function item(type: string, g: Shape["g"]) {
  return itemOf("a", { type, g, rev: {}, by: "", at: 0 });
}

const box = { pos: { x: 0, y: 0, r: 0 }, size: { w: 200, h: 100 } };

describe("pointing", () => {
  it("at the outline of an empty rectangle is on it", () => {
    assert.equal(hit(item("rect", box), { x: 98, y: 0 }, 4), "on");
  });

  it("into an empty rectangle is inside of it", () => {
    assert.equal(hit(item("rect", box), { x: 0, y: 0 }, 4), "inside");
  });

  it("into a filled rectangle is on it", () => {
    assert.equal(hit(item("rect", { ...box, style: { fill: "red" } }), { x: 0, y: 0 }, 4), "on");
  });

  it("into a rectangle with words is on it", () => {
    assert.equal(hit(item("rect", { ...box, text: "hello" }), { x: 0, y: 0 }, 4), "on");
  });

  it("beside a rectangle misses it", () => {
    assert.equal(hit(item("rect", box), { x: 110, y: 0 }, 4), undefined);
  });

  it("into the corner of an ellipse's box misses the ellipse", () => {
    assert.equal(hit(item("ellipse", box), { x: 95, y: 45 }, 4), undefined);
  });

  it("at the outline of an ellipse is on it, all around", () => {
    const ellipse = item("ellipse", box);

    for (let angle = 0; angle < 2 * Math.PI; angle += 0.1) {
      assert.equal(hit(ellipse, { x: 100 * Math.cos(angle), y: 50 * Math.sin(angle) }, 1), "on", `at ${angle}`);
    }
  });

  it("into an empty ellipse is inside of it", () => {
    assert.equal(hit(item("ellipse", box), { x: 30, y: 10 }, 4), "inside");
  });

  it("at a turned note is on it where it lies now", () => {
    const note = item("note", { pos: { x: 0, y: 0, r: Math.PI / 2 }, size: { w: 200, h: 20 } });

    assert.equal(hit(note, { x: 0, y: 90 }, 4), "on");
    assert.equal(hit(note, { x: 90, y: 0 }, 4), undefined);
  });

  it("at a stroke is on it within reach of its ink only", () => {
    const stroke = item("stroke", {
      ...encodeGeom([
        { x: 0, y: 0 },
        { x: 100, y: 100 },
      ]),
      style: { width: 4 },
    });

    assert.equal(hit(stroke, { x: 50, y: 55 }, 3), "on");
    assert.equal(hit(stroke, { x: 90, y: 10 }, 3), undefined);
  });
});
