import assert from "node:assert/strict";
import fc from "fast-check";
import { styleOf } from "../../../../client-sample/src/board/model/style.ts";
import type { Delta } from "../../../../client-sample/src/board/text/delta.ts";
import { layoutDelta, layoutText, type Written } from "../../../../client-sample/src/board/text/layout.ts";
import type { Measure } from "../../../../client-sample/src/board/text/measure.ts";

/** Every UTF-16 unit is 10 wide at any size. */
const measure: Measure = { width: (text) => text.length * 10, ascent: () => 8, descent: () => 2 };

function text(w: number, style: Record<string, string | number> = {}): Written {
  const shape = { type: "text", g: { meta: { autoWidth: -1 } }, rev: {}, by: "", at: 0 };
  return {
    kind: "text",
    size: { w, h: 100 },
    style: styleOf("text", { fontSize: 10, align: "left", ...style }),
    shape,
  };
}

function linesOf(delta: Delta, item: Written): readonly string[] {
  return layoutDelta(delta, item, measure).lines.map(({ runs }) => runs.map((run) => run.text).join("|"));
}

describe("the layout of words", () => {
  it("breaks lines between words, and lets the spaces hang", () => {
    assert.deepEqual(linesOf([{ insert: "one two  three\n" }], text(75)), ["one two", "three"]);
  });

  it("cuts a word that is longer than any line between its characters", () => {
    assert.deepEqual(linesOf([{ insert: "a incomprehensible b\n" }], text(60)), ["a", "incomp", "rehens", "ible b"]);
  });

  it("never cuts a character that is made of several", () => {
    assert.deepEqual(linesOf([{ insert: "👩‍👧👩‍👧é́x\n" }], text(60)), ["👩‍👧", "👩‍👧", "é́x"]);
  });

  it("does not end with an empty line for the end of the last", () => {
    assert.deepEqual(linesOf([{ insert: "one\n\ntwo\n" }], text(100)), ["one", "", "two"]);
  });

  it("wraps a word whose letters have two looks as one word", () => {
    const delta: Delta = [{ insert: "some wo" }, { insert: "rd", attributes: { bold: true } }, { insert: "\n" }];

    assert.deepEqual(linesOf(delta, text(75)), ["some", "wo|rd"]);
  });

  it("numbers the lines of a list until something else stands between", () => {
    const item = { insert: "\n", attributes: { list: "ordered" } } as const;
    const delta: Delta = [{ insert: "a" }, item, { insert: "b" }, item, { insert: "c\nd" }, item];

    assert.deepEqual(linesOf(delta, text(100)), ["1.|a", "2.|b", "c", "1.|d"]);
  });

  it("lets wrapped lines of a list stand in, and shows one bullet", () => {
    const delta: Delta = [{ insert: "some words" }, { insert: "\n", attributes: { list: "bullet" } }];

    const { lines } = layoutDelta(delta, text(75), measure);

    assert.deepEqual(
      lines.map(({ runs }) => runs.map((run) => [run.text, run.x])),
      [
        [
          ["•", 2],
          ["some", 15],
        ],
        [["words", 15]],
      ],
    );
  });

  it("aligns without the spaces that hang", () => {
    const { lines } = layoutDelta([{ insert: "one two\n" }], text(60, { align: "right" }), measure);

    assert.deepEqual(
      lines.map(({ runs }) => runs[0]?.x),
      [30, 30],
    );
  });

  it("orders runs from left to right where words run from right to left", () => {
    const delta: Delta = [{ insert: "שלום " }, { insert: "עולם", attributes: { bold: true } }, { insert: " 12\n" }];

    assert.deepEqual(linesOf(delta, text(500)), ["12| |עולם|שלום "]);
  });

  it("makes letters smaller where a note has no room for them, and no smaller than needed", () => {
    const shape = { type: "note", g: { text: "word ".repeat(40) }, rev: {}, by: "", at: 0 };
    const note: Written = { kind: "note", size: { w: 100, h: 100 }, style: styleOf("note", { fontSize: 20 }), shape };

    const layout = layoutText(note, measure);

    assert.ok(layout.fontSize < 20 && layout.fontSize > 4);
    assert.ok(layout.height <= 76.1);
  });

  it("gives the same object until something changes", () => {
    const delta: Delta = [{ insert: "words\n" }];

    assert.equal(layoutDelta(delta, text(50), measure), layoutDelta(delta, text(50), measure));
    assert.notEqual(layoutDelta(delta, text(50), measure), layoutDelta(delta, text(51), measure));
  });

  it("loses no letter and overflows no line, whatever is written", () => {
    const written = fc.string({
      unit: fc.constantFrom("a", "b ", " ", "-", "漢", "。", "(", "é", "ש", "1", "\n", "/"),
    });
    fc.assert(
      fc.property(written, fc.integer({ min: 10, max: 200 }), (words, w) => {
        const { lines } = layoutDelta([{ insert: `${words}\n` }], text(w), measure);

        const letters = (all: string): string => [...all.replace(/\s/g, "")].sort().join("");
        assert.equal(letters(lines.flatMap(({ runs }) => runs.map((run) => run.text)).join("")), letters(words));
        const longest = Math.max(
          0,
          ...lines.map(
            ({ runs }) =>
              runs
                .map((run) => run.text)
                .join("")
                .trim().length,
          ),
        );
        assert.ok(longest * 10 <= Math.max(w, 10) + 1, `${longest} letters in ${w}`);
      }),
    );
  });
});
