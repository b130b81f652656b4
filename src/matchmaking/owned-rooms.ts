import { matchMaker } from "@colyseus/core";
import type { Cluster } from "../cluster/cluster.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { asHosted } from "./hosted-room.ts";

/** What they are owned with. */
export interface OwnedRoomsParts {
  readonly cluster: Cluster;
  readonly telemetry: Telemetry;
}

/** A room that is this process'. */
interface Owned {
  readonly name: string;
  readonly epoch: number;
}

interface Named {
  readonly roomId: string;
  readonly name: string;
}

/** A room that was offered to this process. */
type Offered = Named & { readonly attempt: number };

/** A node may have thousands of rooms, and its connection to Redis a bound for how long a command takes. */
const RECLAIMS_IN_FLIGHT = 64;

/** Which rooms are this process', under which epochs, in step with the cluster's records of them. */
export class OwnedRooms {
  readonly #cluster: Cluster;
  readonly #telemetry: Telemetry;
  /** The rooms that are this process', also those that it is making. */
  readonly #owned = new Map<string, Owned>();
  /** Rooms whose offers are being taken up. */
  readonly #claiming = new Set<string>();
  /** Rooms that this process does not have and that may still be recorded as its own: of that nothing was heard. */
  readonly #leftovers = new Set<string>();
  /** Rooms that were given up of late: a store that has lost its last moments has them again. */
  readonly #givenUp = new Set<string>();

  constructor({ cluster, telemetry }: OwnedRoomsParts) {
    this.#cluster = cluster;
    this.#telemetry = telemetry;
  }

  /** Also those that are just being made. */
  get ids(): readonly string[] {
    return [...this.#owned.keys()];
  }

  has(roomId: string): boolean {
    return this.#owned.has(roomId);
  }

  /** Epoch under which a room of this process runs; undefined for a room that it does not own. */
  epochOf(roomId: string): number | undefined {
    return this.#owned.get(roomId)?.epoch;
  }

  /** Whether this process has a room: it is being made, runs, or is ending. */
  isHere(roomId: string): boolean {
    return this.#owned.has(roomId) || this.#claiming.has(roomId) || matchMaker.getLocalRoomById(roomId) !== undefined;
  }

  /** Takes up an offer; of two calls that come with one, one does. @throws ArenaError CREATION_REVOKED, CLUSTER_UNAVAILABLE */
  async claim({ roomId, name, attempt }: Offered): Promise<void> {
    if (this.isHere(roomId)) throw new ArenaError("CREATION_REVOKED");
    this.#claiming.add(roomId);
    try {
      const claimed = await this.#cluster.claim(roomId, { attempt });
      if (!claimed) throw new ArenaError("CREATION_REVOKED");
      this.#owned.set(roomId, { name, epoch: claimed.epoch });
    } catch (error) {
      if (!(error instanceof ArenaError && error.code === "CREATION_REVOKED")) this.#leftovers.add(roomId);
      throw error;
    } finally {
      this.#claiming.delete(roomId);
    }
  }

  /** Takes a room that nobody has any more. @throws ArenaError CREATION_REVOKED where somebody has, CLUSTER_UNAVAILABLE */
  async takeOver({ roomId, name }: Named): Promise<void> {
    if (this.isHere(roomId)) throw new ArenaError("CREATION_REVOKED");
    this.#claiming.add(roomId);
    try {
      const owner = await this.#cluster.take(roomId, { name });
      if (owner.bootId !== this.#cluster.identity.bootId) throw new ArenaError("CREATION_REVOKED");
      this.#owned.set(roomId, { name, epoch: owner.epoch });
    } finally {
      this.#claiming.delete(roomId);
    }
  }

  /** A room is this process' by a record that is there already. */
  put({ roomId, name, epoch }: Named & { readonly epoch: number }): void {
    this.#owned.set(roomId, { name, epoch });
  }

  /** A room is not this process' any more, or not to be acted for; its record is left as it is. */
  drop(roomId: string): void {
    this.#owned.delete(roomId);
  }

  /** Gives a room up. Where the store is away, that is done later. */
  release(roomId: string): void {
    const epoch = this.epochOf(roomId);
    if (epoch === undefined) return;
    this.#owned.delete(roomId);
    this.#cluster.release(roomId, epoch).then(
      () => this.#givenUp.add(roomId),
      (error: unknown) => {
        this.#leftovers.add(roomId);
        this.#telemetry.emit("room:notReleased", { roomId, error });
      },
    );
  }

  /** Whether a room that was made here may be listed. */
  async confirm(roomId: string, name: string): Promise<boolean> {
    const owned = this.#owned.get(roomId);
    return owned ? this.#cluster.confirm(roomId, owned.epoch) : this.#take(roomId, name);
  }

  /**
   * After this process' lease had run out: each of its rooms goes on where it is still its own, or nobody's; else it ends, also one that
   * is just being made.
   *
   * @throws ArenaError CLUSTER_UNAVAILABLE where that could not be said of each; until it can, none may act
   */
  async reclaimAll(): Promise<void> {
    const rooms = [...this.#owned];
    const runner = async (): Promise<void> => {
      for (let room = rooms.pop(); room; room = rooms.pop()) {
        await this.#reclaim(...room).catch((error: unknown) => {
          rooms.length = 0;
          throw error;
        });
      }
    };
    await Promise.all(Array.from({ length: RECLAIMS_IN_FLIGHT }, runner));
  }

  /** Gives up what it could not before, as its store was away; what was given up since the last call, it looks at the next time. */
  async releaseLeftovers(): Promise<void> {
    const due = [...this.#leftovers];
    for (const roomId of this.#givenUp) this.#leftovers.add(roomId);
    this.#givenUp.clear();
    for (const roomId of due) {
      if (!(await this.#releaseLeftover(roomId).catch(() => false))) return; // it is away still
      this.#leftovers.delete(roomId);
    }
  }

  async #reclaim(roomId: string, { name, epoch }: Owned): Promise<void> {
    const isKept = await this.#isKept(roomId, { name, epoch });
    if (isKept || this.epochOf(roomId) !== epoch) return;
    this.#owned.delete(roomId);
    const room = matchMaker.getLocalRoomById(roomId);
    if (room) asHosted(room).moveAway();
  }

  async #isKept(roomId: string, { name, epoch }: Owned): Promise<boolean> {
    this.#cluster.forget(roomId);
    if (await this.#cluster.reclaim(roomId, epoch)) return true;
    const owner = await this.#cluster.take(roomId, { name });
    if (owner.bootId !== this.#cluster.identity.bootId || !(await this.#cluster.confirm(roomId, owner.epoch)))
      return false;
    this.#owned.set(roomId, { name, epoch: owner.epoch });
    return true;
  }

  async #releaseLeftover(roomId: string): Promise<boolean> {
    this.#cluster.forget(roomId);
    const owner = await this.#cluster.owner(roomId);
    const isOurs = owner?.bootId === this.#cluster.identity.bootId && !this.isHere(roomId);
    if (isOurs && owner.state !== "offered") await this.#cluster.release(roomId, owner.epoch);
    return true;
  }

  /** A room that code of the app makes by itself, under an id that nobody else has. */
  async #take(roomId: string, name: string): Promise<boolean> {
    const owner = await this.#cluster.take(roomId, { name });
    if (owner.bootId !== this.#cluster.identity.bootId) return false;
    this.#owned.set(roomId, { name, epoch: owner.epoch });
    const stop = this.#telemetry.on("room:disposed", (room) => {
      if (room.roomId !== roomId) return;
      stop();
      this.release(roomId);
    });
    return this.#cluster.confirm(roomId, owner.epoch);
  }
}
