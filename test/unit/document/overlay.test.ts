import assert from "node:assert/strict";
import fc from "fast-check";
import { MapRecords, Overlay, type RecordReader } from "../../../src/document/document.ts";

interface Item {
  readonly v: number;
}

describe("an overlay", () => {
  let below: MapRecords<Item>;
  let overlay: Overlay<Item>;
  beforeEach(() => {
    below = new MapRecords();
    below.set("a", { v: 1 });
    below.set("b", { v: 2 });
    overlay = new Overlay(below);
  });

  it("shows what is below where nothing was changed", () => {
    assert.deepEqual([overlay.get("a"), overlay.get("c"), contentOf(overlay)], [{ v: 1 }, undefined, { a: 1, b: 2 }]);
  });

  it("hides what is below where something was changed, and leaves it as it is", () => {
    overlay.set("a", { v: 10 });
    overlay.set("c", { v: 3 });
    overlay.delete("b");

    assert.deepEqual([overlay.get("a"), overlay.get("b")], [{ v: 10 }, undefined]);
    assert.deepEqual(
      [contentOf(overlay), contentOf(below)],
      [
        { a: 10, c: 3 },
        { a: 1, b: 2 },
      ],
    );
  });

  it("brings its changes down and is empty then", () => {
    overlay.set("a", { v: 10 });
    overlay.delete("b");

    overlay.settle(below);

    assert.deepEqual([contentOf(below), overlay.changes.size], [{ a: 10 }, 0]);
  });

  it("forgets its changes", () => {
    overlay.set("a", { v: 10 });
    overlay.delete("b");

    overlay.drop();

    assert.deepEqual(contentOf(overlay), { a: 1, b: 2 });
  });

  it("deletes, in the layer below, what only the layer below that one has", () => {
    const upper = new Overlay(overlay);
    upper.delete("a");

    upper.settle(overlay);

    assert.deepEqual([contentOf(overlay), contentOf(below)], [{ b: 2 }, { a: 1, b: 2 }]);
  });

  it("takes any string for an id", () => {
    for (const id of ["__proto__", "constructor", ""]) overlay.set(id, { v: 5 });

    assert.deepEqual([overlay.get("__proto__"), overlay.get("toString")], [{ v: 5 }, undefined]);
    assert.equal([...overlay.entries()].length, 5);
  });

  it("is what copies would be, also with one over another", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const layers = new ThreeLayers();
        for (const one of steps) layers.do(one);
      }),
    );
  });
});

type Step =
  | { readonly do: "set" | "delete"; readonly id: string; readonly v: number }
  | { readonly do: "settle upper" | "settle lower" | "drop" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("set" as const, "delete" as const),
      id: fc.constantFrom("a", "b", "c"),
      v: fc.nat(9),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("settle upper", "settle lower", "drop") }) },
);

/** Two overlays over records, beside whole copies of what each must show. */
class ThreeLayers {
  readonly #safe = new MapRecords<Item>();
  readonly #lower = new Overlay(this.#safe);
  readonly #upper = new Overlay(this.#lower);
  #model: { safe: Content; lower: Content; upper: Content } = { safe: {}, lower: {}, upper: {} };

  do(one: Step): void {
    const { safe, lower, upper } = this.#model;
    switch (one.do) {
      case "set":
        this.#upper.set(one.id, { v: one.v });
        this.#model.upper = { ...upper, [one.id]: one.v };
        break;
      case "delete":
        this.#upper.delete(one.id);
        this.#model.upper = Object.fromEntries(Object.entries(upper).filter(([id]) => id !== one.id));
        break;
      case "settle upper":
        this.#upper.settle(this.#lower);
        this.#model = { safe, lower: upper, upper };
        break;
      case "settle lower":
        this.#lower.settle(this.#safe);
        this.#model = { safe: lower, lower, upper };
        break;
      case "drop":
        this.#lower.drop();
        this.#upper.drop();
        this.#model = { safe, lower: safe, upper: safe };
        break;
    }
    this.#check();
  }

  #check(): void {
    const shown = { safe: contentOf(this.#safe), lower: contentOf(this.#lower), upper: contentOf(this.#upper) };
    assert.deepEqual(shown, this.#model);
    for (const id of ["a", "b", "c"]) assert.equal(this.#upper.get(id)?.v, this.#model.upper[id]);
  }
}

type Content = Readonly<Record<string, number>>;

function contentOf(records: RecordReader<Item>): Content {
  return Object.fromEntries([...records.entries()].map(([id, { v }]) => [id, v]));
}
