import type { Clock } from "../clock/clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { OpenedMatchmaking } from "./open-matchmaking.ts";

/** What rooms are kept with. */
export interface KeepingParts {
  readonly clock: Clock;
  readonly cluster: Pick<Cluster, "onLease" | "onNodeGone" | "node">;
  readonly matchmaking: Pick<OpenedMatchmaking, "hosting" | "reassert" | "forgetNode">;
}

/** A process that froze may come back soon, and its rooms with it. */
const FORGET_AFTER_MS = 5000;
const FORGET_SPREAD_MS = 5000;

/**
 * Keeps what this process owns in step with its lease. After it had run out, each room goes on where it is still this process', and
 * ends where it is not; then the listing is written anew. Rows of other processes are taken out some time after they are gone.
 */
export function keepRooms({ clock, cluster, matchmaking }: KeepingParts): void {
  cluster.onLease(async (event) => {
    if (event === "lost") await matchmaking.hosting.reclaimAll();
    if (event === "held") await matchmaking.reassert().catch(() => {}); // done again when Redis next connects
  });
  cluster.onNodeGone(({ bootId }) => {
    clock.after(FORGET_AFTER_MS + clock.random() * FORGET_SPREAD_MS, () => {
      if (!cluster.node(bootId)) void matchmaking.forgetNode(bootId).catch(() => {}); // other processes do it, too
    });
  });
}
