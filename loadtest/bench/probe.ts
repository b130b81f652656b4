/**
 * Loaded into every server under test before its own code (`node --import`), so that each is measured in the same way
 * and runs otherwise as it does in production. Answers questions over IPC and ends with the benchmark.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";

/**
 * What the benchmark may ask: the CPU time so far; the memory in use after a collection of garbage; or that, with peaks
 * counted from then on.
 */
export type Question = "cpu" | "memory" | "peaks";

/** The answer to any question. */
export interface Usage {
  /** CPU time of the process so far, user and system, in microseconds. */
  readonly cpuUs: number;
  readonly rssBytes: number;
  /** Bytes of objects and buffers. */
  readonly heldBytes: number;
  /** The most that `rssBytes` was since peaks are counted. */
  readonly peakRssBytes: number;
  /** The longest time since peaks are counted for which the event loop did not come round, in ms; 0 where they are not. */
  readonly longestStallMs: number;
  /** What 99 % of the event loop's delays since then did not exceed, in ms. */
  readonly p99DelayMs: number;
}

const COLLECTIONS = 4;
const COLLECTION_PAUSE_MS = 100;
const NS_PER_MS = 1e6;
const BYTES_PER_KIB = 1024;

const loopDelay = monitorEventLoopDelay({ resolution: 1 });

const answer = process.send?.bind(process);
// Colyseus' metrics (@pm2/io) would send theirs to whoever started the process.
Reflect.deleteProperty(process, "send");

process.on("message", async (question: Question) => {
  if (question !== "cpu") await collectGarbage();
  if (question === "peaks") countPeaks();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  answer?.({
    cpuUs: user + system,
    rssBytes: rss,
    heldBytes: heapUsed + external,
    peakRssBytes: peakRssBytes(),
    longestStallMs: loopDelay.max / NS_PER_MS,
    p99DelayMs: loopDelay.percentile(99) / NS_PER_MS,
  } satisfies Usage);
});
process.once("disconnect", () => process.exit());
process.channel?.unref();

/** V8 gives buffers and pages back some time after a collection, and what they held at the next one. */
async function collectGarbage(): Promise<void> {
  for (let times = 0; times < COLLECTIONS; times++) {
    globalThis.gc?.();
    await setTimeout(COLLECTION_PAUSE_MS);
  }
}

function countPeaks(): void {
  writeFileSync("/proc/self/clear_refs", "5"); // Linux begins anew with the greatest RSS
  loopDelay.reset();
  loopDelay.enable();
}

function peakRssBytes(): number {
  const kib = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return Number(kib) * BYTES_PER_KIB;
}
