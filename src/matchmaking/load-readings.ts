import { performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { Clock } from "../clock/clock.ts";
import type { Load } from "../placement/placement.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** A card of a gigabit, in bytes a second. */
const EGRESS_CAPACITY = 125_000_000;
const MS_PER_S = 1000;

/** Reads how much of what this process has is in use, each time since it was last asked. */
export function loadReadings(
  { maxTickLatenessMs }: { readonly maxTickLatenessMs: number },
  { clock, telemetry }: { readonly clock: Clock; readonly telemetry: Telemetry },
): () => Omit<Load, "connections"> {
  let [ticks, sentBytes] = [0, 0];
  let sinceMs = clock.nowMs();
  let utilization = performance.eventLoopUtilization();
  telemetry.on("node:loadMeasured", ({ tickLatenessMs }) => {
    ticks = tickLatenessMs / maxTickLatenessMs;
  });
  telemetry.on("traffic:counted", ({ bytesOut }) => {
    sentBytes += bytesOut;
  });
  return () => {
    const nowMs = clock.nowMs();
    const now = performance.eventLoopUtilization();
    const { used_heap_size: usedBytes, heap_size_limit: heapBytes } = getHeapStatistics();
    const seconds = Math.max(1, nowMs - sinceMs) / MS_PER_S;
    const egress = sentBytes / seconds / EGRESS_CAPACITY;
    const loop = performance.eventLoopUtilization(now, utilization).utilization;
    [sentBytes, sinceMs, utilization] = [0, nowMs, now];
    return { loop, ticks, egress, memory: usedBytes / heapBytes };
  };
}
