import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { deadline } from "../deadline.ts";

/** A cluster in processes of its own, with its own Redis. */
export interface LocalCluster {
  /** Where clients come in. */
  readonly url: string;
  /** Open connections of each node. */
  connections(): Promise<readonly number[]>;
  /** What each node tells of its load. */
  loads(): Promise<readonly unknown[]>;
  /** Moves a room to another node; gives what came of it. */
  move(roomId: string): Promise<string>;
  /** Ends all of it. */
  close(): Promise<void>;
}

interface Ready {
  readonly edge: { readonly port: number };
  readonly nodes: readonly { readonly port: number }[];
}

const ROOT = new URL("../../../", import.meta.url).pathname;
/** On the disk of the repository: the system's own folder for what is passing may be in memory. */
const DATA = `${ROOT}.arena/`;
const START_MS = 60_000;
const ANSWER_MS = 10_000;
const END_MS = 20_000;
/** All bots come from one address, and none of them is to be turned away: it is placement that is measured. */
const LIMITS = ["--matchmaking-per-second", "10000", "--connections-per-second", "10000"];
const WITHOUT_LOAD_SHEDDING = ["--max-loop-delay-ms", "60000", "--max-tick-lateness-ms", "60000"];

/** Starts an edge and so many nodes, and waits until they serve. */
export async function startCluster(nodes: number): Promise<LocalCluster> {
  await mkdir(DATA, { recursive: true });
  const folder = await mkdtemp(`${DATA}bench-`);
  const adminToken = randomUUID();
  const args = ["src/main.ts", "cluster", "--nodes", String(nodes), "--port", "0", "--host", "127.0.0.1"];
  const child = spawn(
    process.execPath,
    [...args, "--data-dir", folder, "--log-level", "error", "--synthetic", ...LIMITS, ...WITHOUT_LOAD_SHEDDING],
    {
      cwd: ROOT,
      env: { NODE_ENV: "production", ARENA_ADMIN_TOKEN: adminToken },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const ended = once(child, "exit");
  const close = async (): Promise<void> => {
    child.kill("SIGTERM");
    await Promise.race([ended, deadline(END_MS, "The cluster does not end")]).catch(() => child.kill("SIGTERM")); // at once
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const failed = ended.then(([code]) => Promise.reject(new Error(`The cluster ended with ${code}.`)));
    failed.catch(() => {}); // it ends when it is asked to as well
    const ready = await Promise.race([
      readReady(child.stdout),
      failed,
      deadline(START_MS, "The cluster does not start"),
    ]);
    const read = async (port: number, path: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        headers: { authorization: `Bearer ${adminToken}` },
        signal: AbortSignal.timeout(ANSWER_MS),
      });
    return {
      url: `ws://127.0.0.1:${ready.edge.port}`,
      connections: () =>
        Promise.all(ready.nodes.map(async ({ port }) => readConnections(await (await read(port, "/metrics")).text()))),
      loads: async () => {
        const { nodes: told } = (await (await read(ready.edge.port, "/api/nodes")).json()) as {
          nodes: { load?: unknown }[];
        }; // of our own server
        return told.flatMap(({ load }) => load ?? []);
      },
      move: async (roomId) => {
        const answer = await fetch(`http://127.0.0.1:${ready.edge.port}/api/rooms/${roomId}/move`, {
          method: "POST",
          headers: { authorization: `Bearer ${adminToken}` },
          signal: AbortSignal.timeout(ANSWER_MS),
        });
        const { outcome, name } = (await answer.json()) as { outcome?: string; name?: string }; // of our own server
        return outcome ?? name ?? "";
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readReady(output: NodeJS.ReadableStream): Promise<Ready> {
  for await (const line of createInterface({ input: output })) {
    if (!line.includes('"event":"ready"')) continue;
    output.resume();
    return JSON.parse(line) as Ready; // of our own command
  }
  throw new Error("The cluster's output ended without a ready line.");
}

/** Open connections by a node's metrics. */
export function readConnections(metrics: string): number {
  const found = /^arena_connections(?:\{[^}]*\})? (\d+)$/m.exec(metrics);
  if (!found) throw new Error("The node's metrics do not tell its connections.");
  return Number(found[1]);
}
