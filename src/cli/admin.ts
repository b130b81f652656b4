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

/** What each of the commands takes that are asked of a running cluster, at the address of any of its processes. */
const TAKES = {
  status: { usage: "status", names: [0, 0], options: ["url"] },
  drain: { usage: "drain <node>", names: [1, 1], options: ["url", "budget-ms", "exit", "force"] },
  restart: { usage: "restart [<node>]", names: [0, 1], options: ["url", "budget-ms", "force", "nodes", "only"] },
} as const;

/** One of these commands. */
export type AdminCommand = keyof typeof TAKES;

/** Whether a word is one of these commands. */
export function isAdminCommand(word: string | undefined): word is AdminCommand {
  return word !== undefined && Object.hasOwn(TAKES, word);
}

/**
 * Runs `status`, `drain <node>` or `restart [<node>]`.
 *
 * @throws ArenaError CONFIG_INVALID for what it cannot read; what the cluster answers
 */
export async function runAdmin(command: AdminCommand, { args, env }: CommandContext): Promise<void> {
  const { values, positionals } = parse(args);
  assertTaken(command, values, positionals);
  const [nodeId = ""] = positionals;
  const cluster = askingAt(values.url ?? DEFAULT_URL, env["ARENA_ADMIN_TOKEN"] ?? "");
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const clock = systemClock("foreground");
  if (command === "status") await cluster.status().then(statusTable).then(say);
  else if (command === "restart") await restartAll(restartOf(nodeId, values), { cluster, clock, say });
  else await drain(nodeId, values, cluster).then(say);
}

/** What a command does not take is a mistake that may cost much: nothing is done then. */
function assertTaken(command: AdminCommand, values: Values, positionals: readonly string[]): void {
  const { usage, names, options } = TAKES[command];
  const taken: readonly string[] = options;
  const foreign = Object.keys(values).find((name) => !taken.includes(name));
  if (foreign !== undefined) throw new ArenaError("CONFIG_INVALID", `${command} takes no --${foreign}.`);
  if (positionals.length >= names[0] && positionals.length <= names[1]) return;
  throw new ArenaError("CONFIG_INVALID", `Expected "${usage}", got "${[command, ...positionals].join(" ")}".`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    throw new ArenaError("CONFIG_INVALID", cause instanceof Error ? cause.message : "", { cause });
  }
}

async function drain(nodeId: string, values: Values, cluster: Asking): Promise<string> {
  const { exit, force } = values;
  const { progress } = await cluster.drain({ nodeId, exit, force, budgetMs: numberOf(values, "budget-ms") });
  return `${nodeId} is being emptied: ${progress.left} rooms are left. See "status".`;
}

function restartOf(nodeId: string, values: Values): Parameters<typeof restartAll>[0] {
  const { only, force } = values;
  if (only !== undefined && only !== "node" && only !== "edge")
    throw new ArenaError("CONFIG_INVALID", `--only: expected node or edge, got "${only}".`);
  return {
    nodeId: nodeId || undefined,
    only,
    force,
    nodes: numberOf(values, "nodes"),
    budgetMs: numberOf(values, "budget-ms"),
  };
}

function numberOf(values: Values, name: "budget-ms" | "nodes"): number | undefined {
  const text = values[name];
  if (text !== undefined && !/^\d{1,7}$/.test(text))
    throw new ArenaError(
      "CONFIG_INVALID",
      `--${name}: expected a whole number of at most seven digits, got "${text}".`,
    );
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
  /** Whether the process that was asked can ask the cluster now. */
  isCurrent: z.boolean().default(true),
});
const draining = z.object({ progress: drainProgress });
const refusal = z.object({ error: z.string() });

/** The processes of a cluster, as one of them last saw them. */
export type ClusterStatus = z.infer<typeof nodeList>;
/** A process as the cluster lists it. */
export type ListedNode = ClusterStatus["nodes"][number];

function askingAt(url: string, token: string): Asking & { status(): Promise<ClusterStatus> } {
  if (!URL.canParse(url))
    throw new ArenaError("CONFIG_INVALID", `--url: expected an address such as ${DEFAULT_URL}, got "${url}".`);
  const ask = async <T>(path: string, shape: z.ZodType<T>, body?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) };
    const init = body ? { method: "POST", body: JSON.stringify(body) } : {};
    const answer = await fetch(new URL(path, url), { ...init, headers, signal: AbortSignal.timeout(ANSWER_MS) }).catch(
      (cause: unknown) => {
        throw new ArenaError("CLUSTER_UNAVAILABLE", `Nothing answers at ${url}.`, { cause });
      },
    );
    const said: unknown = await answer.json().catch(() => undefined); // what is no JSON is no answer of ours
    const { data, success } = (answer.ok ? shape : refusal).safeParse(said);
    if (!success)
      throw new ArenaError(
        "CLUSTER_UNAVAILABLE",
        `What answers at ${url} is not Arena (${answer.status} for ${path}).`,
      );
    if (answer.ok) return data as T; // as its shape says
    throw new ArenaError("ADMIN_REFUSED", `${answer.status}: ${(data as z.infer<typeof refusal>).error}`);
  };
  const status = (): Promise<ClusterStatus> => ask("/api/nodes", nodeList);
  return {
    status,
    nodes: async () => (await status()).nodes,
    drain: (order) => ask("/api/drain", draining, order),
  };
}
