import { setTimeout as delay } from "node:timers/promises";
import { inFlight } from "../matchmaking.ts";
import type { BenchOptions } from "../options.ts";
import { type LocalCluster, startCluster } from "../placement/local-cluster.ts";
import { gatherBoard } from "./boards.ts";
import { cellsOf, p99Of, wrongsText } from "./figures.ts";
import { closeAll, GAMES, type Gathering, gatherEntities, gatherGame } from "./gathering.ts";

/** What was found out, and whether it is as good as it is to be. */
export interface UpheavalFindings {
  readonly text: string;
  readonly isMet: boolean;
}

/** Of one kind of room. */
interface Tally {
  /** From the kill until a room first acted elsewhere, and until each client saw that, in ms. */
  readonly roomsMs: number[];
  readonly clientsMs: number[];
  drops: number;
}

const NODES = 3;
/** 100 rooms. */
const FULL = { entities: 60, games: 20, boards: 20 };
const QUICK = { entities: 6, games: 2, boards: 2 };
const CLIENTS = 2;
const ON_A_BOARD = { stock: 1, library: 1, everyMs: 250 };
const TYPES = ["synthetic", "arena", "whiteboard"];
/** A node takes two rooms at a time. */
const MOVES_IN_FLIGHT = 2;
const MAX_SWEEPS = 5;
/** Rooms that are made at a time. */
const GATHERS_IN_FLIGHT = 8;
/** The SDK does not come back on a connection that was younger than 5 s. */
const SETTLE_MS = 6000;
const BACK_MS = 25_000;
const AFTER_MS = 1000;
const GOAL_MS = 2500;

/** Kills a node that has a hundred rooms, and measures when these go on elsewhere, and whether everybody is back with all that was acknowledged. */
export async function measureFailover(options: BenchOptions, tell: (words: string) => void): Promise<UpheavalFindings> {
  const cluster = await startCluster(NODES);
  const tallies = new Map<string, Tally>();
  const wrongs: string[] = [];
  try {
    for (let round = 1; round <= options.rounds; round++) {
      wrongs.push(...(await measureKill(cluster, { round, isQuick: options.isQuick, tallies })));
      const all = [...tallies.values()].flatMap(({ roomsMs }) => roomsMs);
      tell(`round ${round}: ${all.length} rooms, to the first tick elsewhere p99 ${p99Of(all).toFixed(0)} ms`);
    }
  } finally {
    await cluster.close();
  }
  return findingsOf(options.rounds, tallies, wrongs);
}

interface Kill {
  readonly round: number;
  readonly isQuick: boolean;
  readonly tallies: Map<string, Tally>;
}

async function measureKill(cluster: LocalCluster, { round, isQuick, tallies }: Kill): Promise<readonly string[]> {
  const gatherings = await gatherAll(cluster.url, round, isQuick ? QUICK : FULL);
  try {
    const nodes = await cluster.nodes();
    const lost = nodes[round % nodes.length];
    if (!lost) throw new Error("There is no node.");
    await bringAllTo(cluster, lost.nodeId);
    await delay(SETTLE_MS);
    const dropsBefore = gatherings.map(dropsOf);
    const startMs = performance.now();
    const returns = gatherings.map(({ members }) =>
      Promise.all(members.map(async (member) => (await within(member.nextOwner(), BACK_MS)) - startMs)),
    );
    process.kill(lost.pid, "SIGKILL");
    for (const [index, backMs] of (await Promise.all(returns)).entries()) {
      const gathering = gatherings[index] as Gathering; // one for each of the returns
      const tally = tallies.get(gathering.kind) ?? { roomsMs: [], clientsMs: [], drops: 0 };
      tallies.set(gathering.kind, tally);
      tally.roomsMs.push(Math.min(...backMs));
      tally.clientsMs.push(...backMs);
      tally.drops += dropsOf(gathering) - (dropsBefore[index] ?? 0);
    }
    await delay(AFTER_MS);
    return await verifyAll(gatherings);
  } finally {
    await closeAll(gatherings);
  }
}

/** Has everybody rest, and says what is wrong then. */
export async function verifyAll(gatherings: readonly Gathering[]): Promise<readonly string[]> {
  const members = gatherings.flatMap((gathering) => gathering.members);
  await Promise.all(members.map((member) => member.rest()));
  const wrongs: string[] = members.flatMap((member) => member.wrongs);
  for (const gathering of gatherings) wrongs.push(...(await gathering.verify()));
  return wrongs;
}

async function gatherAll(url: string, round: number, { entities, games, boards }: typeof FULL): Promise<Gathering[]> {
  const gathers = [
    ...Array.from({ length: entities }, (_, index) => () => gatherEntities(url, `lost-${round}-${index}`, CLIENTS)),
    ...Array.from({ length: games }, () => () => gatherGame(url, CLIENTS)),
    ...Array.from({ length: boards }, (_, index) => () => gatherBoard(url, `lost-${round}-${index}`, ON_A_BOARD)),
  ];
  const gathered: Gathering[] = [];
  await inFlight(
    gathers.length,
    async (index) => void gathered.push(await (gathers[index] as () => Promise<Gathering>)()),
    GATHERS_IN_FLIGHT,
  );
  return gathered;
}

/** All rooms of the cluster go to one node. @throws Error where they do not */
async function bringAllTo(cluster: LocalCluster, nodeId: string): Promise<void> {
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    const rooms = (await Promise.all(TYPES.map((name) => cluster.rooms(name)))).flat();
    const elsewhere = rooms.filter((room) => room.nodeId !== nodeId);
    if (elsewhere.length === 0) return;
    await inFlight(
      elsewhere.length,
      async (index) => void (await cluster.move(elsewhere[index]?.roomId ?? "", nodeId)),
      MOVES_IN_FLIGHT,
    );
  }
  throw new Error(`Not all rooms come to ${nodeId}.`);
}

function dropsOf({ members }: Gathering): number {
  return members.reduce((sum, { drops }) => sum + drops, 0);
}

/** The moment itself, or one that never comes. */
async function within(moment: Promise<number>, ms: number): Promise<number> {
  return Promise.race([moment, delay(ms, Number.POSITIVE_INFINITY, { ref: false })]);
}

function findingsOf(rounds: number, tallies: ReadonlyMap<string, Tally>, wrongs: readonly string[]): UpheavalFindings {
  const all = [...tallies.values()];
  const roomsMs = all.flatMap((tally) => tally.roomsMs);
  const clientsMs = all.flatMap((tally) => tally.clientsMs);
  const total = { roomsMs, clientsMs, drops: all.reduce((sum, { drops }) => sum + drops, 0) };
  const rows = [...tallies, ["all", total] as const].map(([kind, tally]) => {
    const cells = [kind, tally.roomsMs.length, ...cellsOf(tally.roomsMs), tally.clientsMs.length];
    return `| ${[...cells, ...cellsOf(tally.clientsMs), tally.drops].join(" | ")} |`;
  });
  const missing = clientsMs.filter((backMs) => !Number.isFinite(backMs)).length;
  const ledMs = [...tallies].flatMap(([kind, tally]) => (kind === GAMES ? [] : tally.roomsMs));
  const isMet = p99Of(ledMs) <= GOAL_MS && missing === 0 && wrongs.length === 0;
  const text = [
    `An edge and ${NODES} nodes with a Redis that syncs each write. All rooms are brought to one node, which is killed with SIGKILL, ${rounds} times. Times are from the kill until a client of the room, which came in through the edge, sees it tick at another node: the first patch behind the whole state; of a board, the welcome to its document. The lease of a node that is lost ends 2 s after its last renewal, which are sent every 500 ms. Players of games lose their connection and come back by themselves, stock SDKs 0.2, 0.6, 1.4 and 3.0 s after the loss, so what they see of a room says when they came; all others are led there on the connection that they have. All clients are in one process on the same machine.`,
    "",
    "| rooms | | first tick p50 | p99 | longest, ms | clients | back p50 | p99 | last, ms | connections lost |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
    `First tick elsewhere p99 at most ${GOAL_MS} ms, of rooms whose clients are led: ${p99Of(ledMs).toFixed(0)} ms; clients not back: ${missing}; lost sessions, states that differ from the server's, acknowledged operations that are lost or there twice: ${wrongs.length}: ${isMet ? "met" : "MISSED"}`,
    ...(wrongs.length > 0 ? ["", wrongsText(wrongs)] : []),
  ].join("\n");
  return { text, isMet };
}
