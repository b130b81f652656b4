/**
 * handoff: rooms that go on in another process. Restarts elsewhere what a lost process had.
 *
 * Owns when a room changes its process and who sees to it; that it is in one place only is the record's doing (`cluster`), what it is
 * there its checkpoint's. It refuses to know what a room is. Beside matchmaking in the path of a session. Keeps FOV1 to FOV3.
 */
import { Failover, type FailoverParts } from "./failover.ts";

/** Restarts what is left by processes that are gone, until it is closed. */
export function watchNodes(parts: FailoverParts): Pick<Failover, "close"> {
  return new Failover(parts);
}
