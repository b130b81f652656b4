import { parseArgs } from "node:util";
import { z } from "zod";
import { systemClock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { CommandContext } from "./cli.ts";
import { type Asking, restartAll } from "./restart.ts";
import { statusTable } from "./status.ts";

const DEFAULT_URL = "http://127.0.0.1:2567";
const ANSWER_MS = 5000;

const OPTIONS = {
  url: { type: "string" },
  "budget-ms": { type: "string" },
  exit: { type: "boolean" },
  force: { type: "boolean" },
  nodes: { type: "string" },
  only: { type: "string" },
} as const;

type Values = ReturnType<typeof parse>["values"];

/** The commands that are asked of a running cluster, at the address of any of its processes. */
export const ADMIN_COMMANDS: ReadonlySet<string> = new Set(["status", "drain", "restart"]);

/**
 * Runs `status`, `drain <node>` or `restart`.
 *
 * @throws ArenaError CONFIG_INVALID for what it cannot read; what the cluster answers
 */
export async function runAdmin(command: string, { args, env }: CommandContext): Promise<void> {
  const { values, positionals } = parse(args);
  const cluster = askingAt(values.url ?? DEFAULT_URL, env["ARENA_ADMIN_TOKEN"] ?? "");
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const clock = systemClock("foreground");
  if (command === "status") say(statusTable(await cluster.nodes()));
  else if (command === "restart") await restartAll(restartOf(values), { cluster, clock, say });
  else await drain(positionals[0], values, cluster).then(say);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    throw new ArenaError("CONFIG_INVALID", cause instanceof Error ? cause.message : "", { cause });
  }
}

async function drain(nodeId: string | undefined, values: Values, cluster: Asking): Promise<string> {
  if (nodeId === undefined) throw new ArenaError("CONFIG_INVALID", "drain: expected the name of a node.");
  const { exit, force } = values;
  const { progress } = await cluster.drain({ nodeId, exit, force, budgetMs: numberOf(values, "budget-ms") });
  return `${nodeId} is being emptied: ${progress.left} rooms are left. See "status".`;
}

function restartOf(values: Values): Parameters<typeof restartAll>[0] {
  const { only, force } = values;
  if (only !== undefined && only !== "node" && only !== "edge")
    throw new ArenaError("CONFIG_INVALID", `--only: expected node or edge, got "${only}".`);
  return { only, force, nodes: numberOf(values, "nodes"), budgetMs: numberOf(values, "budget-ms") };
}

function numberOf(values: Values, name: "budget-ms" | "nodes"): number | undefined {
  const text = values[name];
  if (text !== undefined && !/^\d{1,7}$/.test(text))
    throw new ArenaError("CONFIG_INVALID", `--${name}: expected a whole number, got "${text}".`);
  return text === undefined ? undefined : Number(text);
}

const drainProgress = z.object({
  rooms: z.number(),
  moved: z.number(),
  left: z.number(),
  isOver: z.boolean().default(false),
});
const nodeList = z.object({
  nodes: z.array(
    z.object({
      nodeId: z.string(),
      bootId: z.string(),
      role: z.enum(["node", "edge"]),
      version: z.string(),
      isDraining: z.boolean(),
      load: z.object({ connections: z.number(), loop: z.number() }).optional(),
      expected: z.record(z.string(), z.object({ rooms: z.number() })).optional(),
      drain: drainProgress.optional(),
    }),
  ),
});
const draining = z.object({ progress: drainProgress });

/** A process as the cluster lists it. */
export type ListedNode = z.infer<typeof nodeList>["nodes"][number];

function askingAt(url: string, token: string): Asking {
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) };
    const init = body ? { method: "POST", body: JSON.stringify(body) } : {};
    const answer = await fetch(new URL(path, url), { ...init, headers, signal: AbortSignal.timeout(ANSWER_MS) }).catch(
      (cause: unknown) => {
        throw new ArenaError("CLUSTER_UNAVAILABLE", `Nothing answers at ${url}.`, { cause });
      },
    );
    if (answer.ok) return answer.json();
    throw new ArenaError("ADMIN_REFUSED", `${path}: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
  };
  return {
    nodes: async () => nodeList.parse(await ask("/api/nodes")).nodes,
    drain: async (order) => draining.parse(await ask("/api/drain", order)),
  };
}
