import assert from "node:assert/strict";
import fc from "fast-check";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import {
  createTelemetry,
  LOAD_LEVELS,
  type LoadReading,
  type Telemetry,
  type TelemetryEvents,
} from "../../../src/telemetry/telemetry.ts";
import { LoadGauge, LoadMonitor } from "../../../src/transport/load-monitor.ts";

const LIMITS = { maxLoopDelayMs: 200, maxTickLatenessMs: 100, maxQueuedBytes: 1000 };
const QUIET: LoadReading = { loopDelayMs: 0, tickLatenessMs: 0, queuedBytes: 0 };
const share = (part: number): LoadReading => ({ ...QUIET, loopDelayMs: part * LIMITS.maxLoopDelayMs });

describe("the load gauge", () => {
  let gauge: LoadGauge;
  beforeEach(() => {
    gauge = new LoadGauge(LIMITS);
  });

  /** The levels after each of some equal readings. */
  const levels = (reading: LoadReading, readings: number): string[] =>
    Array.from({ length: readings }, () => {
      gauge.read(reading);
      return gauge.level;
    });

  it("[LOD1] is strained after two seconds from half of a limit on", () => {
    assert.deepEqual(levels(share(0.5), 10), ["normal", ...Array(9).fill("strained")]);
  });

  it("[LOD1] is strained before it is overloaded", () => {
    assert.deepEqual(levels(share(1), 5), ["normal", "strained", "strained", "overloaded", "overloaded"]);
  });

  it("[LOD3] takes one bad second for a pause", () => {
    levels(QUIET, 3);

    assert.deepEqual(
      [...levels(share(100), 1), ...levels(QUIET, 1), ...levels(share(100), 1)],
      Array(3).fill("normal"),
    );
  });

  it("stays where it is until the load is clearly lower, for five seconds", () => {
    levels(share(1), 4);

    assert.deepEqual(levels(share(0.8), 10), Array(10).fill("overloaded"));
    assert.deepEqual(levels(share(0.7), 5), [...Array(4).fill("overloaded"), "strained"]);
    assert.deepEqual(levels(QUIET, 5), [...Array(4).fill("strained"), "normal"]);
  });

  for (const [what, reading] of [
    ["a slow event loop", { ...QUIET, loopDelayMs: 200 }],
    ["late ticks", { ...QUIET, tickLatenessMs: 100 }],
    ["waiting bytes", { ...QUIET, queuedBytes: 1000 }],
  ] as const) {
    it(`[LOD2] is overloaded by ${what} alone`, () => {
      assert.equal(levels(reading, 4).at(-1), "overloaded");
    });
  }

  it("moves by one level at a time, and never twice within two seconds", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 3, noNaN: true })), (parts) => {
        const one = new LoadGauge(LIMITS);
        const indices = [0];

        for (const part of parts) {
          one.read(share(part));
          indices.push(LOAD_LEVELS.indexOf(one.level));
        }

        const steps = indices.slice(1).map((index, at) => Math.abs(index - (indices[at] ?? 0)));
        assert.ok(steps.every((step, at) => step <= 1 && step + (steps[at + 1] ?? 0) <= 1));
      }),
    );
  });
});

describe("the load monitor", () => {
  let clock: ManualClock;
  let telemetry: Telemetry;
  let queuedBytes: number;
  let monitor: LoadMonitor;
  let measured: TelemetryEvents["node:loadMeasured"][];
  let changes: string[];
  beforeEach(() => {
    clock = manualClock();
    telemetry = createTelemetry();
    queuedBytes = 0;
    [measured, changes] = [[], []];
    telemetry.on("node:loadMeasured", (event) => measured.push(event));
    telemetry.on("node:loadChanged", ({ level }) => changes.push(level));
    monitor = new LoadMonitor({ clock, telemetry, limits: LIMITS, queuedBytes: () => queuedBytes });
  });

  it("reads the mean lateness of the ticks and the waiting bytes of each second", () => {
    for (const latenessMs of [10, 20, 60]) telemetry.emit("tick:ran", { name: "arena", durationMs: 1, latenessMs });
    queuedBytes = 77;

    clock.advance(2000);

    const quiet = { level: "normal", loopDelayMs: 0, queuedBytes: 77 };
    assert.deepEqual(measured, [
      { ...quiet, tickLatenessMs: 30 },
      { ...quiet, tickLatenessMs: 0 },
    ]);
  });

  it("[LOD1] finds an event loop that is busy for longer than it rests", () => {
    for (let turn = 0; turn < 10; turn++) {
      clock.skip(250);
      clock.advance(1);
    }

    assert.equal(monitor.level, "strained");
    assert.deepEqual(changes, ["strained"]);
  });

  it("[LOD3] takes a process that stood still for ten seconds for no load", () => {
    clock.advance(3000);
    clock.skip(10_000);
    clock.advance(5000);

    assert.equal(monitor.level, "normal");
    assert.deepEqual(changes, []);
  });

  it("tells of each change once", () => {
    queuedBytes = 1000;
    clock.advance(10_000);
    queuedBytes = 0;
    clock.advance(20_000);

    assert.deepEqual(changes, ["strained", "overloaded", "strained", "normal"]);
  });

  it("reads nothing after it was closed", () => {
    monitor.close();

    clock.advance(10_000);

    assert.deepEqual([measured.length, clock.pendingTimers], [0, 0]);
  });
});
