import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { ListedNode } from "./admin.ts";

/** How a process is to be emptied. */
interface DrainBody {
  readonly nodeId: string;
  readonly exit?: boolean | undefined;
  readonly force?: boolean | undefined;
  readonly budgetMs?: number | undefined;
}

/** A cluster that is asked over HTTP. Each throws ArenaError CLUSTER_UNAVAILABLE, ADMIN_REFUSED. */
export interface Asking {
  nodes(): Promise<readonly ListedNode[]>;
  drain(order: DrainBody): Promise<{ readonly progress: { readonly left: number } }>;
}

/** What is to be restarted. */
export interface RestartOrder {
  /** That process alone; all of them unless told. */
  readonly nodeId?: string | undefined;
  /** Processes of one role; all of them unless told. */
  readonly only?: "node" | "edge" | undefined;
  /** Nodes that there have to be before it begins. */
  readonly nodes?: number | undefined;
  /** Time that each has to be emptied, in ms. */
  readonly budgetMs?: number | undefined;
  readonly force?: boolean | undefined;
}

/** What it is done with. */
export interface RestartParts {
  readonly cluster: Asking;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

const LOOK_EVERY_MS = 250;
/** Of the time that a process has to end and come back, beside that in which it is emptied. */
const COMEBACK_MS = 60_000;
const BUDGET_MS = 10_000;

/**
 * Restarts one process after the other, nodes first, by their names: each is emptied and ends, and the next has its turn when what supervises them has started it
 * again and it is ready. Nothing is begun where a node is missing or being emptied already.
 *
 * @throws ArenaError NODE_UNKNOWN, CLUSTER_INCOMPLETE; RESTART_STUCK where one does not come back: the others were left alone; what the cluster answers
 */
export async function restartAll(order: RestartOrder, parts: RestartParts): Promise<void> {
  const { cluster, say } = parts;
  const before = (await cluster.nodes()).toSorted(byName);
  assertComplete(before, order);
  const { only, nodeId: own } = order;
  const isWanted = ({ role, nodeId }: ListedNode): boolean => role === (only ?? role) && nodeId === (own ?? nodeId);
  if (!before.some(isWanted)) throw new ArenaError("NODE_UNKNOWN", `It is "${own ?? only}".`);
  const byRole = (wanted: string): readonly ListedNode[] =>
    before.filter((node) => node.role === wanted && isWanted(node));
  const known = {
    boots: new Set(before.map(({ bootId }) => bootId)),
    names: new Set(before.map(({ nodeId }) => nodeId)),
  };
  for (const node of [...byRole("node"), ...byRole("edge")]) {
    const { nodeId } = node;
    const { progress } = await cluster.drain({ nodeId, exit: true, force: order.force, budgetMs: order.budgetMs });
    say(`${nodeId}: ${progress.left} rooms to move`);
    say(`${nodeId}: back as ${await comeback(node, known, parts, order.budgetMs ?? BUDGET_MS)}`);
  }
}

function byName(one: ListedNode, other: ListedNode): number {
  return one.nodeId.localeCompare(other.nodeId, "en", { numeric: true });
}

function assertComplete(nodes: readonly ListedNode[], { nodes: wanted = 2, force }: RestartOrder): void {
  const takers = nodes.filter(({ role, isDraining }) => role === "node" && !isDraining);
  const isWhole = takers.length >= wanted && nodes.every(({ isDraining }) => !isDraining);
  if (isWhole || force) return;
  throw new ArenaError("CLUSTER_INCOMPLETE", `Of ${wanted} nodes ${takers.length} are there and take rooms.`);
}

/** Waits until the process is gone and another one is there in its place. @returns its name */
async function comeback(
  { bootId, nodeId, role }: ListedNode,
  known: { readonly boots: Set<string>; readonly names: ReadonlySet<string> },
  { cluster, clock }: RestartParts,
  budgetMs: number,
): Promise<string> {
  for (const untilMs = clock.nowMs() + budgetMs + COMEBACK_MS; clock.nowMs() < untilMs; ) {
    await new Promise<void>((resolve) => clock.after(LOOK_EVERY_MS, resolve));
    const nodes = await cluster.nodes().catch(() => []); // the one that is asked may be the one that ends
    const isGone = nodes.length > 0 && nodes.every((node) => node.bootId !== bootId);
    const isNew = ({ bootId: boot }: ListedNode): boolean => !known.boots.has(boot);
    const isOthers = ({ nodeId: name }: ListedNode): boolean => name !== nodeId && known.names.has(name); // that had ended, too
    const next = nodes.find((node) => node.role === role && isNew(node) && !isOthers(node) && isReady(node));
    if (!isGone || !next) continue;
    known.boots.add(next.bootId);
    return next.nodeId;
  }
  throw new ArenaError("RESTART_STUCK", `It is "${nodeId}"; the others were left alone.`);
}

function isReady({ role, isDraining, load }: ListedNode): boolean {
  return !isDraining && (role === "edge" || load !== undefined);
}
