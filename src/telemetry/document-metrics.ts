import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Telemetry } from "./telemetry.ts";

/** From a flush on a fast disk to a Redis that is nearly given up. */
const APPEND_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15];
const S_PER_MS = 0.001;

/** Measures the logs of documents and where they are kept. */
export function measureDocuments(telemetry: Telemetry, registers: Registry[]): void {
  const durable = new Gauge({
    name: "arena_log_store_durable",
    help: "Whether what is acknowledged outlives a crash of where documents are kept: 1 or 0.",
    registers,
  });
  const redis = new Gauge({
    name: "arena_redis_connected",
    help: "Whether Redis answers: 1 or 0; 0 where there is none.",
    registers,
  });
  const duration = new Histogram({
    name: "arena_log_append_duration_seconds",
    help: "Time until a batch of operations is safe.",
    buckets: APPEND_BUCKETS_S,
    registers,
  });
  const entries = new Counter({
    name: "arena_log_entries_total",
    help: "Pushes that became safe.",
    registers,
  });
  const bytes = new Counter({ name: "arena_log_bytes_total", help: "Bytes of them in the log.", registers });
  const compactions = new Counter({
    name: "arena_log_compactions_total",
    help: "Snapshots that took the place of entries.",
    registers,
  });
  const failures = new Counter({
    name: "arena_log_failures_total",
    help: "Logs that could not be opened, appended to or compacted.",
    labelNames: ["action"],
    registers,
  });
  telemetry.on("log:storeOpened", ({ isDurable }) => durable.set(isDurable ? 1 : 0));
  telemetry.on("redis:connected", () => redis.set(1));
  telemetry.on("redis:disconnected", () => redis.set(0));
  telemetry.on("log:appended", (event) => {
    duration.observe(event.durationMs * S_PER_MS);
    entries.inc(event.entries);
    bytes.inc(event.bytes);
  });
  telemetry.on("log:compacted", () => compactions.inc());
  telemetry.on("log:failed", ({ action, times }) => failures.inc({ action }, times));
}
