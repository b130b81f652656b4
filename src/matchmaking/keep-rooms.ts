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
/** Whoever had just begun to take out the rows of this process when it came back has ended by then. */
const REASSERT_AGAIN_MS = 3000;
/** What could not be given up is tried again. */
const LEFTOVERS_EVERY_MS = 5000;

/**
 * Keeps what this process owns in step with its lease. After it had run out, each room goes on where it is still this process', and
 * ends where it is not; then the listing is written anew. Rows of other processes are taken out some time after they are gone.
 */
export function keepRooms({ clock, cluster, matchmaking }: KeepingParts): void {
  const reassert = (): Promise<void> => matchmaking.reassert().catch(() => {}); // done again when Redis next connects
  cluster.onLease(async (event) => {
    if (event === "lost") await matchmaking.hosting.reclaimAll();
    if (event !== "held") return;
    await reassert();
    clock.after(REASSERT_AGAIN_MS, () => void reassert());
  });
  clock.every(LEFTOVERS_EVERY_MS, () => void matchmaking.hosting.releaseLeftovers());
  cluster.onNodeGone(({ bootId }) => {
    clock.after(FORGET_AFTER_MS + clock.random() * FORGET_SPREAD_MS, () => {
      if (!cluster.node(bootId)) void matchmaking.forgetNode(bootId).catch(() => {}); // other processes do it, too
    });
  });
}
