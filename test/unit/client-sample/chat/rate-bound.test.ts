import assert from "node:assert/strict";
import { RateBound } from "../../../../client-sample/src/chat/rate-bound.ts";

describe("how fast one may write", () => {
  it("lets ten messages pass at once", () => {
    const rate = new RateBound();
    for (let each = 0; each < 9; each++) rate.said(1000);

    assert.equal(rate.waitMs(1000), 0);
  });

  it("tells how long to wait for the eleventh", () => {
    const rate = new RateBound();
    for (let each = 0; each < 10; each++) rate.said(1000 + each * 100);

    assert.equal(rate.waitMs(2000), 9000);
    assert.equal(rate.waitMs(11_000), 0);
  });
});
