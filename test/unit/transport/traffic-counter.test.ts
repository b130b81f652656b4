import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { createTelemetry, type TelemetryEvents } from "../../../src/telemetry/telemetry.ts";
import { TrafficCounter } from "../../../src/transport/traffic-counter.ts";

describe("the traffic counter", () => {
  let clock: ManualClock;
  let counter: TrafficCounter;
  let reports: TelemetryEvents["traffic:counted"][];
  beforeEach(() => {
    clock = manualClock();
    reports = [];
    const telemetry = createTelemetry();
    telemetry.on("traffic:counted", (report) => reports.push(report));
    counter = new TrafficCounter(clock, telemetry);
  });

  it("[TEL3] adds up what passed within a second", () => {
    counter.received(10);
    counter.received(20);
    counter.sent("patch", 100);
    counter.sent("patch", 100);
    counter.sent("state", 1000);

    clock.advance(1000);

    assert.deepEqual(reports, [{ framesIn: 2, bytesIn: 30, bytesOut: 1200, framesOut: { patch: 2, state: 1 } }]);
  });

  it("says nothing within the second", () => {
    counter.received(10);

    clock.advance(999);

    assert.deepEqual(reports, []);
  });

  it("begins each second at nothing", () => {
    counter.sent("patch", 100);
    clock.advance(1000);
    const [first] = reports;

    clock.advance(1000);

    assert.deepEqual(reports[1], { framesIn: 0, bytesIn: 0, bytesOut: 0, framesOut: {} });
    assert.deepEqual(first?.framesOut, { patch: 1 });
  });

  it("says what is left when it is closed, and no more", () => {
    counter.received(7);

    counter.close();
    clock.advance(5000);

    assert.deepEqual(
      reports.map(({ bytesIn }) => bytesIn),
      [7],
    );
  });
});
