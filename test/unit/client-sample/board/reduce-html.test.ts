import assert from "node:assert/strict";
import { type HtmlNode, reduceHtml } from "../../../../client-sample/src/board/text/reduce-html.ts";

function el(
  nodeName: string,
  style: HtmlNode["style"] | undefined,
  ...children: readonly (HtmlNode | string)[]
): HtmlNode {
  const childNodes = children.map((child) => (typeof child === "string" ? textNode(child) : child));
  return { nodeType: 1, nodeName, nodeValue: null, childNodes, ...(style && { style }) };
}

function textNode(nodeValue: string): HtmlNode {
  return { nodeType: 3, nodeName: "#text", nodeValue, childNodes: [] };
}

const body = (...children: readonly (HtmlNode | string)[]): HtmlNode => el("BODY", undefined, ...children);
const of = (name: string, ...children: readonly (HtmlNode | string)[]): HtmlNode => el(name, undefined, ...children);

describe("pasted HTML", () => {
  it("keeps words and the known looks", () => {
    const html = body(of("P", "a ", of("B", "b", of("EM", "c"))), of("P", of("U", "d"), of("DEL", "e")));

    assert.deepEqual(reduceHtml(html, 100), [
      { insert: "a" },
      { insert: " b", attributes: { bold: true } },
      { insert: "c", attributes: { bold: true, italic: true } },
      { insert: "\n" },
      { insert: "d", attributes: { underline: true } },
      { insert: "e", attributes: { strike: true } },
      { insert: "\n" },
    ]);
  });

  it("takes nothing of what runs, draws or is not to be seen", () => {
    const names = ["SCRIPT", "STYLE", "svg", "math", "IFRAME", "TEMPLATE", "NOSCRIPT", "OBJECT", "TITLE"];

    assert.deepEqual(reduceHtml(body(...names.map((name) => of(name, "alert(1)")), "words"), 100), [
      { insert: "words" },
    ]);
  });

  it("makes lists of lists", () => {
    const html = body("x", of("UL", of("LI", "a"), of("LI", of("P", "b"))), of("OL", of("LI", "c")));

    assert.deepEqual(reduceHtml(html, 100), [
      { insert: "x\na" },
      { insert: "\n", attributes: { list: "bullet" } },
      { insert: "b" },
      { insert: "\n", attributes: { list: "bullet" } },
      { insert: "c" },
      { insert: "\n", attributes: { list: "ordered" } },
    ]);
  });

  it("reads looks from styles, as word processors write them", () => {
    const html = body(el("SPAN", { fontWeight: "700", textDecorationLine: "underline line-through" }, "all"));

    assert.deepEqual(reduceHtml(html, 100), [
      { insert: "all", attributes: { bold: true, underline: true, strike: true } },
    ]);
  });

  it("has the spaces that a reader sees, not those of the source", () => {
    assert.deepEqual(reduceHtml(body("\n  one\n  two ", of("SPAN", " three"), "\n"), 100), [
      { insert: "one two three" },
    ]);
    assert.deepEqual(reduceHtml(body(of("PRE", "a  b\nc")), 100), [{ insert: "a  b\nc\n" }]);
  });

  it("ends at its bound", () => {
    const html = body(...Array.from({ length: 1000 }, () => of("P", "words")));

    const length = reduceHtml(html, 50).reduce((sum, { insert }) => sum + insert.length, 0);

    assert.equal(length, 50);
  });

  it("gives up looks that change with every letter", () => {
    const html = body(...Array.from({ length: 1000 }, (_, i) => of(i % 2 ? "B" : "I", "x")));

    assert.deepEqual(reduceHtml(html, 5000), [{ insert: "x".repeat(1000) }]);
  });
});
