import assert from "node:assert/strict";
import { parseOptions } from "../../../loadtest/options.ts";
import { buildReport, hasFailed, progressText, type Report, reportText } from "../../../loadtest/report.ts";
import type { ServerFigures } from "../../../loadtest/server-metrics.ts";
import { Tally } from "../../../loadtest/tally.ts";

const SERVER: ServerFigures = { tickLatenessP99Ms: 4, eventLoopDelayP99Ms: 12.34, cpuMsPerSecond: 250 };

describe("loadtest report", () => {
  it("works out rates per second and per bot", () => {
    const report = reportOf((tally) => {
      tally.counts.joinsOk = 4;
      tally.counts.patches = 800;
      tally.counts.bytesIn = 4000;
    });

    assert.deepEqual(report.patches, { total: 800, perSecond: 80, perBotPerSecond: 20 });
    assert.equal(report.bytesPerBotPerSecond.in, 100);
    assert.equal(report.joins.perSecond, 2);
  });

  it("has no rates where nothing was measured", () => {
    const tally = new Tally();
    const figures = tally.figures({ joinSeconds: 0, measuredSeconds: 0, busyRatio: 0 });

    const report = buildReport(parseOptions([]), { figures, server: undefined, verification: undefined }, "now");

    assert.deepEqual(report.patches, { total: 0, perSecond: 0, perBotPerSecond: 0 });
  });

  it("can be written as JSON without loss", () => {
    const report = reportOf(() => {});

    assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
  });

  it("prints a row for each figure", () => {
    const text = reportText(
      reportOf((tally) => {
        tally.counts.joinsOk = 4;
        tally.counts.patches = 12_000;
        tally.time("latency", 50);
        tally.error("ROOM_FULL");
        tally.close(1006);
        tally.counts.drops = 2;
        tally.counts.reconnects = 1;
      }),
    );

    assert.match(text, /^arena, 100 bots on ws:\/\/localhost:2567, measured for 10\.0 s\n/);
    assert.match(text, /joins +4 ok, 0 failed, 2\/s/);
    assert.match(text, /patches +12,000, 1,200\/s, 300\.0\/s per bot/);
    assert.match(text, /input to patch +p50 50\.0 ms, p90 50\.0 ms, p99 50\.0 ms, p99\.9 50\.0 ms/);
    assert.match(text, /errors +ROOM_FULL \(1\)/);
    assert.match(text, /unexpected closes +1006 \(1\)/);
    assert.match(text, /reconnects +1 of 2 dropped connections/);
    assert.match(
      text,
      /server +ticks late by p99 at most 4\.0 ms, event-loop delay p99 12\.3 ms, CPU 250\.0 ms a second/,
    );
  });

  it("says nothing of failure when no bot failed", () => {
    assert.doesNotMatch(reportText(reportOf(() => {})), /FAILED|WARNING/);
  });

  it("says how many bots failed", () => {
    const report = reportOf((tally) => {
      tally.counts.failedBots = 3;
    });

    assert.match(reportText(report), /\nFAILED: 3 bots failed\.\n$/);
  });

  it("warns when the generator was late", () => {
    assert.match(reportText(reportOf((tally) => tally.time("lateness", 11))), /WARNING/);
  });

  it("warns when the generator was busy", () => {
    const figures = new Tally().figures({ joinSeconds: 1, measuredSeconds: 1, busyRatio: 0.9 });

    assert.match(
      reportText(buildReport(parseOptions([]), { figures, server: undefined, verification: undefined }, "now")),
      /WARNING/,
    );
  });

  it("says what was verified", () => {
    const report = verifiedReport([]);

    assert.match(
      reportText(report),
      /verified +4 documents on 1 boards, 60 acknowledged pushes, 50 shapes or messages: all equal/,
    );
    assert.equal(hasFailed(report), false);
  });

  it("fails with the problems that were found, though no bot failed", () => {
    const report = verifiedReport(["board-0: Load 1 does not see what a newcomer reads."]);

    assert.match(reportText(report), /\nFAILED: board-0: Load 1 does not see what a newcomer reads\.\n$/);
    assert.equal(hasFailed(report), true);
  });

  it("names what the latency of the scenario measures", () => {
    const figures = new Tally().figures({ joinSeconds: 1, measuredSeconds: 1, busyRatio: 0 });

    const { latency } = buildReport(
      parseOptions(["--scenario", "lobby"]),
      { figures, server: undefined, verification: undefined },
      "now",
    );

    assert.equal(latency.what, "ping to pong");
  });

  it("tells of patches only once it measures", () => {
    const tally = new Tally();
    tally.counts.joinsOk = 2;
    tally.counts.patches = 40;
    const figures = tally.figures({ joinSeconds: 1, measuredSeconds: 2, busyRatio: 0 });

    assert.equal(progressText(figures, "joining"), "joining: 2 in, 0 failed");
    assert.equal(progressText(figures, "measuring"), "2 s: 2 in, 0 failed, 20 patches/s");
  });
});

function reportOf(fill: (tally: Tally) => void): Report {
  const tally = new Tally();
  fill(tally);
  const figures = tally.figures({ joinSeconds: 2, measuredSeconds: 10, busyRatio: 0.25 });
  return buildReport(
    parseOptions([]),
    { figures, server: SERVER, verification: undefined },
    "2026-01-01T00:00:00.000Z",
  );
}

function verifiedReport(problems: readonly string[]): Report {
  const figures = new Tally().figures({ joinSeconds: 2, measuredSeconds: 10, busyRatio: 0.25 });
  const verification = { digests: { "board-0": "x" }, documents: 4, pushes: 60, marks: 50, problems };
  return buildReport(parseOptions(["--scenario", "whiteboard"]), { figures, server: SERVER, verification }, "now");
}
