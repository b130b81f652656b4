import assert from "node:assert/strict";
import { type Metrics, measure } from "../../../src/telemetry/metrics-sink.ts";
import { createTelemetry, type Telemetry } from "../../../src/telemetry/telemetry.ts";
import { emitSamples } from "../../support/sample-events.ts";

describe("metrics", () => {
  let telemetry: Telemetry;
  let metrics: Metrics;
  beforeEach(() => {
    telemetry = createTelemetry();
    metrics = measure(telemetry);
  });
  afterEach(() => metrics.close());

  const lines = async (): Promise<string[]> => (await metrics.read()).text.split("\n");
  /** Asserts that each of these lines is there. */
  const assertLines = async (...expected: string[]): Promise<void> => {
    const all = await lines();
    for (const line of expected)
      assert.ok(all.includes(line), `no line ${line} in ${all.filter((row) => row.startsWith("arena_"))}`);
  };

  it("are text in the Prometheus format", async () => {
    const { contentType, text } = await metrics.read();

    assert.match(contentType, /^text\/plain; version=0\.0\.4/);
    assert.match(text, /^# HELP arena_connections Open sockets\.$/m);
  });

  it("tell of the process as well", async () => {
    assert.match((await metrics.read()).text, /^process_resident_memory_bytes \d+$/m);
  });

  it("[TEL3] count connections, and their ends by code", async () => {
    telemetry.emit("connection:opened", { connections: 1 });
    telemetry.emit("connection:opened", { connections: 2 });
    telemetry.emit("connection:closed", { code: 4500, sessionId: "s1", connections: 1, durationMs: 5 });

    await assertLines(
      "arena_connections 1",
      "arena_connections_opened_total 2",
      'arena_connections_closed_total{code="4500"} 1',
    );
  });

  it("[TEL3] add up frames and bytes, by kind where they are sent", async () => {
    const traffic = { framesIn: 5, bytesIn: 50, bytesOut: 700, framesOut: { patch: 6, message: 1 } };
    telemetry.emit("traffic:counted", traffic);
    telemetry.emit("traffic:counted", traffic);

    await assertLines(
      "arena_frames_received_total 10",
      "arena_bytes_received_total 100",
      "arena_bytes_sent_total 1400",
      'arena_frames_sent_total{kind="patch"} 12',
      'arena_frames_sent_total{kind="message"} 2',
    );
  });

  it("[TEL3] count rooms that there are, by type", async () => {
    telemetry.emit("room:created", { roomId: "r1", name: "arena" });
    telemetry.emit("room:created", { roomId: "r2", name: "arena" });
    telemetry.emit("room:created", { roomId: "r3", name: "lobby" });
    telemetry.emit("room:disposed", { roomId: "r1", name: "arena" });

    await assertLines('arena_rooms{name="arena"} 1', 'arena_rooms{name="lobby"} 1');
  });

  it("[TEL3] count sessions that there are, and what became of them", async () => {
    const session = { roomId: "r1", name: "arena", sessionId: "s1" };
    telemetry.emit("session:joined", session);
    telemetry.emit("session:joined", { ...session, sessionId: "s2" });
    telemetry.emit("session:dropped", { ...session, code: 1006 });
    telemetry.emit("session:resumed", session);
    telemetry.emit("session:left", session);

    await assertLines(
      'arena_sessions{name="arena"} 1',
      'arena_session_events_total{name="arena",what="joined"} 2',
      'arena_session_events_total{name="arena",what="dropped"} 1',
      'arena_session_events_total{name="arena",what="resumed"} 1',
      'arena_session_events_total{name="arena",what="left"} 1',
    );
  });

  it("[TEL3] measure ticks in seconds", async () => {
    telemetry.emit("tick:ran", { name: "arena", durationMs: 3, latenessMs: 20 });
    telemetry.emit("tick:skipped", { roomId: "r1", name: "arena", ticks: 4 });

    await assertLines(
      'arena_tick_duration_seconds_bucket{le="0.002",name="arena"} 0',
      'arena_tick_duration_seconds_bucket{le="0.004",name="arena"} 1',
      'arena_tick_lateness_seconds_bucket{le="0.0166",name="arena"} 0',
      'arena_tick_lateness_seconds_bucket{le="0.0333",name="arena"} 1',
      'arena_ticks_skipped_total{name="arena"} 4',
    );
  });

  it("[TEL3] measure requests by route, and calls by what came of them", async () => {
    telemetry.emit("http:answered", { method: "GET", route: "/healthz", status: 200, durationMs: 20 });
    telemetry.emit("matchmaking:answered", { method: "join", code: "ROOM_FULL", durationMs: 1 });

    await assertLines(
      'arena_http_request_duration_seconds_bucket{le="0.01",method="GET",route="/healthz",status="200"} 0',
      'arena_http_request_duration_seconds_bucket{le="0.025",method="GET",route="/healthz",status="200"} 1',
      'arena_matchmaking_total{method="join",code="ROOM_FULL"} 1',
    );
  });

  it("[TEL3] count refusals by code, failures by hook, and the time that was lost", async () => {
    telemetry.emit("error:refused", { code: "MESSAGE_INVALID", where: "room", detail: "" });
    telemetry.emit("room:failed", { roomId: "r1", name: "arena", hook: "onJoin", error: 1, isFatal: false });
    telemetry.emit("node:failed", { error: 1, isFatal: false });
    telemetry.emit("node:stalled", { stallMs: 1500 });

    await assertLines(
      'arena_refusals_total{code="MESSAGE_INVALID",where="room"} 1',
      'arena_room_failures_total{name="arena",hook="onJoin"} 1',
      "arena_node_failures_total 1",
      "arena_node_stalled_seconds_total 1.5",
    );
  });

  it("[TEL3] show the delay of the event loop since they were last read", async () => {
    await metrics.read();

    const text = (await lines()).filter((line) => line.startsWith("arena_event_loop_delay_seconds{"));

    assert.deepEqual(
      text.map((line) => line.split(" ")[0]),
      ['arena_event_loop_delay_seconds{quantile="0.5"}', 'arena_event_loop_delay_seconds{quantile="0.99"}'],
    );
  });

  it("take every event without an exception", () => {
    const failures: unknown[] = [];
    telemetry.on("node:failed", ({ error }) => failures.push(error));

    emitSamples(telemetry);

    assert.equal(failures.length, 1, "one, which is a sample itself");
  });

  it("are gone when they were closed", async () => {
    metrics.close();

    assert.equal((await metrics.read()).text.trim(), "");
  });
});
