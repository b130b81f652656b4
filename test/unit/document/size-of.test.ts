import assert from "node:assert/strict";
import fc from "fast-check";
import { sizeOf } from "../../../src/document/document.ts";
import { encode } from "../../../src/op-log/msgpack.ts";

/** What an estimate may be beside the bytes that are written. */
const FACTOR = 9;

describe("the size of a plain value", () => {
  const plain = fc.jsonValue({ maxDepth: 4 });

  it("[LOG8] is never less than what is written of numbers, lists, bytes and ASCII", () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.string({ unit: "binary-ascii", maxLength: 300, size: "max" }),
        fc.uint8Array({ maxLength: 300, size: "max" }),
        fc.array(tie("value")),
        fc.dictionary(fc.string({ unit: "binary-ascii" }), tie("value")),
      ),
    })).value;
    fc.assert(fc.property(value, (one) => assert.ok(sizeOf(one) >= encode(one).byteLength)));
  });

  it("[LOG8] is at most three times less than what is written of any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300, size: "max" }), (text) =>
        assert.ok(sizeOf(text) * 3 >= encode(text).byteLength),
      ),
    );
  });

  it("is not far above what is written", () => {
    fc.assert(fc.property(plain, (one) => assert.ok(sizeOf(one) <= FACTOR * encode(one).byteLength)));
  });

  it("is the same for the same value", () => {
    fc.assert(fc.property(plain, (one) => assert.equal(sizeOf(structuredClone(one)), sizeOf(one))));
  });

  it("counts the length of a view, not of the memory behind it", () => {
    const view = new Uint8Array(new ArrayBuffer(1000), 10, 20);

    assert.equal(sizeOf(view), 23);
  });
});
