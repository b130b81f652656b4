import assert from "node:assert/strict";
import fc from "fast-check";
import { TokenBucket, TokenBuckets } from "../../../src/transport/token-bucket.ts";

const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 1000 }), burst: fc.integer({ min: 1, max: 1000 }) });
/** Pauses in ms and how much is asked for after each. */
const asks = fc.array(
  fc.record({ pauseMs: fc.double({ min: 0, max: 3000, noNaN: true }), tokens: fc.integer({ min: 0, max: 50 }) }),
  { maxLength: 200 },
);
/** Sums of floating-point refills differ from the product by this at most. */
const ROUNDING = 1e-6;

describe("a token bucket", () => {
  it("[ADM3] lets through at most the burst and the rate times the time, in every span of time", () => {
    fc.assert(
      fc.property(rates, asks, (rate, pauses) => {
        let nowMs = 0;
        const bucket = new TokenBucket(rate, nowMs);

        const passed = pauses.map(({ pauseMs, tokens }) => {
          nowMs += pauseMs;
          return { atMs: nowMs, tokens: bucket.take(nowMs, tokens) ? tokens : 0 };
        });

        for (const [start, { atMs: fromMs }] of passed.entries()) {
          let sum = 0;
          for (const { atMs, tokens } of passed.slice(start)) {
            sum += tokens;
            assert.ok(sum <= rate.burst + (rate.perSecond * (atMs - fromMs)) / 1000 + ROUNDING);
          }
        }
      }),
    );
  });

  it("lets everything through that stays below the rate", () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 200 }), (rate, asksInAll) => {
        const bucket = new TokenBucket(rate, 0);

        for (let ask = 1; ask <= asksInAll; ask++)
          assert.ok(bucket.take((ask * 1000 * (1 + ROUNDING)) / rate.perSecond));
      }),
    );
  });

  it("is as full after a pause as at first, and no fuller", () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 5 }, 0);
    bucket.take(0, 5);

    assert.equal(bucket.take(3_600_000, 6), false);
    assert.equal(bucket.take(3_600_000, 5), true);
    assert.equal(bucket.take(3_600_000), false);
  });

  it("takes nothing where there is too little", () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 5 }, 0);
    bucket.take(0, 3);

    bucket.take(0, 3);

    assert.equal(bucket.take(0, 2), true);
  });
});

describe("token buckets by key", () => {
  const keys = fc.array(fc.record({ key: fc.string({ maxLength: 3 }), pauseMs: fc.nat(20) }), { maxLength: 500 });

  it("[ADM3] are never more than their bound, whatever keys come", () => {
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 10 }), (visits, maxKeys) => {
        const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, maxKeys);
        let nowMs = 0;

        for (const { key, pauseMs } of visits) {
          nowMs += pauseMs;
          buckets.take(key, nowMs);
          assert.ok(buckets.size <= maxKeys);
        }
      }),
    );
  });

  it("[ADM3] are each for themselves, as long as there are no more keys than their bound", () => {
    fc.assert(
      fc.property(keys, rates, (visits, rate) => {
        const buckets = new TokenBuckets(rate, visits.length + 1);
        const alone = new Map<string, TokenBucket>();
        let nowMs = 0;

        for (const { key, pauseMs } of visits) {
          nowMs += pauseMs;
          const bucket = alone.get(key) ?? new TokenBucket(rate, nowMs);
          alone.set(key, bucket);
          assert.equal(buckets.take(key, nowMs), bucket.take(nowMs));
        }
      }),
    );
  });

  it("forget the key that was unused for longest", () => {
    const buckets = new TokenBuckets({ perSecond: 0.001, burst: 1 }, 2);
    for (const key of ["old", "used", "used", "new"]) buckets.take(key, 0);

    const isUsedKnown = !buckets.take("used", 0);
    const isOldForgotten = buckets.take("old", 0);

    assert.ok(isUsedKnown && isOldForgotten);
  });
});
