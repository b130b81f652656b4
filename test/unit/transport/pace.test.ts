import assert from "node:assert/strict";
import fc from "fast-check";
import { Pace } from "../../../src/transport/pace.ts";

describe("a pace", () => {
  it("[ADM8] rises while as many come as may and the loop is on time", () => {
    const pace = new Pace();

    for (let turn = 0; turn < 100; turn++) pace.turn(2, true);

    assert.ok(pace.perSecond > 10_000, `${pace.perSecond}`);
  });

  it("[ADM8] falls when the loop is late, whether anybody comes or not", () => {
    const pace = new Pace();
    for (let turn = 0; turn < 100; turn++) pace.turn(2, true);
    const before = pace.perSecond;

    pace.turn(50, false);

    assert.equal(pace.perSecond, before * 0.75);
  });

  it("stays as it is while fewer come than may", () => {
    const pace = new Pace();

    for (let turn = 0; turn < 100; turn++) pace.turn(2, false);

    assert.equal(pace.perSecond, 1000);
  });

  it("stays within its bounds, whatever the loop does", () => {
    const turns = fc.array(fc.tuple(fc.nat(1000), fc.boolean()), { maxLength: 300 });
    fc.assert(
      fc.property(turns, (all) => {
        const pace = new Pace();
        for (const [lateMs, isUsedUp] of all) {
          pace.turn(lateMs, isUsedUp);
          assert.ok(pace.perSecond >= 1000 && pace.perSecond <= 20_000);
        }
      }),
    );
  });
});
