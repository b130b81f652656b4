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
  /** For commands that are run against it. */
  readonly adminToken: string;
  /** Its nodes, as they are now. */
  nodes(): Promise<readonly ListedNode[]>;
  /** Rooms of a type, a thousand at most. */
  rooms(name: string): Promise<readonly ListedRoom[]>;
  /** Open connections of each node. */
  connections(): Promise<readonly number[]>;
  /** What each node tells of its load. */
  loads(): Promise<readonly unknown[]>;
  /** Moves a room to another node, to that one if it is named; gives what came of it. */
  move(roomId: string, nodeId?: string): Promise<string>;
  /** Ends all of it. */
  close(): Promise<void>;
}

/** A node, as the cluster tells of it. */
export interface ListedNode {
  readonly nodeId: string;
  readonly role: string;
  readonly pid: number;
  readonly load?: unknown;
}

/** A room, likewise. */
interface ListedRoom {
  readonly roomId: string;
  readonly nodeId: string;
}

interface Ready {
  readonly edge: { readonly port: number };
  readonly nodes: readonly { readonly port: number }[];
}

/** The folder of the repository. */
export const ROOT = new URL("../../../", import.meta.url).pathname;
/** On the disk of the repository: the system's own folder for what is passing may be in memory. */
const DATA = `${ROOT}.arena/`;
const START_MS = 60_000;
const ANSWER_MS = 10_000;
const END_MS = 20_000;
const MAX_PAGES = 50;
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
    const told = async <T>(path: string): Promise<T> => (await (await read(ready.edge.port, path)).json()) as T; // of our own server
    const nodes = async (): Promise<readonly ListedNode[]> =>
      (await told<{ nodes: readonly ListedNode[] }>("/api/nodes")).nodes.filter(({ role }) => role === "node");
    return {
      url: `ws://127.0.0.1:${ready.edge.port}`,
      adminToken,
      nodes,
      rooms: (name) => readRooms(name, told),
      connections: () =>
        Promise.all(ready.nodes.map(async ({ port }) => readConnections(await (await read(port, "/metrics")).text()))),
      loads: async () => (await nodes()).flatMap(({ load }) => load ?? []),
      move: (roomId, nodeId) =>
        move(`http://127.0.0.1:${ready.edge.port}/api/rooms/${roomId}/move`, adminToken, { nodeId }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function move(
  address: string,
  adminToken: string,
  order: { readonly nodeId: string | undefined },
): Promise<string> {
  const answer = await fetch(address, {
    method: "POST",
    headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    body: JSON.stringify(order),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const { outcome, name } = (await answer.json()) as { outcome?: string; name?: string }; // of our own server
  return outcome ?? name ?? "";
}

async function readRooms(name: string, told: <T>(path: string) => Promise<T>): Promise<readonly ListedRoom[]> {
  const rooms: ListedRoom[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const query = new URLSearchParams({ name, ...(cursor && { cursor }) });
    const page = await told<{ rooms: readonly ListedRoom[]; cursor?: string }>(`/api/rooms?${query}`);
    rooms.push(...page.rooms);
    cursor = page.cursor;
    if (!cursor) break;
  }
  return rooms;
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
