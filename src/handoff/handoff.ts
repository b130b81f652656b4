/**
 * handoff: rooms that go on in another process: moved there while their players stay, or restarted there when theirs is lost.
 *
 * Owns the steps of a move on both sides and what the two nodes ask of each other. It refuses to know what a room is: it is given one
 * that can be held, frozen, kept and ended, and a place where it can be made again. Between the cluster's record, which alone decides whose a
 * room is, and the rooms. Keeps OWN1, OWN4, HND1 to HND4 and FOV1 to FOV3.
 */
import { type Clock, within } from "../clock/clock.ts";
import type { Cluster, NodeRecord, Ownership } from "../cluster/cluster.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type AdoptingHosting, adopt } from "./adoption.ts";
import { Failover, type FailoverParts } from "./failover.ts";
import { type Calls, createMoveCalls } from "./move-calls.ts";
import { type MoveOutcome, Mover, type MovingRoom } from "./mover.ts";
import { Receiver } from "./receiver.ts";

export { type DrainOrder, drainOrder } from "./drain-calls.ts";
export { type Draining, type Drains, openDrains } from "./drains.ts";
export type { MoveOutcome, MovingRoom } from "./mover.ts";
export { rebalance } from "./rebalancing.ts";

/** What rooms are moved with. */
export interface MovesParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly cluster: Cluster;
  readonly peers: Calls;
  readonly hosting: MovableHosting;
  /** Boot of the node that a room would go to; not one of those given. @throws ArenaError NO_NODE_FREE, CLUSTER_UNAVAILABLE */
  readonly place: (room: Pick<Ownership, "roomId" | "name">, except: ReadonlySet<string>) => Promise<string>;
}

/** The rooms of this node. */
export interface MovableHosting extends AdoptingHosting {
  /** Undefined for a room that is not here, cannot move, or is moving. */
  moving(roomId: string): MovingRoom | undefined;
  settled(roomId: string): Promise<void> | undefined;
  /** Why this node takes no rooms; undefined where it does. */
  whyNot(): ArenaError | undefined;
}

/** A room that was asked to move. */
export interface Moved {
  readonly outcome: MoveOutcome;
  /** Name of the node that it was to go to. */
  readonly nodeId: string;
}

/** Moves of rooms, from here and to here. */
export interface Moves {
  /**
   * Moves a room of any node to another one: to that of a name, or the one that placement chooses.
   *
   * @throws ArenaError ROOM_NOT_FOUND; MOVE_REFUSED where it cannot move, or that node is none that could have it; NO_NODE_FREE,
   *   PEER_UNREACHABLE, PEER_UNCERTAIN, CLUSTER_UNAVAILABLE
   */
  move(roomId: string, nodeId?: string): Promise<Moved>;
  /** While a room may be on its way to or from this node: settles when it has arrived, or stays. */
  settled(roomId: string): Promise<void> | undefined;
}

/** A room that is just coming may go on elsewhere when it has come. */
const ARRIVAL_MS = 2000;

/** Opens both sides of moves for a process. */
export function openMoves(parts: MovesParts): Moves {
  const { clock, telemetry, cluster, hosting, peers } = parts;
  const local = async ({ roomId, nodeId }: MoveRequest): Promise<Moved> => moveHere(await recordOf(roomId), nodeId);
  const { target, isMoving, askOwner } = createMoveCalls(peers, {
    expect: (order) => receiver.expect(order),
    begin: (order) => receiver.begin(order),
    callOff: (order) => receiver.callOff(order),
    isMoving: (order) => mover.isMoving(order),
    move: local,
  });
  const receiver = new Receiver({
    clock,
    telemetry,
    cluster,
    isMoving,
    whyNot: () => hosting.whyNot(),
    restore: ({ roomId, name }, epoch) => adopt({ roomId, name, epoch }, clock, hosting),
  });
  const mover = new Mover({ clock, telemetry, cluster, calls: target });

  const recordOf = async (roomId: string): Promise<Ownership> => {
    cluster.forget(roomId);
    const record = await cluster.owner(roomId);
    if (record?.state !== "running") throw new ArenaError("ROOM_NOT_FOUND");
    return record;
  };
  const targetOf = async (record: Ownership, nodeId: string | undefined): Promise<NodeRecord> => {
    const bootId = nodeId === undefined ? await parts.place(record, new Set([record.bootId])) : bootOf(cluster, nodeId);
    const node = cluster.node(bootId);
    const isFit = node?.role === "node" && !node.isDraining && bootId !== record.bootId;
    if (!(node && isFit)) throw new ArenaError("MOVE_REFUSED", "There is no such node that could have it.");
    return node;
  };
  const settled: Moves["settled"] = (roomId) => hosting.settled(roomId) ?? receiver.settled(roomId);
  const moveHere = async (record: Ownership, nodeId: string | undefined): Promise<Moved> => {
    await within(clock, ARRIVAL_MS, settled(record.roomId) ?? Promise.resolve(), () => {});
    const room = record.bootId === cluster.identity.bootId ? hosting.moving(record.roomId) : undefined;
    if (!room) throw new ArenaError("MOVE_REFUSED", "It is not kept, or on its way already.");
    const node = await targetOf(record, nodeId);
    return { outcome: await mover.move(record, room, node), nodeId: node.nodeId };
  };

  return {
    settled,
    move: async (roomId, nodeId) => {
      const record = await recordOf(roomId);
      if (record.bootId === cluster.identity.bootId) return moveHere(record, nodeId);
      return askOwner(record, { roomId, nodeId });
    },
  };
}

/** Restarts what is left by processes that are gone, until it is closed. */
export function watchNodes(parts: FailoverParts): Pick<Failover, "close"> {
  return new Failover(parts);
}

/** What the owner of a room is asked for. */
export interface MoveRequest {
  readonly roomId: string;
  readonly nodeId?: string | undefined;
}

function bootOf(cluster: Cluster, name: string): string {
  const node = cluster.nodes().find(({ nodeId }) => nodeId === name);
  if (!node) throw new ArenaError("NODE_UNKNOWN", `It is "${name}".`);
  return node.bootId;
}
