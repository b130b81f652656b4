import type { Clock } from "../clock/clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { OpenedMatchmaking } from "./open-matchmaking.ts";

/** What rooms are kept with. */
export interface KeepingParts {
  readonly clock: Clock;
  readonly cluster: Pick<Cluster, "onLease" | "departed" | "node" | "bury">;
  readonly matchmaking: Pick<OpenedMatchmaking, "hosting" | "reassert" | "forgetNode">;
}

/** What the departed left is looked for, by each process at another time. */
const FORGET_EVERY_MS = 2500;
const FORGET_SPREAD_MS = 2500;
/** Whoever had just begun to take out the rows of this process when it came back has ended by then. */
const REASSERT_AGAIN_MS = 3000;
/** What could not be given up is tried again. */
const LEFTOVERS_EVERY_MS = 5000;

/**
 * Keeps what this process owns in step with its lease. After it had run out, each room goes on where it is still this process', and
 * ends where it is not; then the listing is written anew. What processes left that are gone is taken out some time after, by whoever comes
 * first; what fails then is done later, also by processes that came after.
 */
export function keepRooms({ clock, cluster, matchmaking }: KeepingParts): void {
  const reassert = (): Promise<void> => matchmaking.reassert().catch(() => {}); // done again when Redis next connects
  cluster.onLease(async (event) => {
    if (event === "lost") await matchmaking.hosting.owned.reclaimAll();
    if (event !== "held") return;
    await reassert();
    clock.after(REASSERT_AGAIN_MS, () => void reassert());
  });
  clock.every(LEFTOVERS_EVERY_MS, () => void matchmaking.hosting.owned.releaseLeftovers());
  const forgetDeparted = async (): Promise<void> => {
    for (const bootId of cluster.departed()) {
      if (cluster.node(bootId)) continue;
      await matchmaking.forgetNode(bootId);
      await cluster.bury(bootId);
    }
  };
  const forgetLater = (): void => {
    clock.after(FORGET_EVERY_MS + clock.random() * FORGET_SPREAD_MS, () => {
      void forgetDeparted()
        .catch(() => {}) // Redis is away: it is done later
        .finally(forgetLater);
    });
  };
  forgetLater();
}
