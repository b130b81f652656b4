import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { type Neighbours, startOneNodeCluster } from "../neighbours.ts";
import { type PeerName, STORM_ARGS, stormEdge, stormNode, stormServer } from "../peers.ts";
import { type ServerProcess, startServer } from "../server-process.ts";

/** Where clients come in, and how they lose it. Questions are answered by the process whose event loop a storm is hard on. */
export interface StormPlace extends ServerProcess {
  /** What ends all connections, and begins to put things right; undefined where the clients cut their lines. */
  lose?(): Promise<void>;
  /** Delay of the event loop in ms of the other process on the way, since that was last asked; undefined where there is none. */
  delayBeside?(): Promise<number>;
}

const MS_PER_S = 1000;
/** On the disk of the repository: the system's own folder for what is passing may be in memory. */
const DATA = new URL("../../../.arena/", import.meta.url).pathname;

/** A server that stays. */
export function startAlone(peer: PeerName): Promise<StormPlace> {
  return startServer(stormServer(peer));
}

/** A node on its own, which is killed and started again on its port and its data. */
export async function startMortal(): Promise<StormPlace> {
  const folder = await newFolder();
  const start = (port: number): Promise<ServerProcess> => startServer(stormNode(port, folder));
  return replaceable(start, "SIGKILL", () => rm(folder, { recursive: true, force: true }));
}

/** An edge before a node; it is ended by `signal`, and another takes its place. */
export async function startEdge(signal: "SIGKILL" | "SIGTERM"): Promise<StormPlace> {
  const { cluster, close } = await startCluster();
  const start = (port: number): Promise<ServerProcess> => startServer(stormEdge(port, cluster.args));
  const place = await replaceable(start, signal, close);
  return { ...place, delayBeside: () => readDelay(cluster.ports[0] ?? 0) };
}

/** An edge before a node that is killed; another node takes its rooms. */
export async function startHeir(): Promise<StormPlace> {
  const { cluster, folder, close } = await startCluster();
  let heir: ServerProcess | undefined;
  const answering = (): ServerProcess => {
    if (!heir) throw new Error("There is no other node yet.");
    return heir;
  };
  return {
    port: cluster.edgePort,
    ask: async (question) => {
      heir ??= await startServer(stormNode(0, `${folder}/heir`, cluster.args)); // by now all rooms are on the first one
      return heir.ask(question);
    },
    end: (signal) => answering().end(signal),
    lastWords: () => heir?.lastWords() ?? "",
    lose: async () => void process.kill(cluster.pids[0] ?? 0, "SIGKILL"),
    delayBeside: () => readDelay(cluster.edgePort),
    close: async () => {
      await heir?.close();
      await close();
    },
  };
}

/** A process that is ended, and another in its place. */
async function replaceable(
  start: (port: number) => Promise<ServerProcess>,
  signal: "SIGKILL" | "SIGTERM",
  clear: () => Promise<void>,
): Promise<StormPlace> {
  let current = await start(0);
  const { port } = current;
  return {
    port,
    lose: async () => {
      await current.end(signal);
      const old = current;
      current = await start(port);
      await current.ask("peaks");
      await old.close();
    },
    ask: (question) => current.ask(question),
    end: (how) => current.end(how),
    lastWords: () => current.lastWords(),
    close: async () => {
      await current.close();
      await clear();
    },
  };
}

async function startCluster(): Promise<{
  readonly cluster: Neighbours;
  readonly folder: string;
  close(): Promise<void>;
}> {
  const folder = await newFolder();
  const cluster = await startOneNodeCluster(folder, STORM_ARGS);
  const close = async (): Promise<void> => {
    await cluster.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { cluster, folder, close };
}

async function newFolder(): Promise<string> {
  await mkdir(DATA, { recursive: true });
  return mkdtemp(`${DATA}bench-`);
}

/** Of Node's own metrics, which begin anew with each reading. */
async function readDelay(port: number): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_p99_seconds(?:\{[^}]*\})? (\S+)$/m.exec(metrics)?.[1]) * MS_PER_S;
}
