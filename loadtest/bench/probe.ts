/**
 * Loaded into every server under test before its own code (`node --import`), so that each is measured in the same way
 * and runs otherwise as it does in production. Answers questions over IPC and ends with the benchmark.
 */
import { setTimeout } from "node:timers/promises";

/** What the benchmark may ask: the CPU time so far, or the memory in use after a collection of garbage. */
export type Question = "cpu" | "memory";

/** The answer to any question. */
export interface Usage {
  /** CPU time of the process so far, user and system, in microseconds. */
  readonly cpuUs: number;
  readonly rssBytes: number;
  /** Bytes of objects and buffers. */
  readonly heldBytes: number;
}

const COLLECTIONS = 4;
const COLLECTION_PAUSE_MS = 100;

const answer = process.send?.bind(process);
// Colyseus' metrics (@pm2/io) would send theirs to whoever started the process.
Reflect.deleteProperty(process, "send");

process.on("message", async (question: Question) => {
  if (question === "memory") await collectGarbage();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  answer?.({ cpuUs: user + system, rssBytes: rss, heldBytes: heapUsed + external } satisfies Usage);
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
