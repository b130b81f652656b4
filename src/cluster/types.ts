import type { Stop } from "../clock/clock.ts";

/** A process of the cluster, as it names itself. */
export interface NodeIdentity {
  /** The name that people give it; held by one process at a time. */
  readonly nodeId: string;
  /** New with each start of a process. */
  readonly bootId: string;
  /** An edge hosts no rooms. */
  readonly role: "node" | "edge";
  /** Where the other processes reach it, `host:port`. */
  readonly internalAddress: string;
  /** Where clients reach it directly; "" where they do not. */
  readonly publicAddress: string;
  readonly version: string;
  readonly region: string;
  readonly labels: readonly string[];
  readonly pid: number;
}

/** What a node tells of its load. The cluster carries it; placement makes something of it. */
export type Report = Readonly<Record<string, unknown>>;

/** Load that a caller is about to bring to a node, by resource. */
export interface Reservation {
  readonly id: string;
  readonly weight: Readonly<Record<string, number>>;
}

/** A process that lives, as the others see it. */
export interface NodeRecord extends NodeIdentity {
  /** How long ago it joined, in ms, by the clock of the store. */
  readonly ageMs: number;
  /** It takes no new rooms. */
  readonly isDraining: boolean;
  readonly report: Report | undefined;
  /** What was reserved on it within the last {@link RESERVATION_MS} and is not yet in its report. */
  readonly reservations: readonly Reservation[];
}

/** Who has a room, or is to have it. */
export interface Ownership {
  readonly roomId: string;
  /** Name of the room's type. */
  readonly name: string;
  readonly bootId: string;
  readonly nodeId: string;
  readonly internalAddress: string;
  readonly publicAddress: string;
  /** Rises with each change of owner; 0 before the first. */
  readonly epoch: number;
  /** Rises with each offer. */
  readonly attempt: number;
  /** `offered`: the node has not taken it yet; `starting`: it makes the room; `running`. */
  readonly state: "offered" | "starting" | "running";
}

/** `fenced`: it may not act now. `held`: it may again, and nobody had its rooms meanwhile. `lost`: the lease had run out. */
export type LeaseEvent = "fenced" | "held" | "lost";

/** What is asked of an offer. */
export interface Offer {
  readonly name: string;
  /** Boot of the node that is to make the room. */
  readonly target: string;
  /** The record that is to be replaced, exactly as it was read: its owner is gone. */
  readonly expect?: Pick<Ownership, "epoch" | "attempt"> | undefined;
}

/** Who has a room, and where it is reached. */
export type Holder = Pick<NodeIdentity, "bootId" | "nodeId" | "internalAddress">;

/** Calls between the processes of a cluster. */
export interface Calls {
  call(peer: Holder, method: string, payload: unknown, deadlineMs: number): Promise<unknown>;
  on(method: string, handler: (payload: unknown) => Promise<unknown>): void;
}

/**
 * This process among the others. Every call that changes something is one compare-and-set in the store; where the store is
 * away, calls throw an ArenaError CLUSTER_UNAVAILABLE within a bounded time.
 */
export interface Cluster {
  readonly identity: NodeIdentity;
  /** Joins under its name, to be reached at that address. @throws ArenaError NODE_ID_TAKEN where a process that lives has it */
  join(internalAddress: string): Promise<void>;
  /** Lets this process and the others hear from each other whether an outage of the store is everybody's. */
  meet(calls: Calls): void;
  /**
   * Whether this process may act for its rooms: its lease is held, or all who lived when it was last confirmed say that they cannot
   * confirm theirs either. A compare and no more; the answer is worth nothing a moment later.
   */
  mayAct(): boolean;
  /** Whether its lease is, by its monotonic clock, counted from when the last confirmed renewal was sent. */
  isLeaseHeld(): boolean;
  /** Processes that live, this one too, as of the last renewal. */
  nodes(): readonly NodeRecord[];
  node(bootId: string): NodeRecord | undefined;
  /**
   * Whether a process holds no lease, asked of the store now. Of a record that was read before, such a process is the owner no more,
   * unless it reclaims the room, which changes the record. One that goes on without the store is told to stand still, where it can be
   * reached. @throws ArenaError CLUSTER_UNAVAILABLE
   */
  isGone(owner: Holder): Promise<boolean>;
  /** Boots of processes that have gone and of whose rooms something may still be recorded; a few of them, as of the last renewal. */
  departed(): readonly string[];
  /**
   * What is recorded of these rooms as a process' that is gone ends {@link UNFINISHED_MS} later; until then those who were in them are told
   * that they may come again. False where that process lives, and nothing was changed then.
   *
   * @throws ArenaError CLUSTER_UNAVAILABLE
   */
  disown(bootId: string, roomIds: readonly string[]): Promise<boolean>;
  /** Nothing is left of a process that has gone. */
  bury(bootId: string): Promise<void>;
  /** Asks the store now. */
  refresh(): Promise<void>;
  /** Goes out with the next renewal; at once, but not more often than each 200 ms, where `isUrgent`. */
  setReport(report: Report, isUrgent?: boolean): void;
  /** Takes no new rooms from now on. */
  drain(): Promise<void>;
  /** Notes load that is about to come to a node; false where that node is gone or drains. It counts for {@link RESERVATION_MS}. */
  reserve(bootId: string, reservation: Reservation): Promise<boolean>;
  /**
   * Offers a room that nobody has, or exactly what was expected; gives what the record says then, whoever's it is.
   *
   * @throws ArenaError PEER_UNREACHABLE where the target is gone; CLUSTER_UNAVAILABLE also while a store that has begun anew
   *   may not have heard of all rooms yet
   */
  offer(roomId: string, offer: Offer): Promise<Ownership>;
  /** Takes up an offer to this process, which begins a new epoch; undefined where it is not its any more. */
  claim(roomId: string, claim: Pick<Ownership, "attempt">): Promise<Ownership | undefined>;
  /** Takes a room that nobody has without an offer; gives what the record says then. */
  take(roomId: string, room: Pick<Ownership, "name">): Promise<Ownership>;
  /** The room runs. False where it is somebody else's: it has to be given up. */
  confirm(roomId: string, epoch: number): Promise<boolean>;
  /**
   * As `confirm`, after this process' lease had run out: whoever thinks it gone comes too late with an offer from then on. False where
   * somebody else has the room, or nobody.
   */
  reclaim(roomId: string, epoch: number): Promise<boolean>;
  /**
   * Gives a running room of this process to another, under a new epoch, where its record is exactly as it was read; gives what the record
   * says then. A call that was not answered may still come into effect, until the room is reclaimed. @throws ArenaError PEER_UNREACHABLE
   * where the target is gone; CLUSTER_UNAVAILABLE
   */
  transfer(room: Pick<Ownership, "roomId" | "epoch" | "attempt">, target: string): Promise<Ownership | undefined>;
  /** The room has ended. */
  release(roomId: string, epoch: number): Promise<void>;
  /**
   * Who has a room. Kept for a moment, and until its owner is gone; one question is under way for a room at a time.
   *
   * @throws ArenaError CLUSTER_UNAVAILABLE where it cannot be asked; and where nobody is known to have it, until a store that was
   * emptied has been told by all
   */
  owner(roomId: string): Promise<Ownership | undefined>;
  /** The next question about the room goes to the store. */
  forget(roomId: string): void;
  /** With `lost`, this process is not its rooms' owner before what the listener promises is done. */
  onLease(listener: (event: LeaseEvent) => void | Promise<void>): Stop;
  /** A process that lived has ended, or has not renewed its lease in time. */
  onNodeGone(listener: (node: NodeRecord) => void): Stop;
  /** 32 bytes that the processes of a cluster share and nobody else knows. */
  secret(): Promise<Buffer>;
  /** Gives the lease up at once. */
  close(): Promise<void>;
}

/** How long a lease runs in the store. */
export const LEASE_MS = 2000;
/** A process that froze may come back soon; who has not come back so long after its lease had run out has departed. */
export const DEPARTED_MS = 5000;
/** A room that does not run so long after it was offered or claimed, or after its process was gone, never will: its record ends. Longer than seats are kept. */
export const UNFINISHED_MS = 3_600_000;
/** How long a reservation counts that is in no report. */
export const RESERVATION_MS = 10_000;
/** A store that knows of nobody waits so long for those who know more: more than the time that one may go without it. */
export const FRESH_MS = 1500;
/** An offer that was not taken up for so long is void: whoever made it is gone. */
export const OFFER_MS = 3000;
