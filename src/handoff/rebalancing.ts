import type { Clock, Stop } from "../clock/clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { readReport } from "../placement/placement.ts";
import type { DrainRoom } from "./drain-plan.ts";
import { choose, SETTLED_MS, Unevenness } from "./rebalance.ts";

/** What evens out a cluster from the side of one node. */
export interface RebalancingParts {
  readonly clock: Clock;
  readonly cluster: Pick<Cluster, "identity" | "nodes">;
  readonly hosting: {
    rooms(): readonly (Pick<DrainRoom, "roomId" | "connections" | "isMovable"> & { readonly canMoveNow: boolean })[];
  };
  /** What comes of a move is told where it is made. */
  readonly move: (roomId: string) => Promise<unknown>;
}

const LOOK_EVERY_MS = 5000;
/** One after the other, so many at a look. */
const MAX_MOVES = 4;

/** Moves rooms away while this node has clearly more connections than the mean of all. A room that has come within ten minutes stays. */
export function rebalance({ clock, cluster, hosting, move }: RebalancingParts): Stop {
  const unevenness = new Unevenness();
  let sinceMs = new Map<string, number>();
  let isMoving = false;
  const look = async (): Promise<void> => {
    const nowMs = clock.nowMs();
    const rooms = hosting.rooms();
    sinceMs = new Map(rooms.map(({ roomId }) => [roomId, sinceMs.get(roomId) ?? nowMs]));
    const own = rooms.reduce((sum, { connections }) => sum + connections, 0);
    const surplus = unevenness.surplus({ own, mean: meanOf(cluster, own) }, nowMs);
    const isSettled = (roomId: string): boolean => nowMs - (sinceMs.get(roomId) ?? nowMs) >= SETTLED_MS;
    const fit = rooms.filter(({ roomId, isMovable, canMoveNow }) => isMovable && canMoveNow && isSettled(roomId));
    for (const roomId of choose(fit, surplus).slice(0, MAX_MOVES)) await move(roomId).catch(() => {}); // told of there
  };
  return clock.every(LOOK_EVERY_MS, () => {
    if (isMoving) return;
    isMoving = true;
    void look().finally(() => {
      isMoving = false;
    });
  });
}

/** Connections of a node that takes rooms, in the mean: this one's as they are, the others' as they told. */
function meanOf(cluster: RebalancingParts["cluster"], own: number): number {
  const others = cluster
    .nodes()
    .filter(({ role, isDraining, bootId }) => role === "node" && !isDraining && bootId !== cluster.identity.bootId)
    .flatMap(({ report }) => readReport(report)?.load.connections ?? []);
  return others.reduce((sum, connections) => sum + connections, own) / (others.length + 1);
}
