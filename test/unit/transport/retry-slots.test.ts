import assert from "node:assert/strict";
import fc from "fast-check";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { RetrySlots } from "../../../src/transport/retry-slots.ts";

const MIN_MS = 1000;

describe("retry slots", () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = manualClock();
  });

  const open = (perSecond: number, keptMs = 40_000): RetrySlots =>
    new RetrySlots({ clock, perSecond: () => perSecond, keptMs });

  it("[ADM1] has those whom it sends away come back one after the other, as fast as they can be let in", () => {
    const slots = open(1000);

    const dueMs = Array.from({ length: 5000 }, () => slots.next()).sort((a, b) => a - b);

    const [first = 0, last = 0] = [dueMs[0], dueMs.at(-1)];
    assert.ok(first >= MIN_MS && first <= MIN_MS + 1, `${first}`);
    assert.ok(last > 5900 && last <= 6001, `${last}`);
  });

  it("[ADM1] goes on from where the last one was sent away has its slot", () => {
    const slots = open(10);
    slots.next();
    slots.next();
    clock.advance(100);

    const thirdMs = slots.next();

    assert.ok(thirdMs >= 1100 && thirdMs <= 1200, `${thirdMs}`);
  });

  it("[ADM1] begins anew after a quiet time", () => {
    const slots = open(10);
    for (let sent = 0; sent < 50; sent++) slots.next();
    clock.advance(60_000);

    const nextMs = slots.next();

    assert.ok(nextMs >= MIN_MS && nextMs <= MIN_MS + 100, `${nextMs}`);
  });

  it("[ADM1] gives no slot outside its bounds, and in no time more slots of their own than can be let in", () => {
    const away = fc.array(fc.record({ pauseMs: fc.nat(3000), comers: fc.nat(300) }), { maxLength: 20 });
    const rates = fc.integer({ min: 1, max: 20_000 });
    fc.assert(
      fc.property(rates, fc.integer({ min: 5000, max: 20_000 }), away, (perSecond, maxMs, storms) => {
        const slots = open(perSecond, 2 * maxMs);

        for (const { pauseMs, comers } of storms) {
          clock.advance(pauseMs);
          const dueMs = Array.from({ length: comers }, () => slots.next());
          for (const each of dueMs) assert.ok(each >= MIN_MS && each <= maxMs, `${each}`);
          const within = dueMs.filter((each) => each < maxMs).length;
          assert.ok(comers * 1000 > perSecond * (maxMs - MIN_MS) || within <= comers);
        }
      }),
    );
  });
});
