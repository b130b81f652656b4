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
 * What a node does for callers of any process: makes rooms that were offered to it, reserves seats in those it runs. A room is claimed
 * before its `onCreate` runs, confirmed before it is listed, and given up after its `onDispose` has ended, so that the next owner
 * finds what it left.
 */
export class Hosting {
  readonly #cluster: Cluster;
  readonly #telemetry: Telemetry;
  /** Epochs of the rooms that are this process'. */
  readonly #epochs = new Map<string, number>();
  /** Rooms whose offers are being taken up. */
  readonly #claiming = new Set<string>();

  constructor({ cluster, telemetry }: HostingParts) {
    this.#cluster = cluster;
    this.#telemetry = telemetry;
  }

  /** Makes a room, once. @throws ArenaError CREATION_REVOKED where the offer is no longer this node's; what the room throws */
  async create(order: RoomOrder): Promise<IRoomCache> {
    if (matchMaker.state !== matchMaker.MatchMakerState.READY) throw new ArenaError("DRAINING");
    await this.#claim(order);
    return this.#make(order);
  }

  /** Whether the seats are reserved, all of them. @throws ArenaError ROOM_NOT_FOUND */
  async reserve({ roomId, seats }: SeatOrder): Promise<boolean> {
    return roomOf(roomId).reserveSeats(seats);
  }

  /** Session whose seat is kept under a token; undefined where there is none. @throws ArenaError ROOM_NOT_FOUND */
  async sessionOf({ roomId, token }: { readonly roomId: string; readonly token: string }): Promise<string | undefined> {
    return roomOf(roomId).checkReconnectionToken(token) || undefined;
  }

  /** Whether a room that was made here may be listed. */
  async confirm(roomId: string, name: string): Promise<boolean> {
    const epoch = this.#epochs.get(roomId);
    return epoch === undefined ? this.#take(roomId, name) : this.#cluster.confirm(roomId, epoch);
  }

  /** Whether a room of this process is still its own, after its lease had run out; it is taken again where nobody has it. */
  async reclaim(roomId: string, name: string): Promise<boolean> {
    this.#cluster.forget(roomId);
    const owner = (await this.#cluster.owner(roomId)) ?? (await this.#cluster.take(roomId, { name }));
    if (owner.bootId !== this.#cluster.identity.bootId) return false;
    if (!(await this.#cluster.confirm(roomId, owner.epoch))) return false;
    this.#epochs.set(roomId, owner.epoch);
    return true;
  }

  /** Epoch under which a room of this process runs; undefined for a room that it does not own. */
  epochOf(roomId: string): number | undefined {
    return this.#epochs.get(roomId);
  }

  /** Of two calls that come with one offer, one takes it up. */
  async #claim({ roomId, attempt }: RoomOrder): Promise<void> {
    if (this.#epochs.has(roomId) || this.#claiming.has(roomId)) throw new ArenaError("CREATION_REVOKED");
    this.#claiming.add(roomId);
    try {
      const claimed = await this.#cluster.claim(roomId, { attempt });
      if (!claimed) throw new ArenaError("CREATION_REVOKED");
      this.#epochs.set(roomId, claimed.epoch);
    } finally {
      this.#claiming.delete(roomId);
    }
  }

  async #make({ roomId, name, options }: RoomOrder): Promise<IRoomCache> {
    try {
      const listing = await matchMaker.handleCreateRoom(name, options, undefined, roomId);
      if (listing.processId !== matchMaker.processId) throw new ArenaError("CREATION_REVOKED"); // another has listed it
      if (listing.roomId === roomId) void roomOf(roomId).ended.then(() => this.#release(roomId));
      else this.#release(roomId); // it has chosen another id, under which it was taken when it was listed
      return listing;
    } catch (error) {
      this.#release(roomId);
      // How Colyseus says that a room could not be listed.
      const isUnlisted = error instanceof Error && error.constructor.name === "SeatReservationError";
      throw isUnlisted ? new ArenaError("CREATION_REVOKED") : error;
    }
  }

  /** A room that code of the app makes by itself, under an id that nobody else has. */
  async #take(roomId: string, name: string): Promise<boolean> {
    const owner = await this.#cluster.take(roomId, { name });
    if (owner.bootId !== this.#cluster.identity.bootId) return false;
    this.#epochs.set(roomId, owner.epoch);
    const stop = this.#telemetry.on("room:disposed", (room) => {
      if (room.roomId !== roomId) return;
      stop();
      this.#release(roomId);
    });
    return this.#cluster.confirm(roomId, owner.epoch);
  }

  #release(roomId: string): void {
    const epoch = this.#epochs.get(roomId);
    if (epoch === undefined) return;
    this.#epochs.delete(roomId);
    this.#cluster
      .release(roomId, epoch)
      .catch((error: unknown) => this.#telemetry.emit("room:notReleased", { roomId, error }));
  }
}

function roomOf(roomId: string): HostedRoom {
  const room: Room | undefined = matchMaker.getLocalRoomById(roomId);
  if (!room) throw new ArenaError("ROOM_NOT_FOUND");
  return room as unknown as HostedRoom; // every room of an app is one
}
