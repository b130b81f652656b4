import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { FrameKind } from "../protocol/protocol.ts";
import { measureCheckpoints } from "./checkpoint-metrics.ts";
import { measureDocuments } from "./document-metrics.ts";
import { measureFailover } from "./failover-metrics.ts";
import { measureImages } from "./image-metrics.ts";
import { measureMoves } from "./move-metrics.ts";
import { type FrameCounts, LOAD_LEVELS, type Telemetry } from "./telemetry.ts";

/** Everything measured, for `/metrics`. */
export interface Metrics {
  /** All metrics in the Prometheus text format. */
  read(): Promise<{ contentType: string; text: string }>;
  /** Stops measuring. */
  close(): void;
}

/** Steps of the histograms, in seconds: a 30 Hz tick has 33 ms. */
const TICK_BUCKETS_S = [
  0.001, 0.002, 0.004, 0.006, 0.008, 0.01, 0.012, 0.014, 0.0166, 0.025, 0.0333, 0.066, 0.133, 0.5, 1,
];
const CALL_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const DELAY_RESOLUTION_MS = 10;
const S_PER_MS = 0.001;
const S_PER_NS = 1e-9;

/** Counts events into a registry of its own and measures the event loop. */
export function measure(telemetry: Telemetry): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  measureConnections(telemetry, registers);
  measureForwards(telemetry, registers);
  measureRooms(telemetry, registers);
  measureErrors(telemetry, registers);
  measureCalls(telemetry, registers);
  measureLoad(telemetry, registers);
  measureDocuments(telemetry, registers);
  measureImages(telemetry, registers);
  measureFailover(telemetry, registers);
  measureMoves(telemetry, registers);
  measureCheckpoints(telemetry, registers);
  const delay = measureLoop(registers);
  return {
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    close: () => {
      delay.disable();
      registry.clear();
    },
  };
}

function measureConnections(telemetry: Telemetry, registers: Registry[]): void {
  const open = new Gauge({ name: "arena_connections", help: "Open sockets.", registers });
  const opened = new Counter({ name: "arena_connections_opened_total", help: "Sockets accepted.", registers });
  const closed = new Counter({
    name: "arena_connections_closed_total",
    help: "Sockets ended, by close code.",
    labelNames: ["code"],
    registers,
  });
  const framesIn = new Counter({ name: "arena_frames_received_total", help: "Frames from clients.", registers });
  const bytesIn = new Counter({ name: "arena_bytes_received_total", help: "Bytes of frames from clients.", registers });
  const bytesOut = new Counter({ name: "arena_bytes_sent_total", help: "Bytes of frames to clients.", registers });
  const framesOut = new Counter({
    name: "arena_frames_sent_total",
    help: "Frames to clients, by kind; patches are kind patch.",
    labelNames: ["kind"],
    registers,
  });
  telemetry.on("connection:opened", ({ connections }) => {
    opened.inc();
    open.set(connections);
  });
  telemetry.on("connection:closed", ({ code, connections }) => {
    closed.inc({ code });
    open.set(connections);
  });
  telemetry.on("traffic:counted", (traffic) => {
    framesIn.inc(traffic.framesIn);
    bytesIn.inc(traffic.bytesIn);
    bytesOut.inc(traffic.bytesOut);
    for (const [kind, frames] of kindsOf(traffic.framesOut)) framesOut.inc({ kind }, frames);
  });
}

function measureForwards(telemetry: Telemetry, registers: Registry[]): void {
  const forwarded = new Gauge({
    name: "arena_forwarded_connections",
    help: "Clients that are passed on to the process that has their room.",
    registers,
  });
  const failed = new Counter({
    name: "arena_forward_failures_total",
    help: "Clients that could not be passed on, or lost the owner of their room, by where: lookup, ask, flow.",
    labelNames: ["stage"],
    registers,
  });
  telemetry.on("forward:opened", (event) => forwarded.set(event.forwarded));
  telemetry.on("forward:closed", (event) => forwarded.set(event.forwarded));
  telemetry.on("forward:failed", ({ stage, times }) => failed.inc({ stage }, times));
}

function kindsOf(counts: FrameCounts): [FrameKind, number][] {
  return Object.entries(counts) as [FrameKind, number][]; // Object.entries forgets the keys' type
}

function measureRooms(telemetry: Telemetry, registers: Registry[]): void {
  const labelNames = ["name"] as const;
  const rooms = new Gauge({ name: "arena_rooms", help: "Rooms, by type.", labelNames, registers });
  const sessions = new Gauge({ name: "arena_sessions", help: "Seats taken, by room type.", labelNames, registers });
  const events = new Counter({
    name: "arena_session_events_total",
    help: "Sessions that joined, dropped, resumed or left, by room type.",
    labelNames: ["name", "what"],
    registers,
  });
  const duration = new Histogram({
    name: "arena_tick_duration_seconds",
    help: "Time that a tick takes, by room type.",
    labelNames,
    buckets: TICK_BUCKETS_S,
    registers,
  });
  const lateness = new Histogram({
    name: "arena_tick_lateness_seconds",
    help: "How long after its due time a tick begins, by room type.",
    labelNames,
    buckets: TICK_BUCKETS_S,
    registers,
  });
  const skipped = new Counter({
    name: "arena_ticks_skipped_total",
    help: "Ticks let go because a room was too far behind, by room type.",
    labelNames,
    registers,
  });
  const patchesSkipped = new Counter({
    name: "arena_patches_skipped_total",
    help: "Patches left out because the node was strained, by room type.",
    labelNames,
    registers,
  });
  telemetry.on("patch:skipped", ({ name }) => patchesSkipped.inc({ name }));
  telemetry.on("room:created", ({ name }) => rooms.inc({ name }));
  telemetry.on("room:disposed", ({ name }) => rooms.dec({ name }));
  telemetry.on("tick:ran", ({ name, durationMs, latenessMs }) => {
    duration.observe({ name }, durationMs * S_PER_MS);
    lateness.observe({ name }, latenessMs * S_PER_MS);
  });
  telemetry.on("tick:skipped", ({ name, ticks }) => skipped.inc({ name }, ticks));
  telemetry.on("session:joined", ({ name }) => {
    sessions.inc({ name });
    events.inc({ name, what: "joined" });
  });
  telemetry.on("session:dropped", ({ name }) => events.inc({ name, what: "dropped" }));
  telemetry.on("session:resumed", ({ name }) => events.inc({ name, what: "resumed" }));
  telemetry.on("session:left", ({ name }) => {
    sessions.dec({ name });
    events.inc({ name, what: "left" });
  });
}

function measureErrors(telemetry: Telemetry, registers: Registry[]): void {
  const refused = new Counter({
    name: "arena_refusals_total",
    help: "What was refused, by code of the catalogue and by where.",
    labelNames: ["code", "where"],
    registers,
  });
  const rooms = new Counter({
    name: "arena_room_failures_total",
    help: "Exceptions inside rooms, by room type and hook.",
    labelNames: ["name", "hook"],
    registers,
  });
  const node = new Counter({
    name: "arena_node_failures_total",
    help: "Errors that belong to no room and no client.",
    registers,
  });
  const stalled = new Counter({
    name: "arena_node_stalled_seconds_total",
    help: "Time in which the process stood still.",
    registers,
  });
  telemetry.on("node:stalled", ({ stallMs }) => stalled.inc(stallMs * S_PER_MS));
  telemetry.on("error:refused", ({ code, where }) => refused.inc({ code, where }));
  telemetry.on("room:failed", ({ name, hook }) => rooms.inc({ name, hook }));
  telemetry.on("node:failed", () => node.inc());
}

function measureCalls(telemetry: Telemetry, registers: Registry[]): void {
  const requests = new Histogram({
    name: "arena_http_request_duration_seconds",
    help: "Time to answer a request, by method, route and status.",
    labelNames: ["method", "route", "status"],
    buckets: CALL_BUCKETS_S,
    registers,
  });
  const calls = new Counter({
    name: "arena_matchmaking_total",
    help: "Matchmaking calls, by method and by what came of them.",
    labelNames: ["method", "code"],
    registers,
  });
  telemetry.on("http:answered", ({ method, route, status, durationMs }) =>
    requests.observe({ method, route, status }, durationMs * S_PER_MS),
  );
  telemetry.on("matchmaking:answered", ({ method, code }) => calls.inc({ method, code }));
}

function measureLoad(telemetry: Telemetry, registers: Registry[]): void {
  const level = new Gauge({
    name: "arena_load_level",
    help: "How loaded the node is: 1 at the level that holds, 0 at the others.",
    labelNames: ["level"],
    registers,
  });
  const queued = new Gauge({ name: "arena_queued_bytes", help: "Bytes that wait for all connections.", registers });
  telemetry.on("node:loadMeasured", (load) => {
    for (const other of LOAD_LEVELS) level.set({ level: other }, other === load.level ? 1 : 0);
    queued.set(load.queuedBytes);
  });
  measureArrivals(telemetry, registers);
}

function measureArrivals(telemetry: Telemetry, registers: Registry[]): void {
  const waiting = new Gauge({
    name: "arena_arrivals_waiting",
    help: "Clients that wait before the door of this process for their turn to come in.",
    registers,
  });
  const capacity = new Gauge({
    name: "arena_arrival_capacity",
    help: "Clients that may come in a second, as measured when last as many came; 0 before that.",
    registers,
  });
  telemetry.on("arrivals:measured", (measured) => {
    waiting.set(measured.waiting);
    capacity.set(measured.perSecond);
  });
}

/** Event-loop delay since the last reading: what a scrape sees is what happened since the scrape before it. */
function measureLoop(registers: Registry[]): IntervalHistogram {
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delay.enable();
  new Gauge({
    name: "arena_event_loop_delay_seconds",
    help: "Delay of the event loop since the last reading; a quiet loop shows the timer's own 10 ms.",
    labelNames: ["quantile"],
    registers,
    collect() {
      this.set({ quantile: "0.5" }, delay.percentile(50) * S_PER_NS);
      this.set({ quantile: "0.99" }, delay.percentile(99) * S_PER_NS);
      delay.reset();
    },
  });
  return delay;
}
