import assert from "node:assert/strict";
import { mergeFigures, percentilesOf, Tally } from "../../../loadtest/tally.ts";

const WINDOW = { joinSeconds: 2, measuredSeconds: 10, busyRatio: 0.25 };

describe("loadtest tally", () => {
  it("gives percentiles in ms", () => {
    const tally = new Tally();
    for (let ms = 1; ms <= 1000; ms++) tally.time("latency", ms);

    const { samples, p50, p99, max } = percentilesOf(tally.figures(WINDOW), "latency");

    assert.equal(samples, 1000);
    assertNear(p50, 500);
    assertNear(p99, 990);
    assertNear(max, 1000);
  });

  it("counts a time beyond its scale as the longest", () => {
    const tally = new Tally();

    tally.time("join", 1e9);

    assertNear(percentilesOf(tally.figures(WINDOW), "join").max, 120_000);
  });

  it("has zeros where nothing was measured", () => {
    const { samples, p50, max } = percentilesOf(new Tally().figures(WINDOW), "latency");

    assert.deepEqual([samples, p50, max], [0, 0, 0]);
  });

  it("forgets what came in before its window, but not who joined and what failed", () => {
    const tally = new Tally();
    tally.counts.patches = 5;
    tally.counts.joinsOk = 3;
    tally.time("latency", 9);
    tally.time("join", 9);
    tally.error("ROOM_FULL");

    tally.startWindow();
    const figures = tally.figures(WINDOW);

    assert.deepEqual([figures.counts.patches, figures.counts.joinsOk, figures.errors], [0, 3, { ROOM_FULL: 1 }]);
    assert.deepEqual([percentilesOf(figures, "latency").samples, percentilesOf(figures, "join").samples], [0, 1]);
  });

  it("bounds the kinds of errors that it tells apart", () => {
    const tally = new Tally();

    for (let kind = 0; kind < 1000; kind++) tally.error(`kind ${kind}`);
    const { errors } = tally.figures(WINDOW);

    assert.equal(Object.keys(errors).length, 51);
    assert.equal(errors["other"], 950);
  });

  it("adds up the figures of several threads", () => {
    const [one, two] = [new Tally(), new Tally()];
    one.counts.patches = 1;
    two.counts.patches = 2;
    one.time("latency", 10);
    two.time("latency", 30);
    one.close(1006);
    two.close(1006);
    two.error("ROOM_FULL");

    const sum = mergeFigures([
      one.figures(WINDOW),
      two.figures({ joinSeconds: 3, measuredSeconds: 9, busyRatio: 0.5 }),
    ]);

    assert.deepEqual([sum.counts.patches, sum.closes, sum.errors], [3, { 1006: 2 }, { ROOM_FULL: 1 }]);
    assert.deepEqual([sum.joinSeconds, sum.measuredSeconds, sum.busyRatio], [3, 10, 0.5]);
    assertNear(percentilesOf(sum, "latency").max, 30);
    assert.equal(percentilesOf(sum, "latency").samples, 2);
  });
});

/** Histograms keep three digits. */
function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= expected * 0.002, `expected about ${expected}, got ${actual}`);
}
