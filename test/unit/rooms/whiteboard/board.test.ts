import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type BoardGroups,
  type BoardRecord,
  board,
  isShape,
  type Revs,
  type Shape,
  type ShapeOp,
} from "../../../../rooms/whiteboard/rules/board.ts";
import { invertShape } from "../../../../rooms/whiteboard/rules/shape-undo.ts";
import { MapRecords, type RecordChange } from "../../../../src/document/document.ts";
import { create, PushedBoard, stamp, written } from "./pushed-board.ts";

const POS = { x: 1, y: 2, r: 0 };
const IDS = ["a", "b", "c", "__proto__", "constructor"] as const;

const tree = (parentId: string | null): BoardGroups["tree"] => ({ parentId, index: "a0" });
const into = (id: string, parentId: string | null): ShapeOp => ({ t: "set", id, g: "tree", v: tree(parentId) });
const text = (id: string, v: string, ifRev?: number): ShapeOp => ({ t: "set", id, g: "text", v, ifRev });
const write = (id: string, v = "x"): ShapeOp => ({ t: "y", id, u: written(v) });
const del = (id: string, ifRevs?: Revs): ShapeOp => ({ t: "del", id, ...(ifRevs && { ifRevs }) });
const restore = (id: string, g: Partial<BoardGroups> = {}, ifRev?: number): ShapeOp => ({
  t: "restore",
  id,
  type: "note",
  g,
  ifRev,
});

const anId = fc.constantFrom(...IDS);
const aRev = fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined });
const groups = fc.record(
  { text: fc.string({ maxLength: 3 }), tree: fc.option(anId).map(tree), pos: fc.constant(POS) },
  { requiredKeys: [] },
);
const anOp: fc.Arbitrary<ShapeOp> = fc.oneof(
  fc.record({ t: fc.constant("create" as const), id: anId, type: fc.constant("note"), g: groups }),
  fc.record({ t: fc.constant("restore" as const), id: anId, type: fc.constant("note"), g: groups, ifRev: aRev }),
  fc.tuple(anId, fc.option(anId)).map(([id, parentId]) => into(id, parentId)),
  fc.tuple(anId, fc.string({ maxLength: 3 }), aRev).map(([id, v, ifRev]) => text(id, v, ifRev)),
  fc.tuple(anId, fc.option(fc.record({ text: fc.nat(30) }), { nil: undefined })).map(([id, revs]) => del(id, revs)),
  anId.map((id) => write(id)),
);
const ops = fc.array(anOp, { maxLength: 60 });

/** A board after ops, some of which may have been refused. */
function boardAfter(all: readonly ShapeOp[]): PushedBoard {
  const pushed = new PushedBoard();
  for (const op of all) pushed.push(op);
  return pushed;
}

describe("the rules of a board", () => {
  let pushed: PushedBoard;
  beforeEach(() => {
    pushed = new PushedBoard();
  });

  describe("on a create", () => {
    it("make a shape that tells who made it and when, and the seq of each group", () => {
      pushed.push(create("a", { pos: POS, text: "x" }));

      const rev = { pos: 1, text: 1 };
      assert.deepEqual(pushed.shape("a"), { type: "note", g: { pos: POS, text: "x" }, rev, by: "ann", at: 1001 });
    });

    for (const [when, before] of [
      ["is there", [create("a")]],
      ["was deleted", [create("a"), del("a")]],
    ] as const) {
      it(`[BRD2] refuse an id that ${when}`, () => {
        for (const op of before) pushed.push(op);
        const was = pushed.records.get("a");

        assert.equal(pushed.push(create("a", { text: "new" })), "INVALID");

        assert.equal(pushed.records.get("a"), was);
      });
    }

    for (const id of ["__proto__", "constructor", "hasOwnProperty"]) {
      it(`take "${id}" for an id like any other`, () => {
        pushed.push(create(id, { text: "x" }));

        pushed.push(text(id, "y"));

        assert.equal(pushed.shape(id).g.text, "y");
      });
    }
  });

  describe("on other ops", () => {
    for (const op of [text("x", "y"), del("x"), write("x")]) {
      it(`[BRD4] refuse ${op.t} of an id that never was`, () => {
        assert.equal(pushed.push(op), "INVALID");
        assert.equal(pushed.records.count, 0);
      });
    }

    it("[BRD1] let the last writer of a group win, whole", () => {
      pushed.push(create("a", { style: { colour: "red", width: 2 } }));

      pushed.push({ t: "set", id: "a", g: "style", v: { colour: "blue" } });

      assert.deepEqual(pushed.shape("a").g.style, { colour: "blue" });
    });

    it("[BRD1] leave the other groups of a shape alone", () => {
      pushed.push(create("a", { pos: POS, text: "x" }));

      pushed.push(text("a", "y"));

      assert.deepEqual(
        [pushed.shape("a").g, pushed.shape("a").rev],
        [
          { pos: POS, text: "y" },
          { pos: 1, text: 2 },
        ],
      );
    });

    it("[BRD14] keep numbers as they are when they were written down: without -0", () => {
      pushed.push(create("z", { pos: { x: -0, y: 1, r: -0 }, style: { width: -0, color: "red" } }));
      pushed.push({ t: "set", id: "z", g: "size", v: { w: -0, h: 2 } });

      assert.deepEqual(pushed.shape("z").g, {
        pos: { x: 0, y: 1, r: 0 },
        style: { width: 0, color: "red" },
        size: { w: 0, h: 2 },
      });
    });

    it("write only over what ifRev names", () => {
      pushed.push(create("a", { text: "x" }));
      pushed.push(text("a", "y"));

      const [late, timely] = [pushed.push(text("a", "late", 1)), pushed.push(text("a", "z", 2))];

      assert.deepEqual([late, Array.isArray(timely) && timely.length], [[], 1]);
      assert.equal(pushed.shape("a").g.text, "z");
    });

    it("take ifRev 0 for a group that was never written", () => {
      pushed.push(create("a"));

      pushed.push(text("a", "first", 0));

      assert.equal(pushed.shape("a").g.text, "first");
    });

    for (const ifRevs of [{ text: 1 }, { text: 1, rich: 1 }, { text: 1, rich: 2, pos: 3 }, {}]) {
      it(`delete at ${JSON.stringify(ifRevs)} nothing that has other groups or was written since`, () => {
        pushed.push(create("a", { text: "x" }));
        pushed.push(write("a"));

        assert.deepEqual(pushed.push(del("a", ifRevs)), []);
      });
    }

    it("delete what is as ifRevs says", () => {
      pushed.push(create("a", { text: "x" }));
      pushed.push(write("a"));

      pushed.push(del("a", { rich: 2, text: 1 }));

      assert.deepEqual(pushed.records.get("a"), { gone: 3 });
    });

    it("keep rich text as its updates, in order", () => {
      pushed.push(create("a"));
      for (const word of ["one", "two"]) pushed.push(write("a", word));

      assert.deepEqual(pushed.shape("a").rich, [written("one"), written("two")]);
    });
  });

  describe("on a shape that was deleted", () => {
    beforeEach(() => {
      pushed.push(create("a", { text: "x" }));
      pushed.push(del("a"));
    });

    for (const op of [text("a", "y"), del("a"), write("a"), into("a", null)]) {
      it(`[BRD2] let ${op.t} ${"g" in op ? op.g : ""} come too late`, () => {
        assert.deepEqual(pushed.push(op), []);
        assert.deepEqual(pushed.records.get("a"), { gone: 2 });
      });
    }

    it("[BRD2] bring it back as a restore says", () => {
      pushed.push(restore("a", { text: "back" }));

      assert.deepEqual([pushed.shape("a").g, pushed.shape("a").rev], [{ text: "back" }, { text: 3 }]);
    });

    it("[BRD2] restore with ifRev only what that very delete deleted", () => {
      pushed.push(restore("a"));
      pushed.push(del("a"));

      assert.deepEqual(pushed.push(restore("a", {}, 2)), []);
      assert.deepEqual(pushed.records.get("a"), { gone: 4 });
    });

    it("[BRD12] are remembered as the last 10,000 deletes, and bring back what is older too", () => {
      pushed.push(create("child", { tree: tree("a") }));
      for (let n = 0; n < 10_000; n++) for (const op of [create(`x${n}`), del(`x${n}`)]) pushed.push(op);

      assert.equal(pushed.records.get("a"), undefined);
      assert.deepEqual([pushed.records.get("x0"), pushed.records.count], [{ gone: 5 }, 20_002]);
      assert.ok(Array.isArray(pushed.push(restore("a", { text: "back" }, 2))));
      assert.equal(pushed.parentOf("child"), "a");
    });

    it("[BRD12] are remembered where they were brought back and deleted anew", () => {
      for (let n = 0; n < 9999; n++) for (const op of [create(`x${n}`), del(`x${n}`)]) pushed.push(op);
      pushed.push(restore("a"));
      pushed.push(del("a"));

      assert.ok(pushed.records.get("a"));
    });

    it("let a restore of what is there come too late", () => {
      pushed.push(restore("a", { text: "back" }));

      assert.deepEqual(pushed.push(restore("a", { text: "again" })), []);
      assert.equal(pushed.shape("a").g.text, "back");
    });
  });

  describe("on parents", () => {
    beforeEach(() => {
      for (const id of ["a", "b", "c"]) pushed.push(create(id));
    });

    it("[BRD3] refuse a shape in itself, in its child and in its grandchild", () => {
      pushed.push(into("b", "a"));
      pushed.push(into("c", "b"));

      assert.deepEqual(
        ["a", "b", "c"].map((id) => pushed.push(into("a", id))),
        ["INVALID", "INVALID", "INVALID"],
      );
    });

    it("[BRD3] refuse a create in itself", () => {
      assert.equal(pushed.push(create("d", { tree: tree("d") })), "INVALID");
    });

    it("[BRD3] refuse a restore into what lies in it", () => {
      pushed.push(into("b", "a"));
      pushed.push(del("a"));

      assert.equal(pushed.push(restore("a", { tree: tree("b") })), "INVALID");
    });

    it("[BRD3] refuse the second of two moves that would make a ring", () => {
      pushed.push(into("a", "b"));

      assert.equal(pushed.push(into("b", "a")), "INVALID");
    });

    it("[BRD3] take a parent that never was for none, so that nothing lies in itself through it once it is there", () => {
      pushed.push(into("a", "d"));

      assert.equal(pushed.push(create("d", { tree: tree("a") })), "INVALID");
      assert.ok(Array.isArray(pushed.push(create("d"))));
    });

    it("keep a parent that was deleted meanwhile, for when it is brought back", () => {
      pushed.push(del("b"));

      pushed.push(into("a", "b"));
      pushed.push(create("d", { tree: tree("b") }));

      assert.deepEqual([pushed.parentOf("a"), pushed.parentOf("d")], ["b", "b"]);
    });

    it("bring a child back into its parent, whichever comes back first", () => {
      pushed.push(into("b", "a"));
      const [child, parent] = [pushed.shape("b"), pushed.shape("a")];
      pushed.push(del("a"));
      pushed.push(del("b"));

      pushed.push(restore("b", child.g));
      pushed.push(restore("a", parent.g));

      assert.equal(pushed.parentOf("b"), "a");
    });

    for (const [how, join] of [
      ["moved", (id: string, parentId: string) => [into(id, parentId)]],
      ["brought back", (id: string, parentId: string) => [del(id), restore(id, { tree: tree(parentId) })]],
    ] as const) {
      it(`[BRD3] refuse a chain that is ${how} so that it lies more than 64 deep`, () => {
        const chain = (name: string, length: number): void => {
          for (let n = 0; n < length; n++) {
            pushed.push(create(`${name}${n}`, { tree: tree(n === 0 ? null : `${name}${n - 1}`) }));
          }
        };
        chain("x", 33);
        chain("y", 33);

        const refused = join("y0", "x32")
          .map((op) => pushed.push(op))
          .at(-1);
        const taken = join("y0", "x31")
          .map((op) => pushed.push(op))
          .at(-1);

        assert.equal(refused, "INVALID");
        assert.match(pushed.refusal, /at most 64 deep/);
        assert.ok(Array.isArray(taken));
      });
    }

    it("[BRD3] refuse one that holds more than can be looked at each time, deeper and not out again", () => {
      for (let n = 0; n <= 250; n++) pushed.push(create(`x${n}`, { tree: tree("a") }));

      assert.equal(pushed.push(into("a", "b")), "TOO_LARGE");
      assert.ok(Array.isArray(pushed.push(into("a", null))));
    });

    it("[BRD3] take one, whatever it holds, into another that lies no deeper", () => {
      pushed.push(into("a", "b"));
      for (let n = 0; n <= 250; n++) pushed.push(create(`x${n}`, { tree: tree("a") }));

      assert.ok(Array.isArray(pushed.push(into("a", "c"))));
    });

    it("[BRD3] take a parent that is deleted for none, so that nothing lies in itself through it", () => {
      pushed.push(into("b", "a"));
      pushed.push(del("b"));
      pushed.push(into("a", "b"));

      assert.equal(pushed.push(restore("b", { tree: tree("a") })), "INVALID");
      pushed.push(restore("b"));

      assert.equal(pushed.parentOf("a"), "b");
    });
  });

  describe("after any ops at all", () => {
    it("[BRD3] have no shape in itself", () => {
      fc.assert(
        fc.property(ops, (all) => {
          const { records } = boardAfter(all);

          assert.deepEqual(
            [...records.entries()].filter(([id]) => liesInItself(records, id)),
            [],
          );
        }),
      );
    });

    it("[BRD2] bring nothing back but by a restore", () => {
      fc.assert(
        fc.property(ops, anOp, (all, last) => {
          const one = boardAfter(all);
          const was = one.records.get(last.id);
          one.push(last);

          const isBack = was && !isShape(was) && isShape(one.records.get(last.id));
          assert.ok(!isBack || last.t === "restore");
        }),
      );
    });

    it("[BRD1] change nothing but the shape that an op names, and of it only the group", () => {
      fc.assert(
        fc.property(ops, anOp, (all, last) => {
          const one = boardAfter(all);
          const was = new Map(one.records.entries());
          one.push(last);

          const others = [...one.records.entries()].filter(([id]) => id !== last.id && !id.startsWith("$gone"));
          assert.ok(others.every(([id, record]) => record === was.get(id)));
          if (last.t === "set") assertOnly(last.g, was.get(last.id), one.records.get(last.id));
        }),
      );
    });

    it("[LOG6] come to the same records by their effects alone", () => {
      fc.assert(
        fc.property(ops, (all) => {
          const { records, effects } = boardAfter(all);
          const replayed = new MapRecords<BoardRecord>();
          for (const [effect, seq] of effects) board.evolve(replayed, effect, stamp(seq));

          assert.deepEqual([...replayed.entries()], [...records.entries()]);
        }),
      );
    });

    it("take effects in any order and of any shape without failing", () => {
      fc.assert(
        fc.property(ops, (all) => {
          const records = new MapRecords<BoardRecord>();
          for (const [index, op] of all.entries()) board.evolve(records, op, stamp(index + 1));
        }),
      );
    });

    it("undo a last change to what was before, as far as it can be seen", () => {
      fc.assert(
        fc.property(ops, anOp, (all, last) => {
          const one = boardAfter(all);
          const change = { id: last.id, before: one.records.get(last.id) };
          one.push(last);
          for (const op of undoOf({ ...change, after: one.records.get(last.id) })) one.push(op);

          assertUndone(change.before, one.records.get(last.id), last);
        }),
      );
    });

    it("undo nothing that somebody else has changed since", () => {
      fc.assert(
        fc.property(ops, anOp, (all, last) => {
          const one = boardAfter(all);
          const change = { id: last.id, before: one.records.get(last.id) };
          one.push(last);
          const undo = undoOf({ ...change, after: one.records.get(last.id) });
          one.push(text(last.id, "somebody else's"));
          const theirs = one.records.get(last.id);
          for (const op of undo.filter((op) => !("g" in op) || op.g === "text")) one.push(op);

          if (isShape(theirs)) assert.equal(one.records.get(last.id), theirs);
        }),
      );
    });
  });
});

function undoOf(change: RecordChange<BoardRecord>): readonly ShapeOp[] {
  return change.before === change.after ? [] : invertShape(change);
}

function liesInItself(records: MapRecords<BoardRecord>, id: string): boolean {
  const seen = new Set<string>();
  for (let above: string | null = id; above !== null; ) {
    if (seen.has(above)) return true;
    seen.add(above);
    const record = records.get(above);
    above = isShape(record) ? (record.g.tree?.parentId ?? null) : null;
  }
  return false;
}

function assertOnly(group: string, before: BoardRecord | undefined, after: BoardRecord | undefined): void {
  if (!isShape(before) || !isShape(after)) return;
  const others = ({ g }: Shape) => Object.entries(g).filter(([name]) => name !== group);
  assert.deepEqual(others(after), others(before));
}

/** Where a shape was, it is again, with its groups; a group that was new stays, and so does what of rich text was added. */
function assertUndone(before: BoardRecord | undefined, after: BoardRecord | undefined, { t }: ShapeOp): void {
  assert.equal(isShape(after), isShape(before));
  if (!isShape(before) || !isShape(after) || t === "y") return;
  for (const [group, value] of Object.entries(before.g)) {
    if (group !== "tree") assert.deepEqual(after.g[group as keyof BoardGroups], value); // a parent may be gone by now
  }
}
