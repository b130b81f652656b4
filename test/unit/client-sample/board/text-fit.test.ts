import assert from "node:assert/strict";
import { itemOf } from "../../../../client-sample/src/board/model/item.ts";
import { fittedFrame, frameOps } from "../../../../client-sample/src/board/text/fit.ts";
import type { Measure } from "../../../../client-sample/src/board/text/measure.ts";
import type { Item } from "../../../../client-sample/src/board/words.ts";
import type { BoardGroups } from "../../../../rooms/whiteboard/rules/board.ts";

const measure: Measure = { width: (text) => text.length * 10, ascent: () => 8, descent: () => 2 };
const fitting = { measure, isShrinking: false };

function shape(type: string, g: Partial<BoardGroups>): Item {
  const groups = { pos: { x: 0, y: 0, r: 0 }, size: { w: 100, h: 100 }, style: { fontSize: 10 }, ...g };
  return itemOf("a", { type, g: groups, rev: {}, by: "", at: 0 });
}

describe("the size that words give a shape", () => {
  it("is as wide as a text that nobody has given a width, from the left edge on", () => {
    const text = shape("text", { size: { w: 40, h: 13 }, text: "" });

    const { pos, size } = fittedFrame(text, [{ insert: "ten letter\n" }], fitting);

    assert.deepEqual([pos.x - size.w / 2, size], [-20, { w: 101, h: 13 }]);
  });

  it("is noted, so that a text of another width wraps from then on", () => {
    const text = shape("text", { size: { w: 40, h: 13 }, text: "" });
    const frame = fittedFrame(text, [{ insert: "ten letter\n" }], fitting);

    const meta = frameOps(text, frame).find((op) => op.t === "set" && op.g === "meta");

    assert.deepEqual(meta, { t: "set", id: "a", g: "meta", v: { autoWidth: 101 } });
    const resized = shape("text", { size: { w: 60, h: 13 }, meta: { autoWidth: 101 } });
    assert.deepEqual(fittedFrame(resized, [{ insert: "some words\n" }], fitting).size, { w: 60, h: 26 });
  });

  it("is higher for a note that has no room, whose top edge stays where it is", () => {
    const note = shape("note", {});

    const { pos, size } = fittedFrame(note, [{ insert: "a\n".repeat(20) }], fitting);

    assert.deepEqual([size.h, pos.y - size.h / 2], [284, -50]);
  });

  it("grows along the side of a shape that is turned", () => {
    const note = shape("note", { pos: { x: 0, y: 0, r: Math.PI / 2 } });

    const { pos, size } = fittedFrame(note, [{ insert: "a\n".repeat(20) }], fitting);

    assert.ok(Math.abs(pos.x + (size.h - 100) / 2) < 1e-9 && Math.abs(pos.y) < 1e-9);
  });

  it("is the shape's own again when the words are gone", () => {
    const grown = shape("note", { size: { w: 100, h: 284 }, meta: { grownHeight: 284, ownHeight: 100 } });

    assert.equal(fittedFrame(grown, [{ insert: "a\n" }], fitting).size.h, 100);
  });

  it("stays where letters give way", () => {
    const note = shape("note", {});

    assert.equal(fittedFrame(note, [{ insert: "a\n".repeat(20) }], { measure, isShrinking: true }).size.h, 100);
  });

  it("is no op where the shape has it", () => {
    const note = shape("note", {});

    assert.deepEqual(frameOps(note, fittedFrame(note, [{ insert: "a\n" }], fitting)), []);
  });
});
