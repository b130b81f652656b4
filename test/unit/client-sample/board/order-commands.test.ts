import assert from "node:assert/strict";
import fc from "fast-check";
import { type OrderCommand, orderOps } from "../../../../client-sample/src/board/commands/order.ts";
import { keysBetween } from "../../../../client-sample/src/board/commands/order-keys.ts";
import { openScene } from "../../../../client-sample/src/board/scene/scene.ts";
import type { Item } from "../../../../client-sample/src/board/words.ts";
import { type BoardOp, type BoardRecord, board } from "../../../../rooms/whiteboard/rules/board.ts";
import { MapRecords } from "../../../../src/document/document.ts";

/** Shapes that all lie over one another, by id and place in the order; those named "far..." lie elsewhere. */
function recordsOf(...shapes: readonly (readonly [id: string, index: string])[]): MapRecords<BoardRecord> {
  const records = new MapRecords<BoardRecord>();
  for (const [id, index] of shapes) {
    const pos = { x: id.startsWith("far") ? 10_000 : 0, y: 0, r: 0 };
    const g = { pos, size: { w: 100, h: 100 }, tree: { parentId: null, index } };
    records.set(id, { type: "rect", g, rev: { tree: 1 }, by: "", at: 0 });
  }
  return records;
}

/** The ids from bottom to top after a command. */
function ordered(records: MapRecords<BoardRecord>, selected: readonly string[], command: OrderCommand): string {
  const scene = openScene(records);
  const items = selected.map((id) => scene.get(id)).filter((item): item is Item => item !== undefined);
  const stamp = { seq: 2, clientId: "c", n: 1, userId: "", ts: 0 };
  for (const op of orderOps(scene, items, command)) take(records, op, stamp);
  return openScene(records)
    .all()
    .map(({ id }) => id)
    .join(" ");
}

function take(records: MapRecords<BoardRecord>, op: BoardOp, stamp: Parameters<typeof board.evolve>[2]): void {
  board.evolve(records, op, stamp);
}

describe("order commands", () => {
  const abcd = () => recordsOf(["a", "a0"], ["b", "a1"], ["c", "a2"], ["d", "a3"]);

  it("brings shapes to the front in the order that they have", () => {
    assert.equal(ordered(abcd(), ["b", "a"], "toFront"), "c d a b");
  });

  it("sends shapes to the back in the order that they have", () => {
    assert.equal(ordered(abcd(), ["d", "c"], "toBack"), "c d a b");
  });

  it("brings a shape past the next one that it overlaps", () => {
    const records = recordsOf(["a", "a0"], ["far1", "a1"], ["far2", "a2"], ["b", "a3"], ["c", "a4"]);

    assert.equal(ordered(records, ["a"], "forward"), "far1 far2 b a c");
  });

  it("sends a shape below the next one that it overlaps", () => {
    const records = recordsOf(["a", "a0"], ["far1", "a1"], ["b", "a2"], ["c", "a3"]);

    assert.equal(ordered(records, ["c"], "backward"), "a far1 c b");
  });

  it("keeps shapes in their order that go past the same one", () => {
    assert.equal(ordered(abcd(), ["a", "b"], "forward"), "c a b d");
  });

  it("does nothing for what is in front already", () => {
    const scene = openScene(abcd());

    assert.deepEqual(orderOps(scene, [item(scene.get("d")), item(scene.get("c"))], "toFront"), []);
  });

  it("brings a shape past others with equal places", () => {
    const records = recordsOf(["a", "a0"], ["b", "a1"], ["c", "a1"], ["d", "a2"]);

    assert.match(ordered(records, ["a"], "forward"), /^b c a d$/);
  });
});

describe("places in the order", () => {
  it("are found between any two that a board takes, in order", () => {
    const key = fc.option(fc.stringMatching(/^[0-9A-Za-z]{0,64}$/), { nil: undefined });
    fc.assert(
      fc.property(key, key, fc.integer({ min: 1, max: 20 }), (below, above, count) => {
        const keys = keysBetween(below, above, count);

        assert.equal(keys.length, count);
        assert.ok(keys.every((one, n) => /^[0-9A-Za-z]{1,64}$/.test(one) && (n === 0 || (keys[n - 1] ?? "") < one)));
      }),
    );
  });

  it("lie between those of this page", () => {
    const [key = ""] = keysBetween("a0", "a1", 1);

    assert.ok(key > "a0" && key < "a1");
  });

  it("lie above where both neighbours are equal", () => {
    const [key = ""] = keysBetween("a1", "a1", 1);

    assert.ok(key > "a1");
  });
});

function item(found: Item | undefined): Item {
  assert.ok(found);
  return found;
}
