import assert from "node:assert/strict";
import fc from "fast-check";
import { touches } from "../../../../client-sample/src/board/model/geometry.ts";
import { openScene, type SceneSource } from "../../../../client-sample/src/board/scene/scene.ts";
import type { Box } from "../../../../client-sample/src/board/words.ts";
import type { BoardRecord, Shape } from "../../../../rooms/whiteboard/rules/board.ts";

/** A document as a scene reads it. */
class Source implements SceneSource {
  readonly records = new Map<string, BoardRecord>();
  #listener: (ids: readonly string[]) => void = () => {};

  get(id: string): BoardRecord | undefined {
    return this.records.get(id);
  }

  entries(): Iterable<readonly [string, BoardRecord]> {
    return this.records.entries();
  }

  onChange(listener: (ids: readonly string[]) => void): () => void {
    this.#listener = listener;
    return () => {};
  }

  set(id: string, record: BoardRecord): void {
    this.records.set(id, record);
    this.#listener([id]);
  }
}

function note(x: number, index = "a0", rev = {}): Shape {
  const g = { pos: { x, y: 0, r: 0 }, size: { w: 100, h: 100 }, tree: { parentId: null, index } };
  return { type: "note", g, rev, by: "", at: 0 };
}

function frame(x: number, w: number, index: string): Shape {
  const g = { pos: { x, y: 0, r: 0 }, size: { w, h: w }, tree: { parentId: null, index } };
  return { type: "rect", g, rev: {}, by: "", at: 0 };
}

function opened(shapes: Readonly<Record<string, BoardRecord>>) {
  const source = new Source();
  for (const [id, shape] of Object.entries(shapes)) source.records.set(id, shape);
  return { source, scene: openScene(source) };
}

const ids = (items: readonly { readonly id: string }[]): string[] => items.map(({ id }) => id);
const EVERYWHERE: Box = { x: -1e6, y: -1e6, w: 2e6, h: 2e6 };
const moveBy = (dx: number, ...of: string[]) =>
  ({ t: "transform", ids: of, transform: { t: "move", dx, dy: 0 } }) as const;

describe("a scene", () => {
  it("has shapes from bottom to top, equal places in the order of their ids", () => {
    const { scene } = opened({ c: note(0, "a1"), b: note(0, "a2"), d: note(0, "a1"), gone: { gone: 7 } });

    assert.deepEqual(ids(scene.all()), ["c", "d", "b"]);
    assert.equal(scene.count, 3);
    assert.deepEqual([scene.bottom, scene.top], ["a1", "a2"]);
  });

  it("knows the neighbours of a shape", () => {
    const { scene } = opened({ c: note(0, "a1"), b: note(0, "a2"), d: note(0, "a1") });

    assert.equal(scene.neighbour("d", "above")?.id, "b");
    assert.equal(scene.neighbour("d", "below")?.id, "c");
    assert.equal(scene.neighbour("b", "above"), undefined);
    assert.equal(scene.neighbour("nobody", "above"), undefined);
  });

  it("finds what lies in a box as a look at all shapes does, whatever was changed before", () => {
    const step = fc.record({
      id: fc.constantFrom("a", "b", "c", "d", "e"),
      x: fc.integer({ min: -500, max: 500 }),
      index: fc.constantFrom("a0", "a1", "a2"),
      isGone: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: -500, max: 500 }), (steps, x) => {
        const { source, scene } = opened({});
        const box = { x, y: -20, w: 200, h: 40 };

        for (const { id, x: at, index, isGone } of steps) source.set(id, isGone ? { gone: 1 } : note(at, index));

        const expected = openScene(source).all();
        assert.deepEqual(ids(scene.all()), ids(expected));
        assert.deepEqual(ids(scene.in(box)), ids(expected.filter(({ bounds }) => touches(bounds, box))));
        assert.deepEqual(scene.bounds, openScene(source).bounds);
      }),
    );
  });

  it("tells where a shape was and where it is now", () => {
    const { source, scene } = opened({ a: note(0) });
    const before = scene.get("a")?.bounds;
    const told: Box[] = [];
    scene.onChange((damage) => told.push(...damage));

    source.set("a", note(500));

    assert.deepEqual(told, [before, scene.get("a")?.bounds]);
  });

  it("shows what is being moved at its new place, once", () => {
    const { scene } = opened({ a: note(0), b: note(0, "a1") });

    scene.setDraft("somebody", moveBy(300, "a", "never there"));

    assert.deepEqual(ids(scene.in({ x: 290, y: 0, w: 20, h: 20 })), ["a"]);
    assert.deepEqual(ids(scene.in({ x: 0, y: 0, w: 20, h: 20 })), ["b"]);
    assert.deepEqual(ids(scene.all()), ["a", "b"]);
    assert.deepEqual(ids(scene.resting(EVERYWHERE)), ["b"]);
  });

  it("shows a shape that is being drawn on top, and no more when that ends", () => {
    const { scene } = opened({ a: note(0, "zz") });
    const { pos, size } = note(0).g;

    scene.setDraft("somebody", {
      t: "shape",
      id: "new",
      type: "rect",
      g: { ...(pos && { pos }), ...(size && { size }) },
    });
    const during = ids(scene.all());
    scene.setDraft("somebody", undefined);

    assert.deepEqual(during, ["a", "new"]);
    assert.deepEqual(ids(scene.all()), ["a"]);
  });

  it("shows a draft over what its shape has become meanwhile", () => {
    const { source, scene } = opened({ a: note(0) });
    scene.setDraft("somebody", moveBy(10, "a"));

    source.set("a", note(100));

    assert.equal(scene.get("a")?.pos.x, 110);
  });

  it("does not tell those who keep pictures of what moves in somebody's hand", () => {
    const { scene } = opened({ a: note(0) });
    scene.setDraft("somebody", moveBy(10, "a"));
    let told = 0;
    scene.onRestChange(() => told++);

    scene.setDraft("somebody", moveBy(20, "a"));

    assert.equal(told, 0);
  });

  it("means the topmost shape whose ink is pointed at", () => {
    const { scene } = opened({ below: note(0, "a0"), ring: frame(0, 80, "a1") });

    assert.equal(scene.at({ x: 0, y: 0 }, 2)?.id, "below");
    assert.equal(scene.at({ x: 40, y: 0 }, 2)?.id, "ring");
  });

  it("means the smallest of the empty shapes around where nothing else is pointed at", () => {
    const { scene } = opened({ small: frame(0, 80, "a0"), large: frame(0, 300, "a1") });

    assert.equal(scene.at({ x: 0, y: 0 }, 2)?.id, "small");
  });

  it("shows the past in place of the present, and what has changed since when that ends", () => {
    const { source, scene } = opened({ a: note(0) });
    scene.setDraft("somebody", moveBy(10, "a"));

    scene.showing(new Map([["old", note(50)]]));
    source.set("b", note(200, "a1"));
    const past = ids(scene.all());
    scene.showing(undefined);

    assert.deepEqual(past, ["old"]);
    assert.deepEqual(ids(scene.all()), ["a", "b"]);
    assert.equal(scene.get("a")?.pos.x, 10);
  });

  it("tells only what differs between two moments of the past", () => {
    const { scene } = opened({});
    scene.showing(
      new Map([
        ["a", note(0, "a0", { pos: 1 })],
        ["b", note(500, "a1", { pos: 2 })],
      ]),
    );
    const told: Box[] = [];
    scene.onChange((damage) => told.push(...damage));

    scene.showing(
      new Map([
        ["a", note(0, "a0", { pos: 1 })],
        ["b", note(600, "a1", { pos: 3 })],
      ]),
    );

    assert.ok(told.length > 0 && told.every(({ x }) => x > 300));
  });

  it("carries many shapes that are moved as one, and has each of them where it is moved", () => {
    const names = Array.from({ length: 300 }, (_, n) => `n${n}`);
    const { scene, source } = opened(Object.fromEntries(names.map((name, n) => [name, note(n * 10)])));
    const told: (readonly Box[])[] = [];
    scene.onRestChange((damage) => told.push(damage));
    scene.setDraft("me", moveBy(1000, ...names));
    const draft = moveBy(2000, ...names);
    scene.setDraft("me", draft);
    const first = scene.carried();
    scene.setDraft("me", { ...draft, transform: { t: "move", dx: 2001, dy: 0 } });
    const again = scene.carried();

    assert.equal(scene.lifted().length, 0);
    assert.deepEqual(again?.way, { x: 2001, y: 0 });
    assert.equal(again?.rest, first?.rest, "the picture of it is still good");
    assert.equal(told.length, 1, "what rests looks different once");
    assert.equal(scene.get("n3")?.pos.x, 2031);
    assert.equal(scene.all().length, 300);
    assert.equal(scene.at({ x: 2031, y: 0 }, 1)?.kind, "note");
    assert.ok((scene.bounds?.w ?? 0) > 4900);

    source.set("n3", note(50));
    assert.equal(scene.get("n3")?.pos.x, 2051, "what others do to it is seen");
    assert.notEqual(scene.carried()?.rest, first?.rest);

    scene.setDraft("other", moveBy(-7, "n5"));
    assert.equal(scene.get("n5")?.pos.x, 43, "the one who came last is shown");
    assert.deepEqual(ids(scene.lifted()), ["n5"]);
    scene.setDraft("me", undefined);
    assert.equal(scene.carried(), undefined);
    assert.equal(scene.get("n3")?.pos.x, 50);
  });
});
