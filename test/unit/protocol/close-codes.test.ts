import assert from "node:assert/strict";
import fc from "fast-check";
import { CLOSE_CODES, closeReason, parseCloseReason } from "../../../src/protocol/protocol.ts";

const MAX_REASON_BYTES = 123;

describe("close codes", () => {
  it("are all different", () => {
    const codes = Object.values(CLOSE_CODES);

    assert.equal(new Set(codes).size, codes.length);
  });

  it("are codes that WebSocket allows, and those of Arena are 45xx", () => {
    for (const code of Object.values(CLOSE_CODES)) {
      assert.ok(
        [1000, 1009].includes(code) || (code >= 4000 && code <= 4010) || (code >= 4500 && code < 4600),
        `${code}`,
      );
    }
  });
});

describe("the reason of a close", () => {
  it("comes back as the hint that it was made of", () => {
    const reason = closeReason({ code: "SLOW", retryAfterMs: 1200 });

    assert.deepEqual(parseCloseReason(reason), { code: "SLOW", retryAfterMs: 1200 });
  });

  it("carries whole milliseconds", () => {
    assert.equal(closeReason({ code: "SLOW", retryAfterMs: 0.6 }), '{"code":"SLOW","retryAfterMs":1}');
  });

  it("is the bare code where the hint would not fit", () => {
    const code = "X".repeat(200);

    assert.equal(closeReason({ code, retryAfterMs: 1 }), code.slice(0, MAX_REASON_BYTES));
  });

  it("fits into a close frame, whatever the hint", () => {
    const names = fc.stringMatching(/^[A-Z_]{1,150}$/);
    fc.assert(
      fc.property(names, fc.nat(), (code, retryAfterMs) => {
        assert.ok(Buffer.byteLength(closeReason({ code, retryAfterMs })) <= MAX_REASON_BYTES);
      }),
    );
  });

  for (const [what, reason] of [
    ["plain words", "bye"],
    ["nothing", ""],
    ["JSON that is no object", "17"],
    ["null", "null"],
    ["a hint without a code", '{"retryAfterMs":1}'],
    ["a hint without a time", '{"code":"SLOW"}'],
    ["a negative time", '{"code":"SLOW","retryAfterMs":-1}'],
    ["a time that is text", '{"code":"SLOW","retryAfterMs":"1"}'],
  ] as const) {
    it(`is no hint when it is ${what}`, () => {
      assert.equal(parseCloseReason(reason), undefined);
    });
  }

  it("is read without an exception, whatever it is", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (reason) => void parseCloseReason(reason)));
  });
});
