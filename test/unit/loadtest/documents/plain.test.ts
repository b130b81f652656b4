import assert from "node:assert/strict";
import { digestOf } from "../../../../loadtest/documents/plain.ts";

describe("loadtest digest of a document", () => {
  it("is the same in whatever order a document keeps what it has", () => {
    const one = new Map<string, object>([
      ["a", { x: 1, y: { p: [1, 2], q: null } }],
      ["b", { geom: Uint8Array.of(1, 2) }],
    ]);
    const other = new Map<string, object>([
      ["b", { geom: Buffer.from([1, 2]) }],
      ["a", { y: { q: null, p: [1, 2] }, x: 1 }],
    ]);

    assert.equal(digestOf(one), digestOf(other));
  });

  const different: readonly [what: string, record: object][] = [
    ["a value", { x: 2 }],
    ["a key", { y: 1 }],
    ["a field more", { x: 1, y: 1 }],
    ["a text for a number", { x: "1" }],
    ["bytes for a list", { x: Uint8Array.of(1) }],
    ["a list", { x: [1] }],
  ];
  for (const [what, record] of different) {
    it(`tells ${what} apart`, () => {
      assert.notEqual(digestOf(new Map([["a", record]])), digestOf(new Map([["a", { x: 1 }]])));
    });
  }

  it("tells a record under another id apart", () => {
    assert.notEqual(digestOf(new Map([["a", {}]])), digestOf(new Map([["b", {}]])));
  });
});
