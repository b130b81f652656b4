import type { NodeIdentity, NodeRecord, Offer, Ownership, Report, Reservation } from "./types.ts";

/** What a process says of itself with each renewal. */
export interface Renewal {
  readonly identity: NodeIdentity;
  readonly isDraining: boolean;
  /** Sent where it has changed. */
  readonly report: Report | undefined;
  /** Reservations that are in the report, or in no need of it. */
  readonly settled: readonly string[];
}

/** What came of a renewal. */
export type Renewed =
  | {
      readonly isHeld: true;
      /** Another each time that the lease that was there had run out before, or there was none; also where that answer was lost. */
      readonly term: number;
      /** For so long no room that the store does not know may be offered: it knew nothing a moment ago, as one that was restarted empty. */
      readonly freshMs: number;
      readonly nodes: readonly NodeRecord[];
      /** Boots that have left, or whose leases ran out {@link DEPARTED_MS} ago, and that nobody has buried; some of them where they are many. */
      readonly departed: readonly string[];
      /** Time until the first of all leases ends that is not renewed until then. */
      readonly firstEndMs: number;
    }
  /** Another process holds the name. */
  | { readonly isHeld: false; readonly holder: string };

/** An offer, with all that the record says of the node. */
export interface RoomOffer extends Omit<Offer, "target"> {
  readonly target: NodeIdentity;
}

/** Where a cluster's leases, reservations and ownership are. One call is one atomic step, by the store's own clock. */
export interface ClusterStore {
  /** In words, such as `Redis at 10.0.0.5:6379`. */
  readonly description: string;
  /** The first renewal after all leases have run out spares those who lived then: it was the store that was away, not they. */
  renew(renewal: Renewal): Promise<Renewed>;
  /** Ends the lease of a process. */
  leave(identity: Pick<NodeIdentity, "bootId" | "nodeId">): Promise<void>;
  /** Nobody is told any more that a process has departed. */
  bury(bootId: string): Promise<void>;
  /** Whether a process holds its lease now. */
  lives(bootId: string): Promise<boolean>;
  reserve(bootId: string, reservation: Reservation): Promise<boolean>;
  offer(roomId: string, offer: RoomOffer): Promise<Ownership>;
  claim(roomId: string, bootId: string, attempt: number): Promise<Ownership | undefined>;
  take(roomId: string, name: string, owner: NodeIdentity): Promise<Ownership>;
  confirm(roomId: string, bootId: string, epoch: number): Promise<boolean>;
  reclaim(roomId: string, bootId: string, epoch: number): Promise<boolean>;
  /** Gives a running room to another process, where its record is exactly as expected; gives what the record says then. */
  transfer(
    record: Pick<Ownership, "roomId" | "bootId" | "epoch" | "attempt">,
    target: NodeIdentity,
  ): Promise<Ownership | undefined>;
  release(roomId: string, bootId: string, epoch: number): Promise<void>;
  /** Lets a record end {@link UNFINISHED_MS} later, where it is exactly as it was read and its owner does not come back. */
  disown(record: Pick<Ownership, "roomId" | "bootId" | "epoch" | "attempt">): Promise<void>;
  read(roomId: string): Promise<Ownership | undefined>;
  /** The shared secret, which is made where there is none. */
  secret(proposal: Buffer): Promise<Buffer>;
  close(): Promise<void>;
}
