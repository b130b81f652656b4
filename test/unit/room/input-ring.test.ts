import assert from "node:assert/strict";
import { InputEncoder } from "@colyseus/schema/input";
import fc from "fast-check";
import { ArenaInput } from "../../../rooms/arena/arena-state.ts";
import { isReadableRing } from "../../../src/room/input-ring.ts";

describe("isReadableRing", () => {
  const ringOf = (inputs: number): Uint8Array => {
    const input = new ArenaInput();
    const encoder = new InputEncoder(input, { mode: "unreliable", historySize: 8 });
    let packet: Uint8Array = new Uint8Array();
    for (let sent = 0; sent < inputs; sent++) {
      input.moveX = sent;
      packet = encoder.encode();
    }
    return Uint8Array.from([20, ...packet]);
  };

  for (const inputs of [1, 2, 8, 100]) {
    it(`lets the ring pass that an SDK sends after ${inputs} inputs`, () => {
      assert.equal(isReadableRing(ringOf(inputs), false), true);
    });
  }

  it("lets frames of other kinds pass whatever they hold", () => {
    assert.equal(isReadableRing(new Uint8Array([19, 0xd0, 0x80]), false), true);
  });

  for (const [what, frame] of [
    ["a length that points back", [20, 0, 0xd0, 0xfd]],
    ["a length past the end", [20, 0, 9, 1]],
    ["a fraction as a length", [20, 0, 0xca, 0, 0, 0xc0, 0x3f, 1]],
    ["no base number", [20]],
    ["stamps beyond any use", [0x94, 0xce, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0]],
    ["stamps past the end", [0x94, 5, 0, 0]],
  ] as const) {
    it(`[FRM4] refuses a ring with ${what}`, () => {
      assert.equal(isReadableRing(new Uint8Array(frame), false), false);
    });
  }

  it("[FRM4] refuses more inputs than anybody has a use for", () => {
    assert.equal(isReadableRing(new Uint8Array(100).fill(0).fill(20, 0, 1), false), false);
  });

  it("[FRM4] ends for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), fc.boolean(), (bytes, isStamped, hasBothStamps) => {
        const answer = isReadableRing(Uint8Array.from([isStamped ? 0x94 : 20, ...bytes]), hasBothStamps);
        assert.equal(typeof answer, "boolean");
      }),
    );
  });
});
