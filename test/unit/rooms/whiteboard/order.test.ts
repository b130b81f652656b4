import assert from "node:assert/strict";
import fc from "fast-check";
import { generateKeyBetween, generateNKeysBetween } from "fractional-indexing";
import { type BoardOp, isShape, type Shape } from "../../../../rooms/whiteboard/rules/board.ts";
import { at, create, PushedBoard } from "./pushed-board.ts";

const move = (id: string, index: string, parentId: string | null = null): BoardOp => ({
  t: "set",
  id,
  g: "tree",
  v: { parentId, index },
});

/** A shape as an older server has taken it. */
const there = (index: string): Shape => ({
  type: "note",
  g: { tree: { parentId: null, index } },
  rev: {},
  by: "",
  at: 0,
});

describe("the order of shapes", () => {
  let board: PushedBoard;
  beforeEach(() => {
    board = new PushedBoard();
  });

  it("[BRD5] takes a free key as it is", () => {
    const op = at("a", "a0");

    assert.deepEqual(board.push(op), [op]);
  });

  it("[BRD5] puts a shape whose key is taken directly above the one that has it, and below the next", () => {
    board.pushAll([at("low", "a0"), at("high", "a1"), at("between", "a0")]);

    assert.deepEqual(board.order, ["low", "between", "high"]);
    assert.equal(board.indexOf("low"), "a0");
  });

  it("[BRD5] puts it on top where there is no next", () => {
    board.pushAll([at("b", "a0"), at("a", "a0")]);

    assert.deepEqual([board.order, board.indexOf("a")], [["b", "a"], "a1"]);
  });

  it("[BRD5] does so for a move and for a restore", () => {
    board.pushAll([at("a", "a0"), at("b", "a1"), at("c", "a2"), at("gone", "a3"), { t: "del", id: "gone" }]);

    board.push(move("c", "a0"));
    board.push({ ...at("gone", "a0"), t: "restore" });

    assert.deepEqual(board.order, ["a", "gone", "c", "b"]);
  });

  it("[BRD5] leaves a shape where it is that is moved to where it is", () => {
    board.pushAll([at("a", "a0"), at("b", "a1")]);

    assert.deepEqual(board.push(move("a", "a0")), [move("a", "a0")]);
  });

  it("[BRD5] lets shapes in different parents have the same key", () => {
    board.pushAll([create("p"), create("q"), at("a", "a0"), at("b", "a0", "p"), at("c", "a0", "q")]);

    assert.deepEqual(
      ["a", "b", "c"].map((id) => board.indexOf(id)),
      ["a0", "a0", "a0"],
    );
  });

  it("[BRD5] gives a key away when its shape is deleted, or no longer has it", () => {
    board.pushAll([at("a", "a0"), { t: "del", id: "a" }, at("b", "a0"), { t: "unset", id: "b", g: "tree" }]);

    board.push(at("c", "a0"));

    assert.equal(board.indexOf("c"), "a0");
  });

  for (const index of ["a", "a00", "0", "zzz", `a0${"z".repeat(60)}0`]) {
    it(`[BRD5] replaces the key "${index.slice(0, 8)}", beside which no key could be made, by one at its place`, () => {
      board.pushAll([at("low", "Zz"), at("high", "zz00000000000000000000000000")]);

      board.push(at("x", index));

      assert.doesNotThrow(() => generateKeyBetween(board.indexOf("x"), undefined));
      const [low, high] = [board.indexOf("low"), board.indexOf("high")];
      assert.equal(board.indexOf("x") > low, index > low);
      assert.equal(board.indexOf("x") < high, index < high);
    });
  }

  it("[BRD5] spreads the shapes around a place that has become narrow, in their order", () => {
    board.pushAll([at("bottom", "a0"), at("top", "a1")]);
    const expected = ["top"];
    for (let n = 0; n < 1000; n++) {
      board.push(at(`n${n}`, board.indexOf("bottom")));
      expected.unshift(`n${n}`);
    }

    assert.deepEqual(board.order, ["bottom", ...expected]);
    assert.ok(Math.max(...board.order.map((id) => board.indexOf(id).length)) <= 48);
  });

  it("[BRD5] spreads as many as it takes where all keys are as long as they may be", () => {
    const keys = generateNKeysBetween("a0", "a1", 500);
    const long = [...new Set(keys.map((key) => key + "V".repeat(64 - key.length)))];
    for (const [n, index] of long.entries()) board.records.set(`n${n}`, there(index));
    const before = board.order;

    board.push(at("x", long[250] ?? ""));

    assert.deepEqual(board.order, before.toSpliced(before.indexOf("n250") + 1, 0, "x"));
    assert.ok(board.indexOf("x").length <= 48);
  });

  it("[BRD5] shortens a key that is free and too long, at its place", () => {
    board.pushAll([at("low", "a0"), at("high", "a1")]);

    board.push(at("x", `a0${"V".repeat(62)}`));

    assert.deepEqual([board.order, board.indexOf("x")], [["low", "x", "high"], "a0V"]);
  });

  it("[BRD5] spreads what was written before keys were unique", () => {
    const shapes = ["a", "b", "c", "d"];
    for (const id of shapes) board.records.set(id, there("a"));

    board.push(at("x", "a"));

    assert.deepEqual(board.order, [...shapes, "x"]);
    assert.equal(new Set(board.order.map((id) => board.indexOf(id))).size, 5);
  });

  it("[BRD5] has each key once among siblings, in the order of the pushes, whatever is pushed", () => {
    const key = fc.oneof(
      fc.constantFrom("a0", "a1", "a0V", "Zz", "a", "z", "a00"),
      fc.string({ unit: fc.constantFrom("0", "9", "A", "a", "b", "z"), minLength: 1, maxLength: 64 }),
    );
    const id = fc.constantFrom("a", "b", "c", "d", "e", "f", "g");
    const parent = fc.constantFrom(null, "p", "q");
    const op: fc.Arbitrary<BoardOp> = fc.oneof(
      { weight: 3, arbitrary: fc.tuple(id, key, parent).map((one) => at(...one)) },
      { weight: 3, arbitrary: fc.tuple(id, key, parent).map((one) => move(...one)) },
      { weight: 1, arbitrary: id.map((one) => ({ t: "del", id: one }) as const) },
      { weight: 1, arbitrary: fc.tuple(id, key, parent).map((one) => ({ ...at(...one), t: "restore" }) as const) },
    );

    fc.assert(
      fc.property(fc.array(op, { maxLength: 60, size: "max" }), (ops) => {
        const one = new PushedBoard();
        one.pushAll([create("p"), create("q")]);
        for (const op of ops) one.push(op);

        const places = [...one.records.entries()].flatMap(([, record]) =>
          isShape(record) && record.g.tree ? [`${record.g.tree.parentId}/${record.g.tree.index}`] : [],
        );
        assert.equal(new Set(places).size, places.length);
        for (const place of places) assert.doesNotThrow(() => generateKeyBetween(place.split("/")[1], undefined));
      }),
    );
  });
});
