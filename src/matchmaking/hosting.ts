import { type IRoomCache, matchMaker } from "@colyseus/core";
import type { Checkpoints } from "../checkpoint/checkpoint.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { asHosted, type HostedMove, type HostedRoom, hostedHere, roomOf } from "./hosted-room.ts";
import { type HostedRoomView, viewOf } from "./hosted-view.ts";
import { OwnedRooms } from "./owned-rooms.ts";

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
  /** How long they are kept for who does not come; as long as Colyseus keeps a seat unless told otherwise. */
  readonly keptMs?: number | undefined;
}

/** What becomes of seats that were reserved and are not taken yet. */
export interface SeatChange {
  readonly roomId: string;
  readonly sessionIds: readonly string[];
  /** Join options in the place of those that they were reserved with; undefined where nobody will come. */
  readonly options: object | undefined;
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
  /** Where rooms are kept that outlive their process. */
  readonly checkpoints: Pick<Checkpoints, "find" | "forget">;
}

/** A room that is to go on from its checkpoint. */
export interface RestoreOrder {
  readonly roomId: string;
  /** Of the offer, where it was offered to this node; else it is taken if nobody has it. */
  readonly attempt?: number;
}

/** A room that has come to this node from another one. */
export interface Transferred {
  readonly roomId: string;
  readonly name: string;
  /** Under which it is this node's. */
  readonly epoch: number;
}

/**
 * What a node does for callers of any process: makes rooms that were offered to it, reserves seats in those it runs. A room is claimed
 * before its `onCreate` runs, confirmed before it is listed, and given up after its `onDispose` has ended, so that the next owner
 * finds what it left.
 */
export class Hosting {
  /** The rooms that are this node's. */
  readonly owned: OwnedRooms;
  readonly #cluster: Cluster;
  readonly #checkpoints: HostingParts["checkpoints"];
  /** Rooms that are being made. */
  readonly #making = new Map<string, Promise<void>>();
  /** Rooms that have moved away and are just ending here. */
  readonly #given = new Map<string, HostedRoom>();

  constructor({ cluster, telemetry, checkpoints }: HostingParts) {
    this.#checkpoints = checkpoints;
    this.#cluster = cluster;
    this.owned = new OwnedRooms({ cluster, telemetry });
  }

  /** Makes a room, once. @throws ArenaError CREATION_REVOKED where the offer is no longer this node's; what the room throws */
  async create(order: RoomOrder): Promise<IRoomCache> {
    if (matchMaker.state !== matchMaker.MatchMakerState.READY) throw new ArenaError("DRAINING");
    await this.owned.claim(order);
    return this.#make(order);
  }

  /**
   * Makes a room again from its checkpoint, once, under the id that it had; undefined where there is none. Nobody comes in before it is as it
   * was. One that cannot be restored begins anew.
   *
   * @throws ArenaError CREATION_REVOKED where another process has it, or the offer is no longer this node's; what the room and the store throw
   */
  async restore({ roomId, attempt }: RestoreOrder): Promise<IRoomCache | undefined> {
    if (matchMaker.state !== matchMaker.MatchMakerState.READY) throw new ArenaError("DRAINING");
    const kept = await this.#checkpoints.find(roomId);
    if (!kept) return undefined;
    if (attempt === undefined) await this.owned.takeOver(kept);
    else await this.owned.claim({ roomId, name: kept.name, attempt });
    return this.#make(kept);
  }

  /**
   * How a room of this node moves away; undefined for one that cannot. When it ends there, it is not this node's any more.
   */
  moving(roomId: string): HostedMove | undefined {
    const room = this.owned.has(roomId) ? hostedHere(roomId) : undefined;
    if (!room?.move.canMove) return undefined;
    const { move } = room;
    return {
      hold: () => move.hold(),
      freeze: () => move.freeze(),
      store: () => move.store(),
      resume: () => move.resume(),
      handOver: (target) => move.handOver(target),
      end: () => {
        this.#give(roomId, room);
        move.end();
      },
    };
  }

  /** The rooms that are this node's, as they are now. */
  rooms(): readonly HostedRoomView[] {
    return this.owned.ids.flatMap((roomId) => viewOf(matchMaker.getLocalRoomById(roomId)) ?? []);
  }

  /** Ends a room of this node for all who are in it, as its end does. */
  close(roomId: string): void {
    hostedHere(roomId)?.close();
  }

  /** Why no room may come to this node from another one. */
  whyNot(): ArenaError | undefined {
    const { role, bootId } = this.#cluster.identity;
    if (role === "edge" || this.#cluster.node(bootId)?.isDraining) return new ArenaError("MOVE_REFUSED");
    return matchMaker.state === matchMaker.MatchMakerState.READY ? undefined : new ArenaError("DRAINING");
  }

  /**
   * While a room of this node may be about to move away: settles when it has, or stays. While one is being made here, which may be
   * listed before those who were in it are in it again: settles when they are, or there is none.
   */
  settled(roomId: string): Promise<void> | undefined {
    return hostedHere(roomId)?.move.settled ?? this.#making.get(roomId);
  }

  /**
   * Makes a room of its last checkpoint that is this node's already: another one has given it. Where it throws, the room is this node's
   * still, and to be adopted again or given up.
   *
   * @throws ArenaError CREATION_REVOKED where it has become another's, or nothing is kept of it; what the room and the store throw
   */
  async adopt({ roomId, name, epoch }: Transferred): Promise<void> {
    await this.#given.get(roomId)?.ended;
    const kept = await this.#checkpoints.find(roomId);
    if (!kept || this.owned.isHere(roomId)) throw new ArenaError("CREATION_REVOKED");
    this.owned.put({ roomId, name, epoch });
    try {
      await this.#tryToMake(kept);
    } catch (error) {
      if (this.owned.epochOf(roomId) === epoch) this.owned.drop(roomId);
      throw error;
    }
  }

  /** A room that could not be adopted is nobody's. */
  giveUp(room: Transferred): void {
    if (this.owned.isHere(room.roomId)) return;
    this.owned.put(room);
    this.owned.release(room.roomId);
  }

  /**
   * Whether the seats are reserved, all of them.
   *
   * @throws ArenaError ROOM_NOT_FOUND; PEER_UNREACHABLE while this process may not act: a seat here could be worth nothing
   */
  async reserve({ roomId, seats, keptMs }: SeatOrder): Promise<boolean> {
    this.#mustAct(roomId);
    const isReserved = await roomOf(roomId).reserveSeats(seats, keptMs);
    this.#mustAct(); // that took time
    return isReserved;
  }

  /** Whether all the seats were still there, and not taken yet. Throws as `reserve` does. */
  async change({ roomId, sessionIds, options }: SeatChange): Promise<boolean> {
    this.#mustAct(roomId);
    return roomOf(roomId).changeSeats(sessionIds, options);
  }

  /** Session whose seat is kept under a token; undefined where there is none. Throws as `reserve` does. */
  async sessionOf({ roomId, token }: { readonly roomId: string; readonly token: string }): Promise<string | undefined> {
    this.#mustAct(roomId);
    return roomOf(roomId).checkReconnectionToken(token) || undefined;
  }

  /** What is done to a room that may be about to move might not move with it. */
  #mustAct(roomId?: string): void {
    const isMoving = roomId !== undefined && hostedHere(roomId)?.move.settled !== undefined;
    if (isMoving || !this.#cluster.mayAct()) throw new ArenaError("PEER_UNREACHABLE");
  }

  async #make(room: Pick<RoomOrder, "roomId" | "name" | "options">): Promise<IRoomCache> {
    try {
      return await this.#tryToMake(room);
    } catch (error) {
      this.owned.release(room.roomId);
      throw error;
    }
  }

  async #tryToMake({ roomId, name, options }: Pick<RoomOrder, "roomId" | "name" | "options">): Promise<IRoomCache> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#making.set(roomId, promise);
    try {
      const listing = await this.#createRoom(roomId, name, options);
      const room = matchMaker.getLocalRoomById(listing.roomId);
      if (listing.processId !== matchMaker.processId || !room) throw new ArenaError("CREATION_REVOKED"); // another has listed it
      if (listing.roomId === roomId) this.#keep(roomId, asHosted(room));
      else this.owned.release(roomId); // it has chosen another id, under which it was taken when it was listed
      await asHosted(room).wake();
      return listing;
    } catch (error) {
      // How Colyseus says that a room could not be listed.
      const isUnlisted = error instanceof Error && error.constructor.name === "SeatReservationError";
      throw isUnlisted ? new ArenaError("CREATION_REVOKED") : error;
    } finally {
      if (this.#making.get(roomId) === promise) this.#making.delete(roomId);
      resolve();
    }
  }

  /** One that cannot go on from its checkpoint is made without. */
  async #createRoom(roomId: string, name: string, options: object): Promise<IRoomCache> {
    try {
      return await matchMaker.handleCreateRoom(name, options, undefined, roomId);
    } catch (error) {
      const epoch = this.owned.epochOf(roomId);
      const isUnrestored = error instanceof Error && "code" in error && error.code === "ROOM_NOT_RESTORED";
      if (!isUnrestored || epoch === undefined) throw error;
      await this.#checkpoints.forget({ roomId, epoch });
      return matchMaker.handleCreateRoom(name, options, undefined, roomId);
    }
  }

  /** A room that was made; while it was, it may have become another process'. */
  #keep(roomId: string, room: HostedRoom): void {
    void room.ended.then(() => {
      if (this.#given.get(roomId) === room) this.#given.delete(roomId);
      else this.owned.release(roomId);
    });
    if (this.owned.has(roomId)) return;
    room.moveAway();
    throw new ArenaError("CREATION_REVOKED");
  }

  #give(roomId: string, room: HostedRoom): void {
    this.owned.drop(roomId);
    this.#given.set(roomId, room);
  }
}
