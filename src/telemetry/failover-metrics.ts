import { Counter, Histogram, type Registry } from "prom-client";
import type { Telemetry } from "./telemetry.ts";

const RESTART_BUCKETS_S = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const S_PER_MS = 0.001;

/** Measures how the rooms of processes that are gone go on. */
export function measureFailover(telemetry: Telemetry, registers: Registry[]): void {
  const restart = new Histogram({
    name: "arena_failover_restart_seconds",
    help: "From when a process was found gone until a room of its went on elsewhere, by who saw to it.",
    buckets: RESTART_BUCKETS_S,
    registers,
  });
  const lost = new Counter({
    name: "arena_failover_rooms_lost_total",
    help: "Rooms of processes that are gone for which no way was found to go on.",
    registers,
  });
  const delayed = new Counter({
    name: "arena_failover_delays_total",
    help: "Rounds in which rooms of a process that is gone could not be read or restarted, and were tried again.",
    registers,
  });
  telemetry.on("failover:restarted", ({ sinceMs }) => restart.observe(sinceMs * S_PER_MS));
  telemetry.on("failover:delayed", () => delayed.inc());
  telemetry.on("failover:ended", (event) => lost.inc(event.lost));
}
