import { execFile } from "node:child_process";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { inFlight } from "../matchmaking.ts";
import type { BenchOptions } from "../options.ts";
import { type LocalCluster, ROOT, startCluster } from "../placement/local-cluster.ts";
import { gatherBoard } from "./boards.ts";
import { type UpheavalFindings, verifyAll } from "./failover-bench.ts";
import { cellsOf, p99Of, wrongsText } from "./figures.ts";
import { closeAll, type Gathering, gatherGame } from "./gathering.ts";

/** Of one kind of room. */
interface Tally {
  clients: number;
  /** Longest gap of each client while the nodes were restarted, and in some time before, in ms. */
  readonly gapsMs: number[];
  readonly calmGapsMs: number[];
  drops: number;
}

/** What came of all rounds. */
interface Restarts {
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly tookMs: readonly number[];
  /** The longest time in which the process of the clients itself stood still, in ms. */
  readonly ownStallMs: number;
  readonly wrongs: readonly string[];
}

const run = promisify(execFile);
const NODES = 3;
/** 300 bots, half of them on boards. */
const FULL = { rooms: 15, players: 10, board: { stock: 5, library: 5, everyMs: 250 }, calmMs: 20_000 };
const QUICK = { rooms: 3, players: 4, board: { stock: 2, library: 2, everyMs: 100 }, calmMs: 3000 };
const BUDGET_MS = "10000";
/** Rooms that are made at a time. */
const GATHERS_IN_FLIGHT = 8;
const SETTLE_MS = 3000;
const MAX_MS = 240_000;
const GOAL_MS = 150;
const NS_PER_MS = 1e6;

/** Restarts all nodes of a cluster by one command under bots that play and draw, and measures what these see of it. */
export async function measureRestart(options: BenchOptions, tell: (words: string) => void): Promise<UpheavalFindings> {
  const size = options.isQuick ? QUICK : FULL;
  const cluster = await startCluster(NODES);
  const gatherings: Gathering[] = [];
  const tookMs: number[] = [];
  const own = monitorEventLoopDelay({ resolution: 5 });
  try {
    await inFlight(
      2 * size.rooms,
      async (index) => {
        const gather =
          index % 2 === 0
            ? gatherGame(cluster.url, size.players)
            : gatherBoard(cluster.url, `all-${index}`, size.board);
        gatherings.push(await gather);
      },
      GATHERS_IN_FLIGHT,
    );
    await delay(SETTLE_MS);
    const tallies = tallyOf(gatherings);
    for (let round = 1; round <= options.rounds; round++) {
      takeGaps(gatherings);
      await delay(size.calmMs);
      noteGaps(gatherings, tallies, "calmGapsMs");
      own.enable();
      tookMs.push(await restartAll(cluster));
      own.disable();
      noteGaps(gatherings, tallies, "gapsMs");
      tell(`round ${round}: all nodes restarted in ${((tookMs.at(-1) ?? 0) / 1000).toFixed(1)} s`);
    }
    for (const { kind, members } of gatherings)
      (tallies.get(kind) as Tally).drops += members.reduce((sum, { drops }) => sum + drops, 0); // it has each kind
    const wrongs = await verifyAll(gatherings);
    return findingsOf({ tallies, tookMs, ownStallMs: own.max / NS_PER_MS, wrongs });
  } finally {
    await closeAll(gatherings);
    await cluster.close();
  }
}

/** @returns how long it took, in ms */
async function restartAll({ url, adminToken }: LocalCluster): Promise<number> {
  const startMs = performance.now();
  const address = ["--url", url.replace(/^ws/, "http")];
  const order = ["--only", "node", "--nodes", String(NODES), "--budget-ms", BUDGET_MS];
  await run(process.execPath, ["src/main.ts", "restart", ...order, ...address], {
    cwd: ROOT,
    env: { ARENA_ADMIN_TOKEN: adminToken },
    timeout: MAX_MS,
  });
  return performance.now() - startMs;
}

function tallyOf(gatherings: readonly Gathering[]): ReadonlyMap<string, Tally> {
  const kinds = Map.groupBy(gatherings, ({ kind }) => kind);
  const countOf = (some: readonly Gathering[]): number => some.reduce((sum, { members }) => sum + members.length, 0);
  return new Map(
    [...kinds].map(([kind, some]) => [kind, { clients: countOf(some), gapsMs: [], calmGapsMs: [], drops: 0 }]),
  );
}

function takeGaps(gatherings: readonly Gathering[]): void {
  for (const member of gatherings.flatMap(({ members }) => members)) member.takeGap();
}

function noteGaps(
  gatherings: readonly Gathering[],
  tallies: ReadonlyMap<string, Tally>,
  what: "gapsMs" | "calmGapsMs",
): void {
  for (const { kind, members } of gatherings)
    tallies.get(kind)?.[what].push(...members.map((member) => member.takeGap()));
}

function findingsOf({ tallies, tookMs, ownStallMs, wrongs }: Restarts): UpheavalFindings {
  const all = [...tallies.values()];
  const gapsMs = all.flatMap((tally) => tally.gapsMs);
  const calmGapsMs = all.flatMap((tally) => tally.calmGapsMs);
  const sumOf = (amountOf: (tally: Tally) => number): number => all.reduce((sum, tally) => sum + amountOf(tally), 0);
  const total = { clients: sumOf(({ clients }) => clients), gapsMs, calmGapsMs, drops: sumOf(({ drops }) => drops) };
  const rows = [...tallies, ["all", total] as const].map(
    ([kind, tally]) =>
      `| ${[kind, tally.clients, ...cellsOf(tally.gapsMs), ...cellsOf(tally.calmGapsMs), tally.drops].join(" | ")} |`,
  );
  const isMet = p99Of(gapsMs) <= GOAL_MS && wrongs.length === 0 && total.drops === 0;
  const seconds = tookMs.map((ms) => (ms / 1000).toFixed(1)).join(", ");
  const text = [
    `An edge and ${NODES} nodes with a Redis that syncs each write, supervised by \`arena cluster\`; all nodes are restarted one after the other by \`arena restart --only node --nodes ${NODES} --budget-ms ${BUDGET_MS}\` under bots that came in through the edge: half play on stock SDKs, half push to boards, of these half on stock SDKs and half with the client library. A gap is the longest time between two frames that one client got in the whole of it; a tick is 50 ms. Beside it the longest in the time before, without a restart. All bots are in one process on the same machine (with a heap that is large from the start, or collecting its garbage would be the longest gap), which itself stood still for ${ownStallMs.toFixed(0)} ms at most.`,
    "",
    "| bots | | gap p50 | p99 | longest, ms | without a restart p50 | p99 | longest, ms | connections lost |",
    "|---|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
    `Restarting all took ${seconds} s. Longest gap p99 at most ${GOAL_MS} ms: ${p99Of(gapsMs).toFixed(0)} ms; connections lost: ${total.drops}; lost sessions, states that differ from the server's, acknowledged operations that are lost or there twice: ${wrongs.length}: ${isMet ? "met" : "MISSED"}`,
    ...(wrongs.length > 0 ? ["", wrongsText(wrongs)] : []),
  ].join("\n");
  return { text, isMet };
}
