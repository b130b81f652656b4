import assert from "node:assert/strict";
import { parseMetrics, serverFigures } from "../../../loadtest/server-metrics.ts";

describe("loadtest server metrics", () => {
  it("takes the p99 of the ticks between two readings", () => {
    const before = parseMetrics(metrics({ "0.001": 0, "0.004": 500, "+Inf": 500 }), "arena");
    const after = parseMetrics(metrics({ "0.001": 990, "0.004": 1500, "+Inf": 1500 }), "arena");

    assert.equal(serverFigures(before, after)?.tickLatenessP99Ms, 1);
  });

  it("counts from the start where there is no first reading", () => {
    const after = parseMetrics(metrics({ "0.001": 98, "0.004": 100, "+Inf": 100 }), "arena");

    assert.equal(serverFigures(undefined, after)?.tickLatenessP99Ms, 4);
  });

  it("has no lateness for rooms without ticks", () => {
    const sample = parseMetrics(metrics({ "0.001": 100, "+Inf": 100 }), "lobby");

    assert.equal(serverFigures(undefined, sample)?.tickLatenessP99Ms, undefined);
  });

  it("has no lateness when no tick ran between the readings", () => {
    const sample = parseMetrics(metrics({ "0.001": 100, "+Inf": 100 }), "arena");

    assert.equal(serverFigures(sample, sample)?.tickLatenessP99Ms, undefined);
  });

  it("reads the delay of the event loop", () => {
    const sample = parseMetrics(metrics({}), "arena");

    assert.equal(serverFigures(undefined, sample)?.eventLoopDelayP99Ms, 12);
  });

  it("takes the CPU time between two readings for each second", () => {
    const sample = parseMetrics(metrics({}), "arena");
    const [before, after] = [
      { ...sample, cpuSeconds: 1, readMs: 0 },
      { ...sample, cpuSeconds: 1.5, readMs: 2000 },
    ];

    assert.equal(sample.cpuSeconds, 1.25);
    assert.equal(serverFigures(before, after)?.cpuMsPerSecond, 250);
    assert.equal(serverFigures(undefined, after)?.cpuMsPerSecond, undefined);
  });

  it("has no figures for a server that cannot be read", () => {
    assert.equal(serverFigures(undefined, undefined), undefined);
  });

  it("finds nothing in text of another kind", () => {
    const { readMs: _, ...found } = parseMetrics("<html>{}</html>", "arena");

    assert.deepEqual(found, { ticksByLateness: [], eventLoopDelayP99Ms: undefined, cpuSeconds: undefined });
  });
});

/** Metrics of a server whose arenas' ticks fell into these steps. */
function metrics(ticksByEdge: Readonly<Record<string, number>>): string {
  const steps = Object.entries(ticksByEdge).map(
    ([edge, ticks]) => `arena_tick_lateness_seconds_bucket{le="${edge}",name="arena"} ${ticks}`,
  );
  return [
    "# TYPE arena_tick_lateness_seconds histogram",
    ...steps,
    'arena_tick_lateness_seconds_bucket{le="0.001",name="synthetic"} 7',
    'arena_event_loop_delay_seconds{quantile="0.5"} 0.010',
    'arena_event_loop_delay_seconds{quantile="0.99"} 0.012',
    "process_cpu_seconds_total 1.25",
    "",
  ].join("\n");
}
