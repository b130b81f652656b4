import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { Case, Figure, Scale } from "../case.ts";
import { startOneNodeCluster } from "../neighbours.ts";
import { type PeerName, STORM_ARGS, stormEdge, stormServer } from "../peers.ts";
import { type ServerProcess, startServer } from "../server-process.ts";
import type { Manner } from "../storm/manners.ts";
import { Crowd, figuresOf } from "../storm/storm.ts";

/** The process where clients come in. */
interface StormServer extends ServerProcess {
  /** Ends it, and starts another in its place. */
  replace(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Delay of the event loop in ms of the process that has the rooms, since that was last asked; undefined where that is the same one. */
  delayBehind(): Promise<number | undefined>;
}

const CLIENTS = 5000;
const MANNERS: readonly Manner[] = ["stock", "library"];
/** The SDK does not come back on a connection that was younger than 5 s. */
const SETTLE_MS = 6000;
const MAX_MS = 400_000;
const MS_PER_S = 1000;
/** On the disk of the repository: the system's own folder for what is passing may be in memory. */
const DATA = new URL("../../../.arena/", import.meta.url).pathname;
const LOSSES = [
  { point: 1, title: "lines cut", peers: ["arena", "colyseus"], lose: undefined },
  { point: 2, title: "edge killed", peers: ["edge"], lose: "SIGKILL" },
  { point: 3, title: "edge ended", peers: ["edge"], lose: "SIGTERM" },
] as const satisfies readonly { peers: readonly PeerName[]; [other: string]: unknown }[];

/** Thousands of clients lose their connections at once and come back. */
export function stormCases({ divisor }: Scale): readonly Case<PeerName, StormServer>[] {
  const clients = CLIENTS / divisor;
  return LOSSES.flatMap(({ point, title, peers, lose }) =>
    MANNERS.map((manner) => ({
      point,
      title: `${title}, ${manner}`,
      peers,
      maxMs: MAX_MS,
      start: (peer: PeerName) => (peer === "edge" ? startEdge() : startAlone(peer)),
      measure: (_peer: PeerName, server: StormServer) =>
        measure({ server, clients, manner, lose, where: `${title}, ${manner}` }),
    })),
  );
}

interface Storm {
  readonly server: StormServer;
  readonly clients: number;
  readonly manner: Manner;
  readonly lose: "SIGKILL" | "SIGTERM" | undefined;
  readonly where: string;
}

async function measure({ server, clients, manner, lose, where }: Storm): Promise<readonly Figure[]> {
  const crowd = new Crowd({ port: server.port, manner, clients });
  try {
    await crowd.join();
    await wait(SETTLE_MS);
    await server.ask("peaks");
    await server.delayBehind();
    const aftermath = await crowd.storm(() => (lose ? server.replace(lose) : crowd.cut()));
    const [usage, behindMs] = [await server.ask("cpu"), await server.delayBehind()];
    return [
      ...figuresOf(aftermath, clients, where),
      { name: `p99 delay of the event loop, ms: ${where}`, value: usage.p99DelayMs },
      { name: `longest delay of the event loop, ms: ${where}`, value: usage.longestStallMs },
      ...(behindMs === undefined ? [] : [{ name: `p99 delay of the node behind, ms: ${where}`, value: behindMs }]),
    ];
  } finally {
    crowd.close();
  }
}

async function startAlone(peer: PeerName): Promise<StormServer> {
  const server = await startServer(stormServer(peer));
  return {
    ...server,
    replace: () => Promise.reject(new Error("It has the rooms.")),
    delayBehind: async () => undefined,
  };
}

async function startEdge(): Promise<StormServer> {
  await mkdir(DATA, { recursive: true });
  const folder = await mkdtemp(`${DATA}bench-`);
  const cluster = await startOneNodeCluster(folder, STORM_ARGS);
  const start = (port: number): Promise<ServerProcess> => startServer(stormEdge(port, cluster.args));
  let edge = await start(0);
  const { port } = edge;
  return {
    port,
    replace: async (signal) => {
      await edge.end(signal);
      const old = edge;
      edge = await start(port);
      await old.close();
      await edge.ask("peaks");
    },
    ask: (question) => edge.ask(question),
    end: (signal) => edge.end(signal),
    lastWords: () => edge.lastWords(),
    delayBehind: () => readDelay(cluster.ports[0] ?? 0),
    close: async () => {
      await edge.close();
      await cluster.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Of Node's own metrics, which begin anew with each reading. */
async function readDelay(port: number): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_p99_seconds(?:\{[^}]*\})? (\S+)$/m.exec(metrics)?.[1]) * MS_PER_S;
}
