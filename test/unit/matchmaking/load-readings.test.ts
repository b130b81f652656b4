import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { manualClock } from "../../../src/clock/clock.ts";
import { loadReadings } from "../../../src/matchmaking/load-readings.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";

const CARD_BYTES_A_SECOND = 125_000_000;

/** Keeps the event loop from turning. */
function work(ms: number): void {
  for (const untilMs = performance.now() + ms; performance.now() < untilMs; );
}

describe("what a process reads of its load", () => {
  const open = () => {
    const [clock, telemetry] = [manualClock(), createTelemetry()];
    return { clock, telemetry, read: loadReadings({ maxTickLatenessMs: 10 }, { clock, telemetry }) };
  };

  it("[PLC1] is nothing at its start, when the loop looks full only because it has just begun", () => {
    const { read } = open();
    work(20);

    assert.equal(read().loop, 0);
  });

  it("[PLC1] is what was measured over half a second or more", () => {
    const { clock, telemetry, read } = open();
    telemetry.emit("traffic:counted", {
      framesIn: 0,
      framesOut: {},
      bytesIn: 0,
      bytesOut: CARD_BYTES_A_SECOND / 2,
    });
    work(20);
    clock.advance(1000);
    const { loop, egress } = read();

    assert.ok(loop > 0.9, `the loop was used by ${loop}`);
    assert.equal(egress, 0.5);
  });

  it("[PLC1] stays as it is when it is asked for again too soon to tell", () => {
    const { clock, read } = open();
    clock.advance(1000);
    const before = read();
    clock.advance(200);

    assert.equal(read(), before);
  });
});
