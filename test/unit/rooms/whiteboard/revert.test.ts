import assert from "node:assert/strict";
import fc from "fast-check";
import { type BoardOp, type BoardRecord, isShape, revert } from "../../../../rooms/whiteboard/rules/board.ts";
import type { MapRecords } from "../../../../src/document/document.ts";
import { at, create, PushedBoard, textOf, written } from "./pushed-board.ts";

const IDS = ["a", "b", "c", "d"] as const;
const move = (id: string, index: string, parentId: string | null = null): BoardOp => ({
  t: "set",
  id,
  g: "tree",
  v: { parentId, index },
});
const lock = (id: string, by: "editor" | "owner" = "editor"): BoardOp => ({ t: "set", id, g: "lock", v: { by } });

/** What can be seen of the shapes. */
function seen(records: MapRecords<BoardRecord>): unknown {
  const shapes = [...records.entries()].flatMap(([id, record]) =>
    isShape(record) ? [[id, { type: record.type, g: record.g, text: textOf(record.rich) }] as const] : [],
  );
  return new Map(shapes.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Does things, then reverts to what was before them, as an owner. */
function reverted(before: readonly BoardOp[], after: readonly BoardOp[]): PushedBoard {
  const pushed = new PushedBoard();
  for (const op of before) pushed.push(op, { role: "owner" });
  const then = pushed.now;
  for (const op of after) pushed.push(op, { role: "owner" });
  pushed.pushAll(revert(pushed.records, then, "owner"), { role: "owner" });
  assert.deepEqual(seen(pushed.records), seen(then));
  return pushed;
}

const anId = fc.constantFrom(...IDS);
const aParent = fc.option(anId);
const aKey = fc.constantFrom("a0", "a1", "a2", "Zz");
const anOp: fc.Arbitrary<BoardOp> = fc.oneof(
  fc.tuple(anId, aKey, aParent).map((one) => at(...one)),
  fc.tuple(anId, aKey, aParent).map((one) => ({ ...at(...one), t: "restore" }) as const),
  fc.tuple(anId, aKey, aParent).map((one) => move(...one)),
  fc.tuple(anId, fc.string({ maxLength: 2 })).map(([id, v]) => ({ t: "set", id, g: "text", v }) as const),
  fc.tuple(anId, fc.nat(2)).map(([id, w]) => ({ t: "set", id, g: "style", v: { w } }) as const),
  anId.map((id) => ({ t: "del", id }) as const),
  anId.map((id) => ({ t: "unset", id, g: "tree" }) as const),
  fc.tuple(anId, fc.constantFrom("editor" as const, "owner" as const)).map((one) => lock(...one)),
  anId.map((id) => ({ t: "unset", id, g: "lock" }) as const),
  fc.tuple(anId, fc.nat(9)).map(([id, n]) => ({ t: "y", id, u: written(`${n}`, n + 1) }) as const),
);

describe("reverting a board", () => {
  it("[BRD10] brings back what was deleted, deletes what is new, and writes back what was written", () => {
    reverted(
      [at("a", "a0"), at("b", "a1")],
      [{ t: "del", id: "a" }, at("c", "a0"), { t: "set", id: "b", g: "text", v: "x" }],
    );
  });

  it("[BRD10] brings back rich text", () => {
    reverted([create("a"), { t: "y", id: "a", u: written("before") }], [{ t: "y", id: "a", u: written("after", 2) }]);
  });

  it("[BRD10] brings back the order, also of shapes that have changed places", () => {
    reverted([at("a", "a0"), at("b", "a1")], [move("a", "a2"), move("b", "a0"), move("a", "a1")]);
  });

  it("[BRD10] brings back which lay in which, also the other way round", () => {
    reverted([at("a", "a0"), at("b", "a0", "a")], [move("b", "a1"), move("a", "a0", "b")]);
  });

  it("[BRD10] brings back locks, and what was locked", () => {
    reverted(
      [create("a"), create("b"), lock("b", "owner")],
      [lock("a"), { t: "unset", id: "b", g: "lock" }, { t: "del", id: "b" }],
    );
  });

  it("[BRD10] asks for nothing where nothing looks different", () => {
    const pushed = new PushedBoard();
    pushed.pushAll([at("a", "a0"), { t: "sign", name: "Ann" }]);
    const then = pushed.now;
    pushed.pushAll([
      { t: "set", id: "a", g: "text", v: "x" },
      { t: "unset", id: "a", g: "text" },
      { t: "say", id: "m", text: "hello", name: "Ann" },
    ]);

    assert.deepEqual(revert(pushed.records, then), []);
  });

  it("[BRD10] leaves to an editor alone what an owner has locked, and locks nothing for owners", () => {
    const pushed = new PushedBoard();
    pushed.pushAll([create("a", { text: "x" }), create("b"), lock("b", "owner")], { role: "owner" });
    const then = pushed.now;
    pushed.pushAll([{ t: "set", id: "a", g: "text", v: "y" }, lock("a", "owner"), { t: "unset", id: "b", g: "lock" }], {
      role: "owner",
    });

    pushed.pushAll(revert(pushed.records, then, "editor"), { role: "editor" });

    assert.deepEqual([pushed.shape("a").g.text, pushed.shape("b").g], ["y", {}]);
  });

  it("[BRD10] is itself reverted", () => {
    const pushed = reverted([at("a", "a0")], [{ t: "del", id: "a" }, at("b", "a0")]);
    const then = pushed.now;

    pushed.pushAll([{ t: "del", id: "a" }]);
    pushed.pushAll(revert(pushed.records, then));

    assert.deepEqual(seen(pushed.records), seen(then));
  });

  it("[BRD10] comes to what was, whatever happened", () => {
    fc.assert(
      fc.property(
        fc.array(anOp, { size: "max", maxLength: 30 }),
        fc.array(anOp, { size: "max", maxLength: 30 }),
        (before, after) => {
          reverted(before, after);
        },
      ),
      { numRuns: 500 },
    );
  });
});
