import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LogLevel, logTo } from "../../../src/telemetry/log-sink.ts";
import { createTelemetry, type Telemetry } from "../../../src/telemetry/telemetry.ts";
import { emitSamples } from "../../support/sample-events.ts";

const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };
/** They come too often for a log; metrics have them. */
const NOT_LOGGED = [
  "arrivals:measured",
  "checkpoint:kept",
  "connection:opened",
  "forward:closed",
  "forward:opened",
  "image:served",
  "log:appended",
  "matchmaking:answered",
  "node:loadMeasured",
  "patch:skipped",
  "tick:ran",
  "traffic:counted",
];

interface Line {
  readonly level: number;
  readonly event: string;
  readonly nodeId: string;
  readonly [key: string]: unknown;
}

describe("the log", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "arena-log-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The lines that are written while `run` runs. */
  const logged = (level: LogLevel, run: (telemetry: Telemetry) => void): Line[] => {
    const file = join(folder, "log");
    const descriptor = openSync(file, "a");
    const telemetry = createTelemetry();
    logTo(telemetry, { level, nodeId: "alpha", descriptor });
    run(telemetry);
    closeSync(descriptor);
    return readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line); // pino's form
  };

  it("has one line for each event but those that come too often", () => {
    let emitted: readonly string[] = [];

    const lines = logged("trace", (telemetry) => {
      emitted = emitSamples(telemetry);
    });

    assert.deepEqual(
      lines.map(({ event }) => event).toSorted(),
      emitted.filter((name) => !NOT_LOGGED.includes(name)).toSorted(),
    );
  });

  it("says in each line which node it is", () => {
    const lines = logged("trace", emitSamples);

    assert.deepEqual(new Set(lines.map(({ nodeId }) => nodeId)), new Set(["alpha"]));
  });

  it("carries what the event carries", () => {
    const [line] = logged("info", (telemetry) =>
      telemetry.emit("tick:skipped", { roomId: "r1", name: "arena", ticks: 4 }),
    );

    assert.deepEqual([line?.["roomId"], line?.["name"], line?.["ticks"]], ["r1", "arena", 4]);
  });

  it("carries an error with its stack", () => {
    const error = new Error("broken");

    const [line] = logged("info", (telemetry) => telemetry.emit("node:failed", { error, isFatal: false }));

    const err = line?.["err"] as Error | undefined; // pino's form of an error
    assert.deepEqual([err?.message, err?.stack], [error.message, error.stack]);
  });

  for (const [isFatal, level] of [
    [true, LEVELS.fatal],
    [false, LEVELS.error],
  ] as const) {
    it(`has a failure that ${isFatal ? "ends the node" : "is survived"} at level ${level}`, () => {
      const [line] = logged("trace", (telemetry) => telemetry.emit("node:failed", { error: "broken", isFatal }));

      assert.equal(line?.level, level);
    });
  }

  for (const level of ["debug", "info", "warn", "error"] as const) {
    it(`has nothing below ${level} when it is told so`, () => {
      const lines = logged(level, emitSamples);

      assert.ok(lines.length > 0);
      for (const line of lines) assert.ok(line.level >= LEVELS[level], line.event);
    });
  }

  it("has nothing that a client can cause often at level info", () => {
    const lines = logged("info", emitSamples);

    const events = lines.map(({ event }) => event);
    for (const event of [
      "error:refused",
      "connection:failed",
      "connection:closed",
      "session:joined",
      "colyseus:logged",
    ]) {
      assert.ok(!events.includes(event), event);
    }
  });

  it("has nothing at all when it is silent", () => {
    assert.deepEqual(logged("silent", emitSamples), []);
  });
});
