import assert from "node:assert/strict";
import fc from "fast-check";
import { MapRecords, Overlay, type SortableReader } from "../../../src/document/document.ts";

interface Item {
  readonly key: string | null;
}

const keyOf = ({ key }: Item): string | undefined => key ?? undefined;
const byLength = ({ key }: Item): string | undefined => key?.length.toString();

/** What a scan of all records finds. */
function scanned(records: SortableReader<Item>): readonly (readonly [string, string])[] {
  const found = [...records.entries()].flatMap(([id, { key }]) => (key === null ? [] : [[key, id] as const]));
  return found.sort(
    ([key, id], [other, otherId]) => (key === other ? Number(id > otherId) : Number(key > other)) * 2 - 1,
  );
}

function assertSorted(records: SortableReader<Item>, from: string): void {
  const all = scanned(records);
  const sorted = records.sortedBy(keyOf);
  assert.deepEqual(
    [...sorted.from(from)],
    all.filter(([key]) => key >= from),
  );
  assert.deepEqual([...sorted.before(from)], all.filter(([key]) => key < from).toReversed());
}

type Step =
  | { readonly do: "set"; readonly layer: number; readonly id: string; readonly key: string | null }
  | { readonly do: "delete"; readonly layer: number; readonly id: string }
  | { readonly do: "settle" | "drop"; readonly layer: number }
  | { readonly do: "look"; readonly layer: number; readonly from: string };

/** Records with two layers over them. */
class Layered {
  readonly #safe = new MapRecords<Item>();
  readonly #lower = new Overlay(this.#safe);
  readonly #upper = new Overlay(this.#lower);
  readonly layers = [this.#safe, this.#lower, this.#upper] as const;

  act(step: Step): void {
    const records = this.layers[step.layer] ?? this.#safe;
    if (step.do === "set") records.set(step.id, { key: step.key });
    else if (step.do === "delete") records.delete(step.id);
    else if (step.do === "look") assertSorted(records, step.from);
    else this.#end(step.do, records);
  }

  #end(how: "settle" | "drop", records: MapRecords<Item> | Overlay<Item>): void {
    if (!(records instanceof Overlay)) return;
    if (how === "drop") records.drop();
    else records.settle(records === this.#upper ? this.#lower : this.#safe);
  }
}

describe("records in an order", () => {
  it("are found from a key upwards, and from it downwards", () => {
    const records = new MapRecords<Item>();
    for (const [id, key] of ["b", "a", "c"].entries()) records.set(`${id}`, { key });

    const sorted = records.sortedBy(keyOf);

    assert.deepEqual(
      [...sorted.from("b")],
      [
        ["b", "0"],
        ["c", "2"],
      ],
    );
    assert.deepEqual(
      [...sorted.before("c")],
      [
        ["b", "0"],
        ["a", "1"],
      ],
    );
  });

  it("are found in another order when that is asked for", () => {
    const records = new MapRecords<Item>();
    records.set("long", { key: "aa" });
    records.set("short", { key: "b" });
    const before = [...records.sortedBy(keyOf).from("")];

    const after = [...records.sortedBy(byLength).from("")];

    assert.deepEqual(
      [before.map(([, id]) => id), after.map(([, id]) => id)],
      [
        ["long", "short"],
        ["short", "long"],
      ],
    );
  });

  it("are what a scan finds, in every layer, whatever is changed, settled and dropped", () => {
    const id = fc.constantFrom("a", "b", "c", "d", "e", "f");
    const key = fc.option(fc.constantFrom("", "k", "kk", "l", "m"));
    const layer = fc.nat(2);
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant("set" as const), layer, id, key }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), layer, id }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constantFrom("settle" as const, "drop" as const), layer: fc.constantFrom(1, 2) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant("look" as const), layer, from: fc.constantFrom("", "k", "l", "z") }),
      },
    );

    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: "max" }), (steps) => {
        const layered = new Layered();
        for (const one of steps) layered.act(one);

        for (const records of layered.layers) assertSorted(records, "");
      }),
    );
  });
});
