import assert from "node:assert/strict";
import fc from "fast-check";
import { clipOf, MAX_PASTED, readClip } from "../../../../client-sample/src/board/commands/clip.ts";
import { copiesOfOriginals, type Original } from "../../../../client-sample/src/board/commands/copies.ts";
import { boardOp } from "../../../../rooms/whiteboard/board-op.ts";

const EMPTY = { top: undefined };

function original(id: string, more: Partial<Original["g"]> = {}): Original {
  return { id, type: "rect", g: { pos: { x: 1, y: 2, r: 0 }, size: { w: 3, h: 4 }, ...more } };
}

describe("shapes in the clipboard", () => {
  it("come back as they were", () => {
    const shape = { ...original("a", { geom: Uint8Array.of(0, 200, 255), text: "ü" }), rich: [Uint8Array.of(1, 2)] };

    assert.deepEqual(readClip(clipOf([shape])), [shape]);
  });

  it("leave their locks behind", () => {
    const [read] = readClip(clipOf([original("a", { lock: { by: "owner" } })])) ?? [];

    assert.equal(read?.g.lock, undefined);
  });

  it("are no more than a board can bear", () => {
    const many = Array.from({ length: MAX_PASTED + 10 }, (_, n) => original(`a${n}`));

    assert.equal(readClip(clipOf(many))?.length, MAX_PASTED);
  });

  it("are not taken for shapes where they are none", () => {
    assert.equal(readClip('{"shapes":[]}'), undefined);
    assert.equal(readClip("hello"), undefined);
    assert.deepEqual(
      readClip('{"arenaBoard":1,"shapes":[{"id":"a","type":"<script>","g":{"pos":{"x":0,"y":0,"r":0}}}]}'),
      [],
    );
  });

  it("become ops that the server takes, whatever an enemy wrote there", () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(1e300, -1e300, 0));
    const group = fc.oneof(
      fc.record({ x: number, y: number, r: number }),
      fc.record({ w: number, h: number }),
      fc.record({ parentId: fc.string(), index: fc.string() }),
      fc.record({ hash: fc.string(), w: number, h: number }),
      fc.dictionary(fc.string(), fc.oneof(fc.string(), number)),
      fc.anything(),
    );
    const shape = fc.record({
      id: fc.string(),
      type: fc.constantFrom("rect", "x y", "image"),
      g: fc.record({
        pos: fc.record({ x: fc.integer(), y: fc.integer(), r: fc.constant(0) }),
        size: group,
        tree: group,
        style: group,
        image: group,
        text: fc.oneof(fc.string(), fc.anything()),
        meta: group,
        lock: group,
      }),
      geom: fc.oneof(fc.base64String(), fc.string()),
      rich: fc.array(fc.oneof(fc.base64String(), fc.anything())),
    });
    fc.assert(
      fc.property(fc.array(shape), (shapes) => {
        const originals = readClip(
          JSON.stringify({ arenaBoard: 1, shapes }, (_, one) => (typeof one === "bigint" ? 0 : one)),
        );
        const { ops } = copiesOfOriginals(originals ?? [], EMPTY, { x: 0, y: 0 });

        for (const op of ops) assert.ok(boardOp.safeParse(op).success, JSON.stringify(op));
      }),
    );
  });
});

describe("copies", () => {
  it("have ids of their own and places on top, in the order of the originals", () => {
    const { ops, ids } = copiesOfOriginals([original("a"), original("b")], { top: "a5" }, { x: 10, y: 0 });

    const indexes = ops.map((op) => (op.t === "create" ? (op.g.tree?.index ?? "") : ""));
    assert.equal(new Set([...ids, "a", "b"]).size, 4);
    assert.ok("a5" < (indexes[0] ?? "") && (indexes[0] ?? "") < (indexes[1] ?? ""));
  });

  it("lie in the copy of what the original lay in", () => {
    const child = original("child", { tree: { parentId: "parent", index: "a0" } });

    const { ops, ids } = copiesOfOriginals([child, original("parent")], EMPTY, { x: 0, y: 0 });

    const last = ops.at(-1);
    assert.ok(last?.t === "set" && last.g === "tree");
    assert.deepEqual([last.id, last.v.parentId], ids);
  });

  it("lie nowhere where the original's parent is not copied", () => {
    const { ops } = copiesOfOriginals([original("a", { tree: { parentId: "p", index: "a0" } })], EMPTY, { x: 0, y: 0 });

    assert.ok(ops.length === 1 && ops[0]?.t === "create" && ops[0].g.tree?.parentId === null);
  });
});
