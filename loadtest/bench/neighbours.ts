import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { z } from "zod";
import { deadline } from "./deadline.ts";

/** Processes that a server under test works with. They run where the load does. */
export interface Neighbours {
  /** What leads the server to them. */
  readonly args: readonly string[];
  /** Where each takes connections. */
  readonly ports: readonly number[];
  /** Of the same processes. */
  readonly pids: readonly number[];
  /** Where the edge takes connections. */
  readonly edgePort: number;
  /** Ends them. */
  close(): Promise<void>;
}

const READY_MS = 30_000;
const END_MS = 10_000;
const ready = z.object({
  event: z.literal("ready"),
  redis: z.object({ port: z.number() }),
  edge: z.object({ port: z.number() }),
  nodes: z.array(z.object({ port: z.number(), pid: z.number() })),
});

/** Starts a cluster of one node, with a Redis of its own in `folder`, and an edge. */
export async function startOneNodeCluster(folder: string, args: readonly string[]): Promise<Neighbours> {
  const own = ["--nodes", "1", "--port", "0", "--host", "127.0.0.1", "--data-dir", folder];
  const child = spawn(process.execPath, ["src/main.ts", "cluster", ...own, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const close = async (): Promise<void> => {
    child.kill("SIGTERM");
    await Promise.race([ended, deadline(END_MS, "The cluster beside does not end")]).catch(() => child.kill("SIGKILL"));
  };
  try {
    const [line] = await Promise.race([once(lines, "line"), deadline(READY_MS, "The cluster beside does not start")]);
    const { redis, edge, nodes } = ready.parse(JSON.parse(String(line)));
    const ports = nodes.map(({ port }) => port);
    const pids = nodes.map(({ pid }) => pid);
    return { args: ["--redis-url", `redis://127.0.0.1:${redis.port}`], ports, pids, edgePort: edge.port, close };
  } catch (error) {
    await close();
    throw error;
  }
}
