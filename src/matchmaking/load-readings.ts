import { performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { Clock } from "../clock/clock.ts";
import type { Load } from "../placement/placement.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** A card of a gigabit, in bytes a second. */
const EGRESS_CAPACITY = 125_000_000;
const MS_PER_S = 1000;
/** Over less time than this, a loop that does one thing looks full: the readings before hold. */
const MIN_SPAN_MS = 500;

/** Reads how much of what this process has is in use, over at least the last half second; nothing, while it is younger. */
export function loadReadings(
  { maxTickLatenessMs }: { readonly maxTickLatenessMs: number },
  { clock, telemetry }: { readonly clock: Clock; readonly telemetry: Telemetry },
): () => Omit<Load, "connections"> {
  let [ticks, sentBytes] = [0, 0];
  let sinceMs = clock.nowMs();
  let readings: Omit<Load, "connections"> = { loop: 0, ticks: 0, egress: 0, memory: 0 };
  let utilization = performance.eventLoopUtilization();
  telemetry.on("node:loadMeasured", ({ tickLatenessMs }) => {
    ticks = tickLatenessMs / maxTickLatenessMs;
  });
  telemetry.on("traffic:counted", ({ bytesOut }) => {
    sentBytes += bytesOut;
  });
  return () => {
    const nowMs = clock.nowMs();
    if (nowMs - sinceMs < MIN_SPAN_MS) return readings;
    const now = performance.eventLoopUtilization();
    const { used_heap_size: usedBytes, heap_size_limit: heapBytes } = getHeapStatistics();
    const egress = sentBytes / ((nowMs - sinceMs) / MS_PER_S) / EGRESS_CAPACITY;
    const loop = performance.eventLoopUtilization(now, utilization).utilization;
    [sentBytes, sinceMs, utilization] = [0, nowMs, now];
    readings = { loop, ticks, egress, memory: usedBytes / heapBytes };
    return readings;
  };
}
