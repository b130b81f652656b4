import { systemClock } from "../../../src/clock/clock.ts";
import { parseOptions } from "../../options.ts";
import { runLoad } from "../../runner.ts";
import { spreadOf } from "../summary.ts";
import { startCluster } from "./local-cluster.ts";
import { unevenness } from "./simulation.ts";

/** How connections lay on the nodes of a real cluster. */
export interface LiveRun {
  readonly connections: readonly number[];
  readonly unevenness: number;
  readonly failedBots: number;
}

/** How large a run of processes is. */
export interface LiveSize {
  readonly nodes: number;
  readonly bots: number;
}

/** Bots come from the first moment on, when no room has taught yet how many it brings. */
const RAMP_PER_SECOND = 25;
const ROOM_SIZES = "2,4,8,16";
const LOAD = ["--scenario", "synthetic", "--entities", "10", "--changed", "1", "--tick-ms", "500", "--seconds", "5"];
/** The most connections of a node as a multiple of the mean. */
const GOAL = 1.15;

/** Starts a cluster of processes and has bots come through its edge, in rooms of mixed sizes. */
export async function runLive({ nodes, bots }: LiveSize): Promise<LiveRun> {
  const cluster = await startCluster(nodes);
  try {
    const numbers = ["--bots", String(bots), "--ramp-per-second", String(RAMP_PER_SECOND), "--room-sizes", ROOM_SIZES];
    const options = parseOptions(["--url", cluster.url, ...numbers, ...LOAD]);
    let reading: Promise<readonly number[]> | undefined;
    const { figures } = await runLoad(options, {
      clock: systemClock("foreground"),
      signal: new AbortController().signal,
      onProgress: (_, phase) => {
        if (phase === "measuring") reading ??= cluster.connections();
      },
    });
    const connections = await reading;
    if (!connections) throw new Error(`Of ${bots} bots none came in.`);
    const even = unevenness(connections.map((count) => ({ connections: count })));
    return { connections, unevenness: even, failedBots: figures.counts.failedBots };
  } finally {
    await cluster.close();
  }
}

/** All runs in Markdown, and whether each met the goal. */
export function liveText(
  { nodes, bots }: LiveSize,
  runs: readonly LiveRun[],
): { readonly isMet: boolean; readonly text: string } {
  const spread = spreadOf(runs.map((run) => run.unevenness));
  const isMet = (spread?.max ?? Number.POSITIVE_INFINITY) <= GOAL;
  const rows = runs.map(
    ({ connections, unevenness: even, failedBots }) =>
      `| ${connections.join(", ")} | ${even.toFixed(3)} | ${failedBots} |`,
  );
  const text = [
    `Processes: an edge and ${nodes} nodes with a Redis, started anew each time; ${bots} bots come through the edge, ${RAMP_PER_SECOND} a second, in rooms of ${ROOM_SIZES} by chance, from the first moment on.`,
    "",
    "| connections of the nodes | most ÷ mean | bots that failed |",
    "|---|---|---|",
    ...rows,
    "",
    `${nodes} processes: most ÷ mean ${spread?.max.toFixed(3)} at worst (goal ${GOAL}): ${isMet ? "met" : "MISSED"}`,
  ].join("\n");
  return { isMet, text };
}
