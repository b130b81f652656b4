import { Counter, Histogram, type Registry } from "prom-client";
import type { Telemetry } from "./telemetry.ts";

const S_PER_MS = 1e-3;
/** From a room's share of a tick to one that shows. */
const CAPTURE_BUCKETS_S = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05];

/** Measures what it costs to keep rooms, and what becomes of those that were kept. */
export function measureCheckpoints(telemetry: Telemetry, registers: Registry[]): void {
  const labelNames = ["name"] as const;
  const bytes = new Counter({
    name: "arena_checkpoint_bytes_total",
    help: "Bytes of the checkpoints that were kept, by room type.",
    labelNames,
    registers,
  });
  const capture = new Histogram({
    name: "arena_checkpoint_capture_seconds",
    help: "Time for which a room stands still to be kept, by room type.",
    labelNames,
    buckets: CAPTURE_BUCKETS_S,
    registers,
  });
  const failed = new Counter({
    name: "arena_checkpoint_failures_total",
    help: "Checkpoints that could not be made, kept, read or forgotten, or were too large, by room type and action.",
    labelNames: ["name", "action"],
    registers,
  });
  const restored = new Counter({
    name: "arena_rooms_restored_total",
    help: "Rooms that were to go on from a checkpoint, by room type and whether they did.",
    labelNames: ["name", "outcome"],
    registers,
  });
  telemetry.on("checkpoint:kept", ({ name, bytes: size, captureMs }) => {
    bytes.inc({ name }, size);
    capture.observe({ name }, captureMs * S_PER_MS);
  });
  telemetry.on("checkpoint:tooLarge", ({ name }) => failed.inc({ name, action: "size" }));
  telemetry.on("checkpoint:failed", ({ name, action, times }) => failed.inc({ name, action }, times));
  telemetry.on("room:restored", ({ name }) => restored.inc({ name, outcome: "restored" }));
  telemetry.on("room:notRestored", ({ name }) => restored.inc({ name, outcome: "lost" }));
}
