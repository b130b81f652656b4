import { type IRoomCache, matchMaker, type Room } from "@colyseus/core";
import type { Cluster } from "../cluster/cluster.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** What a process asks a node for that is to make a room. */
export interface RoomOrder {
  readonly roomId: string;
  readonly name: string;
  /** Join options, checked. */
  readonly options: object;
  /** Of the offer: a node that comes too late to it makes nothing. */
  readonly attempt: number;
}

/** Seats in one room, all of them or none. */
export interface SeatOrder {
  readonly roomId: string;
  readonly seats: readonly SeatRequest[];
}

/** A seat for one session. */
export interface SeatRequest {
  readonly sessionId: string;
  readonly options: object;
  /** What the room's `onAuth` made of the caller. */
  readonly auth: unknown;
}

/** What a node does for callers of any process: makes rooms that were offered to it, reserves seats in those it runs. */
export interface Hosting {
  /** Makes a room, once. @throws ArenaError CREATION_REVOKED where the offer is no longer this node's; what the room throws */
  create(order: RoomOrder): Promise<IRoomCache>;
  /** Whether the seats are reserved, all of them. @throws ArenaError ROOM_NOT_FOUND */
  reserve(order: SeatOrder): Promise<boolean>;
  /** Session whose seat is kept under a token; undefined where there is none. @throws ArenaError ROOM_NOT_FOUND */
  sessionOf(order: { readonly roomId: string; readonly token: string }): Promise<string | undefined>;
  /** Whether a room that was made here may be listed. */
  confirm(roomId: string, name: string): Promise<boolean>;
  /** Whether a room of this process is still its own, after its lease had run out; it is taken again where nobody has it. */
  reclaim(roomId: string, name: string): Promise<boolean>;
  /** Epoch under which a room of this node runs; undefined for a room that was made without a claim. */
  epochOf(roomId: string): number | undefined;
}

/** What hosting is built from. */
export interface HostingParts {
  readonly cluster: Cluster;
  readonly telemetry: Telemetry;
}

/** What hosting asks of a room of this process. */
interface HostedRoom {
  /** Settles when the room is gone, `onDispose` and all. */
  readonly ended: Promise<void>;
  reserveSeats(seats: readonly SeatRequest[]): Promise<boolean>;
  checkReconnectionToken(token: string): string | undefined;
}

/**
 * Hosting of this process. A room is claimed before its `onCreate` runs, confirmed before it is listed, and given up after its
 * `onDispose` has ended, so that the next owner finds what it left.
 */
export function createHosting({ cluster, telemetry }: HostingParts): Hosting {
  const epochs = new Map<string, number>();
  const release = (roomId: string): void => {
    const epoch = epochs.get(roomId);
    if (epoch === undefined) return;
    epochs.delete(roomId);
    cluster.release(roomId, epoch).catch((error: unknown) => telemetry.emit("room:notReleased", { roomId, error }));
  };
  const make = async ({ roomId, name, options }: RoomOrder): Promise<IRoomCache> => {
    try {
      const listing = await matchMaker.handleCreateRoom(name, options, undefined, roomId);
      if (listing.processId !== matchMaker.processId) throw new ArenaError("CREATION_REVOKED"); // another has listed it
      if (listing.roomId === roomId) void roomOf(roomId).ended.then(() => release(roomId));
      else release(roomId); // it has chosen another id, under which it was taken when it was listed
      return listing;
    } catch (error) {
      release(roomId);
      // How Colyseus says that a room could not be listed.
      if (error instanceof Error && error.constructor.name === "SeatReservationError")
        throw new ArenaError("CREATION_REVOKED");
      throw error;
    }
  };
  /** A room that code of the app makes by itself, under an id that nobody else has. */
  const take = async (roomId: string, name: string): Promise<boolean> => {
    const owner = await cluster.take(roomId, { name });
    if (owner.bootId !== cluster.identity.bootId) return false;
    epochs.set(roomId, owner.epoch);
    const stop = telemetry.on("room:disposed", (room) => {
      if (room.roomId !== roomId) return;
      stop();
      release(roomId);
    });
    return cluster.confirm(roomId, owner.epoch);
  };

  return {
    async create(order) {
      if (matchMaker.state !== matchMaker.MatchMakerState.READY) throw new ArenaError("DRAINING");
      if (epochs.has(order.roomId)) throw new ArenaError("CREATION_REVOKED"); // it is being made, or has not quite ended
      const claimed = await cluster.claim(order.roomId, { attempt: order.attempt });
      if (!claimed) throw new ArenaError("CREATION_REVOKED");
      epochs.set(order.roomId, claimed.epoch);
      return make(order);
    },
    reserve: async ({ roomId, seats }) => roomOf(roomId).reserveSeats(seats),
    sessionOf: async ({ roomId, token }) => roomOf(roomId).checkReconnectionToken(token) || undefined,
    confirm: async (roomId, name) => {
      const epoch = epochs.get(roomId);
      return epoch === undefined ? take(roomId, name) : cluster.confirm(roomId, epoch);
    },
    async reclaim(roomId, name) {
      cluster.forget(roomId);
      const owner = (await cluster.owner(roomId)) ?? (await cluster.take(roomId, { name }));
      if (owner.bootId !== cluster.identity.bootId || !(await cluster.confirm(roomId, owner.epoch))) return false;
      epochs.set(roomId, owner.epoch);
      return true;
    },
    epochOf: (roomId) => epochs.get(roomId),
  };
}

function roomOf(roomId: string): HostedRoom {
  const room: Room | undefined = matchMaker.getLocalRoomById(roomId);
  if (!room) throw new ArenaError("ROOM_NOT_FOUND");
  return room as unknown as HostedRoom; // every room of an app is one
}
