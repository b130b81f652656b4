import assert from "node:assert/strict";
import fc from "fast-check";
import { MapRecords, sizeOf } from "../../../src/document/document.ts";

describe("records in memory", () => {
  it("hold what was set last", () => {
    const records = new MapRecords<object>();

    records.set("a", { v: 1 });
    records.set("a", { v: 2 });

    assert.deepEqual([records.get("a"), records.count, [...records.entries()]], [{ v: 2 }, 1, [["a", { v: 2 }]]]);
  });

  it("hold nothing of what was deleted, and take the deletion of what is not there", () => {
    const records = new MapRecords<object>();
    records.set("a", { v: 1 });

    records.delete("a");
    records.delete("b");

    assert.deepEqual([records.get("a"), records.count, records.sizeBytes], [undefined, 0, 0]);
  });

  it("[LOG8] count their size as if it were counted anew, after any changes", () => {
    const change = fc.record({
      id: fc.constantFrom("a", "bb", "ccc"),
      record: fc.option(fc.record({ text: fc.string(), list: fc.array(fc.nat()), bytes: fc.uint8Array() })),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40, size: "max" }), (changes) => {
        const records = new MapRecords<object>();
        for (const { id, record } of changes) {
          if (record) records.set(id, record);
          else records.delete(id);
        }
        const sizes = [...records.entries()].map(([id, record]) => id.length + sizeOf(record));
        assert.equal(
          records.sizeBytes,
          sizes.reduce((sum, bytes) => sum + bytes, 0),
        );
      }),
    );
  });
});
