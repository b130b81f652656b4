import assert from "node:assert/strict";
import { boardOp } from "../../../../rooms/whiteboard/board-op.ts";

const POS = { x: 1, y: 2, r: 0 };
const BYTES = new Uint8Array([1, 2, 3]);

describe("an op on a board", () => {
  for (const op of [
    { t: "create", id: "a", type: "note", g: {} },
    {
      t: "create",
      id: "a",
      type: "note",
      g: { pos: POS, size: { w: 0, h: 1e9 }, tree: { parentId: null, index: "a" } },
    },
    { t: "create", id: "A-z_0.9:x", type: "sticky-note", g: { style: { colour: "red", width: 2, isBold: true } } },
    { t: "create", id: "__proto__", type: "constructor", g: { meta: { constructor: "x" }, text: "" } },
    { t: "create", id: "a", type: "stroke", g: { geom: new Uint8Array(64 * 1024) } },
    { t: "set", id: "a", g: "pos", v: POS },
    { t: "set", id: "a", g: "text", v: "x".repeat(20_000), ifRev: 0 },
    { t: "set", id: "a", g: "tree", v: { parentId: "b", index: "a1" }, ifRev: 7 },
    { t: "del", id: "a" },
    { t: "del", id: "a", ifRevs: { text: 3, rich: 4 } },
    { t: "restore", id: "a", type: "note", g: { pos: POS }, rich: [BYTES], ifRev: 3 },
    { t: "y", id: "a", u: BYTES },
    { t: "restore", id: "a", type: "note", g: {}, rich: [new Uint8Array(256 * 1024)] },
    { t: "own" },
    { t: "share", everyone: "none" },
    { t: "sign", name: "Ann Ö." },
    { t: "say", id: "m-1", text: "two\nlines 👩‍👩‍👧", name: "Ann" },
  ]) {
    it(`may be ${JSON.stringify(op).slice(0, 100)}`, () => {
      assert.deepEqual(boardOp.parse(op), op);
    });
  }

  const set = (g: string, v: unknown): object => ({ t: "set", id: "a", g, v });
  const named = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, n) => [`n${n}`, n]));
  const cases: [what: string, op: unknown][] = [
    ["nothing", undefined],
    ["null", null],
    ["a text", "del"],
    ["a list", [{ t: "del", id: "a" }]],
    ["of no kind", { id: "a" }],
    ["of an unknown kind", { t: "explode", id: "a" }],
    ["of an inherited kind", { t: "constructor", id: "a" }],
    ["without an id", { t: "del" }],
    ["of an empty id", { t: "del", id: "" }],
    ["of an id of 65 characters", { t: "del", id: "x".repeat(65) }],
    ["of an id with a slash", { t: "del", id: "a/b" }],
    ["of an id with a line break", { t: "del", id: "a\n" }],
    ["of an id that is a number", { t: "del", id: 7 }],
    ["with something beside", { t: "del", id: "a", force: true }],
    ["of half a revision", { t: "restore", id: "a", type: "note", g: {}, ifRev: 0.5 }],
    ["of a negative revision", { t: "restore", id: "a", type: "note", g: {}, ifRev: -1 }],
    ["of a revision beyond all numbers", { t: "restore", id: "a", type: "note", g: {}, ifRev: 2 ** 53 }],
    ["of a revision that is null", { t: "restore", id: "a", type: "note", g: {}, ifRev: null }],
    ["a delete at the revision of an unknown group", { t: "del", id: "a", ifRevs: { toString: 1 } }],
    ["a delete at half a revision", { t: "del", id: "a", ifRevs: { text: 0.5 } }],
    ["a text of half a character", { t: "set", id: "a", g: "text", v: "a\ud83d" }],
    ["a value of half a character", { t: "set", id: "a", g: "style", v: { font: "\ude00" } }],
    ["a name of half a character", { t: "set", id: "a", g: "meta", v: { "\ude00": 1 } }],
    ["a share with nobody that there is", { t: "share", everyone: "owner" }],
    ["an own for somebody else", { t: "own", owner: "bob" }],
    ["a signature of 33 characters", { t: "sign", name: "x".repeat(33) }],
    ["a signature of two lines", { t: "sign", name: "a\nb" }],
    ["a signature with space around it", { t: "sign", name: " a" }],
    ["an empty signature", { t: "sign", name: "" }],
    ["a create without groups", { t: "create", id: "a", type: "note" }],
    ["a create without a type", { t: "create", id: "a", g: {} }],
    ["a create of a type with a blank", { t: "create", id: "a", type: "a b", g: {} }],
    ["a create of a type of 33 characters", { t: "create", id: "a", type: "x".repeat(33), g: {} }],
    ["a create with an unknown group", { t: "create", id: "a", type: "note", g: { secret: 1 } }],
    ["a create with rich text", { t: "create", id: "a", type: "note", g: {}, rich: [BYTES] }],
    ["a set of an unknown group", set("rich", [])],
    ["a set of an inherited group", set("toString", "x")],
    ["a set of one group to a value of another", set("pos", { w: 1, h: 1 })],
    ["a set to nothing", set("text", undefined)],
    ["a place that is half there", set("pos", { x: 1, y: 2 })],
    ["a place with something beside", set("pos", { ...POS, z: 1 })],
    ["a place that is no number", set("pos", { ...POS, x: Number.NaN })],
    ["a place at the end of the world", set("pos", { ...POS, y: Number.NEGATIVE_INFINITY })],
    ["a place beyond the bound", set("pos", { ...POS, y: 1e9 + 1 })],
    ["a rotation without end", set("pos", { ...POS, r: Number.POSITIVE_INFINITY })],
    ["a place of a large kind of number", set("pos", { ...POS, x: 1n })],
    ["a negative size", set("size", { w: -1, h: 1 })],
    ["a parent that is no id", set("tree", { parentId: "a b", index: "a" })],
    ["a place among siblings of 65 characters", set("tree", { parentId: null, index: "x".repeat(65) })],
    ["an empty place among siblings", set("tree", { parentId: null, index: "" })],
    ["a place among siblings with a sign", set("tree", { parentId: null, index: "a-b" })],
    ["a style of 33 names", set("style", named(33))],
    ["a style with a long name", set("style", { ["x".repeat(33)]: 1 })],
    ["a style with an empty name", set("style", { "": 1 })],
    ["a style with a long value", set("style", { colour: "x".repeat(513) })],
    ["a style that nests", set("style", { colour: { r: 1 } })],
    ["a style that nests deep", set("style", { colour: nested(10_000) })],
    ["a style that is no number", set("style", { width: Number.NaN })],
    ["a style without end", set("style", { width: Number.POSITIVE_INFINITY })],
    ["a style that is a list", set("style", ["red"])],
    ["a style of null", set("style", { colour: null })],
    ["a text of 20,001 characters", set("text", "x".repeat(20_001))],
    ["a geometry over 64 kB", set("geom", new Uint8Array(64 * 1024 + 1))],
    ["a geometry of numbers", set("geom", [1, 2, 3])],
    ["a geometry of other numbers", set("geom", new Float32Array(2))],
    ["an update over 64 kB", { t: "y", id: "a", u: new Uint8Array(64 * 1024 + 1) }],
    ["an update as text", { t: "y", id: "a", u: "AQID" }],
    ["a restore of too many updates", { t: "restore", id: "a", type: "n", g: {}, rich: Array(10_001).fill(BYTES) }],
  ];
  for (const [what, op] of cases) {
    it(`[BRD4] is refused where it is ${what}`, () => {
      assert.equal(boardOp.safeParse(op).success, false);
    });
  }

  it("keeps no group that is there without a value, which would be one of another kind on the disk", () => {
    const op = boardOp.parse({ t: "create", id: "a", type: "note", g: { pos: undefined, text: "x" } });

    assert.deepEqual(Object.keys("g" in op && typeof op.g === "object" ? op.g : {}), ["text"]);
  });

  for (const [what, opOf] of [
    ["a geometry", (v: Uint8Array) => set("geom", v)],
    ["an update", (u: Uint8Array) => ({ t: "y", id: "a", u })],
  ] as const) {
    it(`keeps ${what} in memory of its own, not the whole frame in which it came`, () => {
      const frame = Buffer.alloc(100_000);

      const op = boardOp.parse(opOf(frame.subarray(10, 20)));

      const bytes = Object.values(op).find((value) => value instanceof Uint8Array);
      assert.equal(bytes?.buffer.byteLength, 10);
    });
  }
});

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}
