import { type Clock, within } from "../clock/clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { ArenaError } from "../errors/errors.ts";
import { readReport } from "../placement/placement.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { Drain, type DrainProgress, type DrainTimes } from "./drain.ts";
import { createDrainCalls, type DrainOrder } from "./drain-calls.ts";
import type { DrainRoom } from "./drain-plan.ts";
import type { Calls } from "./move-calls.ts";
import type { MoveOutcome } from "./mover.ts";

/** What nodes are emptied with. */
export interface DrainsParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly cluster: Pick<Cluster, "identity" | "nodes" | "drain">;
  readonly peers: Calls;
  readonly hosting: {
    rooms(): readonly (DrainRoom & { readonly canMoveNow: boolean })[];
    /** Ends a room of this node. */
    close(roomId: string): void;
  };
  readonly move: (roomId: string) => Promise<{ readonly outcome: MoveOutcome }>;
  /** How much time a drain has where nobody says. */
  readonly drainMs: number;
}

/** A node that is being emptied. */
export interface Draining {
  readonly nodeId: string;
  readonly progress: DrainProgress;
}

/** Empties this node, and asks other processes to. */
export interface Drains {
  /** How far this node is emptied; undefined where it is not to be. */
  readonly progress: DrainProgress | undefined;
  /**
   * Begins to empty a process: of that name, or this one. It takes no more rooms from here on. One that is being emptied already goes on;
   * one that is done with it and has rooms left begins anew.
   *
   * @throws ArenaError NODE_UNKNOWN; NO_NODE_FREE where the others have no place for those who are there, unless forced; PEER_UNREACHABLE,
   *   PEER_UNCERTAIN, CLUSTER_UNAVAILABLE
   */
  drain(nodeId: string | undefined, order: DrainOrder): Promise<Draining>;
  /** Empties this node as far as that goes within a time: it ends then. */
  finish(budgetMs: number): Promise<void>;
}

/** Opens what empties nodes. */
export function openDrains(parts: DrainsParts): Drains {
  const { cluster } = parts;
  const own = new OwnDrain(parts);
  const here = async (order: DrainOrder): Promise<Draining> => {
    if (order.force !== true) assertPlace(parts);
    const times = { budgetMs: order.budgetMs ?? parts.drainMs, patienceMs: PATIENCE_MS };
    void own.begin(times, order.exit === true);
    return { nodeId: cluster.identity.nodeId, progress: own.progress ?? NOTHING };
  };
  const ask = createDrainCalls(parts.peers, here);
  return {
    get progress() {
      return own.progress;
    },
    drain: async (nodeId = cluster.identity.nodeId, order) => {
      if (nodeId === cluster.identity.nodeId) return here(order);
      const node = cluster.nodes().find((each) => each.nodeId === nodeId);
      if (!node) throw new ArenaError("NODE_UNKNOWN", `It is "${nodeId}".`);
      return ask(node, order);
    },
    finish: async (budgetMs) => {
      if (own.progress || targetsOf(cluster).length > 0)
        await within(parts.clock, budgetMs, own.begin({ budgetMs, patienceMs: 0 }, false), () => {});
    },
  };
}

/** The drain of this process: the one that is under way, or the last one. */
class OwnDrain {
  readonly #parts: DrainsParts;
  #drain: Drain | undefined;
  /** Until it is over. */
  #running: Promise<void> | undefined;
  #isLast = false;

  constructor(parts: DrainsParts) {
    this.#parts = parts;
  }

  get progress(): DrainProgress | undefined {
    return this.#drain?.progress;
  }

  /** Resolves when it is as empty as it gets. One that is under way goes on with the time that it has. */
  begin(times: DrainTimes, isLast: boolean): Promise<void> {
    this.#isLast ||= isLast;
    this.#running ??= this.#run(times).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(times: DrainTimes): Promise<void> {
    const { clock, telemetry, cluster, hosting, move } = this.#parts;
    const startMs = clock.nowMs();
    const drain = new Drain(
      {
        clock,
        rooms: () => hosting.rooms(),
        canMoveNow: (roomId) => hosting.rooms().some((room) => room.roomId === roomId && room.canMoveNow),
        move: async (roomId) => (await move(roomId)).outcome,
        close: (roomId) => hosting.close(roomId),
        hasTargets: () => targetsOf(cluster).length > 0,
        onProgress: (progress) => telemetry.emit("node:drainProgressed", progress),
      },
      times,
    );
    this.#drain = drain;
    telemetry.emit("node:drainProgressed", drain.progress);
    await cluster.drain().catch(() => {}); // the next renewal says it
    await drain.run();
    this.#tell(clock.nowMs() - startMs, this.#isLast);
  }

  #tell(durationMs: number, isLast: boolean): void {
    const { rooms, moved, ended, left } = this.progress ?? NOTHING;
    this.#parts.telemetry.emit("node:drained", { rooms, moved, ended, left, durationMs, isLast });
  }
}

/** Another node may come, or hear of us again, within so long. */
const PATIENCE_MS = 10_000;
const NOTHING: DrainProgress = { rooms: 0, moved: 0, ended: 0, left: 0, pinned: 0, leftMs: 0, isOver: false };

/** Nodes that rooms of this one could go to. */
function targetsOf(cluster: Pick<Cluster, "identity" | "nodes">) {
  const { bootId: own } = cluster.identity;
  return cluster.nodes().filter(({ role, isDraining, bootId }) => role === "node" && !isDraining && bootId !== own);
}

/** @throws ArenaError NO_NODE_FREE where the other nodes have no place for those who are in rooms here */
function assertPlace({ cluster, hosting }: DrainsParts): void {
  const needed = hosting.rooms().reduce((sum, { connections }) => sum + connections, 0);
  const targets = targetsOf(cluster);
  const free = targets.reduce((sum, { report }) => sum + freeOf(report), 0);
  const isEmpty = hosting.rooms().length === 0;
  if (isEmpty || (targets.length > 0 && needed <= free)) return;
  const words = `${targets.length} other nodes have place for ${Math.floor(free)} connections, and here are ${needed}; force drains it nevertheless.`;
  throw new ArenaError("NO_NODE_FREE", words);
}

/** Connections that a node takes beside those that it has. */
function freeOf(report: object | undefined): number {
  const load = readReport(report);
  return load ? Math.max(0, load.capacity - load.load.connections) : 0;
}
