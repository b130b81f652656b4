import assert from "node:assert/strict";
import fc from "fast-check";
import { exportSvg } from "../../../../client-sample/src/board/canvas/export-svg.ts";
import { escaped } from "../../../../client-sample/src/board/canvas/svg/markup.ts";
import { itemOf } from "../../../../client-sample/src/board/model/item.ts";
import { encodeGeom } from "../../../../client-sample/src/board/model/packed-points.ts";
import type { Shape } from "../../../../rooms/whiteboard/rules/board.ts";

const measure = { width: (text: string) => text.length * 8, ascent: () => 15, descent: () => 5 };

async function svgOf(...shapes: (Pick<Shape, "g"> & { type: string })[]): Promise<string> {
  const items = shapes.map((shape, n) => itemOf(`s${n}`, { rev: {}, by: "", at: 0, ...shape }));
  const imageBlob = () => Promise.reject(new Error("There is none."));
  const exported = await exportSvg({ items, theme: "light", measure, imageBlob });
  return (await exported?.blob.text()) ?? "";
}

describe("an export as SVG", () => {
  it("has words as words, whatever stands in them", async () => {
    const svg = await svgOf({ type: "text", g: { text: `<script>alert("1")</script>` } });

    assert.ok(!svg.includes("<script"));
    assert.ok(svg.includes("&#60;script&#62;"));
  });

  it("has real paths", async () => {
    const svg = await svgOf({
      type: "stroke",
      g: encodeGeom([
        { x: 0, y: 0 },
        { x: 50, y: 20 },
        { x: 90, y: 0 },
      ]),
    });

    assert.match(svg, /<path d="M[-\d .MQLZ]+" fill="#/);
  });

  it("turns what is turned", async () => {
    const svg = await svgOf({ type: "rect", g: { pos: { x: 5, y: 6, r: Math.PI / 4 } } });

    assert.ok(svg.includes('transform="translate(5 6) rotate(45)"'));
  });

  it("has a frame in place of an image that is missing, and says so", async () => {
    const image = { hash: "0".repeat(64), w: 10, h: 10 };
    const item = itemOf("a", { type: "image", g: { image }, rev: {}, by: "", at: 0 });

    const exported = await exportSvg({
      items: [item],
      theme: "light",
      measure,
      imageBlob: () => Promise.reject(new Error("There is none.")),
    });

    assert.equal(exported?.missingImages, 1);
    assert.ok(!(await exported?.blob.text())?.includes("<image"));
  });

  it("of nothing is nothing", async () => {
    assert.equal(await exportSvg({ items: [], theme: "light", measure, imageBlob: () => Promise.reject() }), undefined);
  });
});

/** Any UTF-16, halves of letters too. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));

describe("text in markup", () => {
  it("never holds what markup is made of, nor what XML cannot hold", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const safe = escaped(text);

        const isControl = (letter: string): boolean => letter < " " && !"\t\n\r".includes(letter);
        assert.ok(!/[<>"']/.test(safe) && safe.isWellFormed() && ![...safe].some(isControl));
      }),
    );
  });
});
