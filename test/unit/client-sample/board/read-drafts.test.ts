import assert from "node:assert/strict";
import fc from "fast-check";
import { readDraft, readInk } from "../../../../client-sample/src/board/drafts/read.ts";
import { openScene } from "../../../../client-sample/src/board/scene/scene.ts";
import { MapRecords } from "../../../../src/document/document.ts";

describe("drafts of others", () => {
  it("reads a transform", () => {
    const draft = {
      t: "transform",
      ids: ["a"],
      transform: { t: "resize", from: { x: 0, y: 0, w: 1, h: 1 }, to: { x: 0, y: 0, w: -2, h: 2 }, r: 1 },
      lead: { pos: { x: 1, y: 2, r: 3 }, size: { w: 4, h: 5 } },
    };

    assert.deepEqual(readDraft(draft), draft);
  });

  it("reads a shape, and leaves out what is no group of a draft", () => {
    const g = { pos: { x: 1, y: 2, r: 0 }, size: { w: 3, h: 4 }, style: { color: "red" }, geom: Uint8Array.of(1) };

    const draft = readDraft({ t: "shape", id: "a", type: "rect", g: { ...g, lock: { by: "owner" } } });

    assert.deepEqual(draft, { t: "shape", id: "a", type: "rect", g });
  });

  it("bounds what is huge", () => {
    const draft = readDraft({ t: "transform", ids: ["a"], transform: { t: "move", dx: 1e300, dy: -Infinity } });

    assert.deepEqual(draft, { t: "transform", ids: ["a"], transform: { t: "move", dx: 1e9, dy: -1e9 } });
  });

  for (const [what, value] of [
    ["a number that is none", { t: "transform", ids: ["a"], transform: { t: "move", dx: Number.NaN, dy: 0 } }],
    ["a frame without an extent", { t: "transform", ids: ["a"], transform: { t: "resize", from: box(0), to: box(1) } }],
    ["a transform of nothing", { t: "transform", ids: [], transform: { t: "move", dx: 1, dy: 1 } }],
    ["a shape of an unknown kind", { t: "shape", id: "a", type: "constructor", g: {} }],
    ["nothing", null],
  ] as const) {
    it(`does not take ${what}`, () => {
      assert.equal(readDraft(value), undefined);
    });
  }

  it("does not take ink with half a point", () => {
    assert.equal(readInk({ id: "a", style: {}, points: [1, 2, 3, 4] }), undefined);
  });

  it("never throws, nor does a scene that shows what was read", () => {
    const scene = openScene(new MapRecords());
    const number = fc.oneof(fc.double(), fc.integer());
    const place = fc.record({ x: number, y: number, r: number, w: number, h: number });
    const group = fc.oneof(place, fc.anything());
    const likely = fc.record({
      t: fc.constantFrom("transform", "shape", "move"),
      id: fc.oneof(fc.string(), fc.constant("a")),
      ids: fc.array(fc.string()),
      type: fc.constantFrom("rect", "stroke", "arrow", "x"),
      transform: fc.record({
        t: fc.constantFrom("move", "resize", "rotate"),
        dx: number,
        dy: number,
        from: group,
        to: group,
        about: group,
        by: number,
      }),
      g: fc.record({ pos: group, size: group, style: group, geom: fc.uint8Array() }),
      lead: group,
      points: fc.array(fc.anything()),
    });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), likely), (value) => {
        readInk(value);
        scene.setDraft("x", readDraft(value));
        scene.at({ x: 0, y: 0 }, 5);
      }),
    );
  });
});

function box(w: number) {
  return { x: 0, y: 0, w, h: 1 };
}
