import { setTimeout as delay } from "node:timers/promises";
import type { BenchOptions } from "../options.ts";
import { startCluster } from "../placement/local-cluster.ts";
import { percentile } from "../summary.ts";
import { type MovingRoom, openArena, openBoard, openSynthetic } from "./movers.ts";

/** What was found out, and whether it is as good as it is to be. */
export interface HandoffFindings {
  readonly text: string;
  readonly isMet: boolean;
}

/** Of one kind of room. */
interface Tally {
  /** Longest gap of each client in each move, in ms; and in as long a time without one. */
  readonly gapsMs: number[];
  readonly calmGapsMs: number[];
  readonly callsMs: number[];
  moves: number;
  stayed: number;
  losses: number;
}

const MOVES_A_ROUND = 20;
const QUICK_MOVES = 3;
const PLAYERS = 8;
const READERS = 10;
const PUSHERS = 5;
/** Everybody has heard again by then. */
const WINDOW_MS = 600;
const SETTLE_MS = 2000;
const GOAL_MS = 150;

/** Moves rooms to and fro between two nodes, and measures what those see who are in them, through the edge. */
export async function measureHandoff(options: BenchOptions, tell: (words: string) => void): Promise<HandoffFindings> {
  const cluster = await startCluster(2);
  const rooms = await Promise.all([
    openArena(cluster.url, PLAYERS),
    openSynthetic(cluster.url, READERS),
    openBoard(cluster.url, PUSHERS),
  ]);
  try {
    await delay(SETTLE_MS);
    const tallies = rooms.map(
      (): Tally => ({ gapsMs: [], calmGapsMs: [], callsMs: [], moves: 0, stayed: 0, losses: 0 }),
    );
    for (let round = 1; round <= options.rounds; round++) {
      for (const [index, room] of rooms.entries()) {
        const tally = tallies[index] as Tally; // one for each room
        const moves = options.isQuick ? QUICK_MOVES : MOVES_A_ROUND;
        for (let move = 0; move < moves; move++) await measureMove(room, tally, cluster.move);
        tell(`round ${round}, ${room.title}: p99 ${percentile(sorted(tally.gapsMs), 0.99).toFixed(0)} ms`);
      }
    }
    for (const [index, { watchers }] of rooms.entries()) {
      (tallies[index] as Tally).losses = watchers.reduce((sum, { losses }) => sum + losses, 0); // as above
    }
    return findingsOf(rooms, tallies);
  } finally {
    await Promise.allSettled(rooms.flatMap(({ watchers }) => watchers.map((watcher) => watcher.close())));
    await cluster.close();
  }
}

async function measureMove(
  { roomId, watchers }: MovingRoom,
  tally: Tally,
  move: (roomId: string) => Promise<string>,
): Promise<void> {
  const take = (): number[] => watchers.map((watcher) => watcher.takeGap());
  take();
  await delay(WINDOW_MS);
  tally.calmGapsMs.push(...take());
  const startMs = performance.now();
  const outcome = await move(roomId);
  tally.callsMs.push(performance.now() - startMs);
  await delay(WINDOW_MS);
  tally.gapsMs.push(...take());
  tally.moves++;
  if (outcome !== "moved") tally.stayed++;
}

function findingsOf(rooms: readonly MovingRoom[], tallies: readonly Tally[]): HandoffFindings {
  const rows = rooms.map(({ title }, index) => rowOf(title, tallies[index] as Tally)); // one for each room
  const worstMs = Math.max(...tallies.map(({ gapsMs }) => percentile(sorted(gapsMs), 0.99)));
  const losses = tallies.reduce((sum, each) => sum + each.losses, 0);
  const isMet = worstMs <= GOAL_MS && losses === 0;
  const text = [
    `An edge and two nodes with a Redis that syncs each write; rooms are moved to and fro under those who are in them, one at a time. A gap is the longest time between two frames (patches, messages; on the board batches of ops) that one client got around one move; a tick is 50 ms. Beside it the longest gap in ${WINDOW_MS} ms without a move.`,
    "",
    "| room | moves | stayed | connections lost | gap p50 | p99 | longest, ms | without a move p50 | p99 | move, p50 ms |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
    `Longest gap p99 at most ${GOAL_MS} ms and no connection lost: ${worstMs.toFixed(0)} ms, ${losses} lost: ${isMet ? "met" : "MISSED"}`,
  ].join("\n");
  return { text, isMet };
}

function rowOf(title: string, { gapsMs, calmGapsMs, callsMs, moves, stayed, losses }: Tally): string {
  const at = (values: readonly number[], share: number): string => percentile(sorted(values), share).toFixed(0);
  const gaps = [at(gapsMs, 0.5), at(gapsMs, 0.99), at(gapsMs, 1), at(calmGapsMs, 0.5), at(calmGapsMs, 0.99)];
  return `| ${[title, moves, stayed, losses, ...gaps, at(callsMs, 0.5)].join(" | ")} |`;
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}
