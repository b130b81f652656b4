import { generateId, type IRoomCache } from "@colyseus/core";
import type { Clock } from "../clock/clock.ts";
import type { Cluster, Ownership } from "../cluster/cluster.ts";
import { ArenaError, type ErrorCode } from "../errors/errors.ts";
import type { RoomOrder } from "./hosting.ts";

/** A room that is wanted. */
export interface Wanted {
  readonly name: string;
  /** Join options, checked. */
  readonly options: object;
  /** Given where there is to be one room only for what is asked, such as a board. */
  readonly roomId?: string;
  /** Refuses the room that is there already. */
  readonly isNew?: boolean;
}

/** A wanted room that has its id. */
export type NamedWanted = Wanted & { readonly roomId: string };

/** What creation needs of the process that it runs in. */
export interface CreationParts {
  readonly clock: Clock;
  readonly cluster: Pick<Cluster, "offer" | "owner" | "forget" | "node" | "isGone">;
  /** Boot of the node that is to make the room; not one of those given. @throws ArenaError NO_NODE_FREE, CLUSTER_UNAVAILABLE */
  place(wanted: NamedWanted, except: ReadonlySet<string>): Promise<string>;
  /** Has a node make the room. @throws ArenaError CREATION_REVOKED, PEER_UNREACHABLE, PEER_UNCERTAIN; what the room throws */
  order(bootId: string, order: RoomOrder): Promise<IRoomCache>;
  /** The room as it is listed. */
  find(roomId: string): Promise<IRoomCache | undefined>;
}

/** What came of one attempt: the room, or an offer that nobody has taken up. */
interface Attempt {
  readonly room?: IRoomCache | undefined;
  readonly untaken?: Ownership;
}

/** In all, for one caller; below the time after which an HTTP line on which nothing moves is cut. */
const CREATION_MS = 8000;
const LOOK_EVERY_MS = 25;
/** An offer that nobody has taken for so long was made by a caller that is gone; the cluster lets it be made anew. */
const OFFER_MS = 3000;

/** What a node answers that did not make the room, and will not under this offer. */
const UNDONE: ReadonlySet<ErrorCode> = new Set(["CREATION_REVOKED", "PEER_UNREACHABLE", "PEER_UNCERTAIN", "DRAINING"]);

/**
 * Creation as offer, claim, confirm: the room is offered to a node under its id; the node claims it, or makes nothing. A caller
 * that hears nothing looks at the record: what was not claimed is offered to another node, which ends the first offer for good;
 * what was claimed by a node that lives is waited for. So one id has one room, whatever times out. Keeps OWN2.
 */
export class Creation {
  readonly #parts: CreationParts;
  readonly #looks = new Map<string, Promise<IRoomCache | undefined>>();

  constructor(parts: CreationParts) {
    this.#parts = parts;
  }

  /**
   * Makes a room once, or gives the one that another caller made under the same id.
   *
   * @throws ArenaError LOG_IN_USE where it is to be new and is there; CREATION_TOO_SLOW, NO_NODE_FREE; what the room throws
   */
  async make(wanted: Wanted): Promise<IRoomCache> {
    const { clock } = this.#parts;
    const named = { ...wanted, roomId: wanted.roomId ?? generateId() };
    const failed = new Set<string>();
    let untaken: Ownership | undefined;
    for (const untilMs = clock.nowMs() + CREATION_MS; clock.nowMs() < untilMs; await this.#pause()) {
      const tried = await this.#attempt(named, failed, untaken ?? (await this.#staleOwner(named.roomId)));
      if (tried.room) return tried.room;
      untaken = tried.untaken;
    }
    throw new ArenaError("CREATION_TOO_SLOW");
  }

  /**
   * Waits for a room that another caller has made; undefined where it will not be. However many wait in this process, one looks.
   *
   * @throws ArenaError CREATION_TOO_SLOW, CLUSTER_UNAVAILABLE
   */
  arrival(roomId: string): Promise<IRoomCache | undefined> {
    const looking = this.#looks.get(roomId) ?? this.#look(roomId).finally(() => this.#looks.delete(roomId));
    this.#looks.set(roomId, looking);
    return looking;
  }

  /** One node is asked. Without a room it is to be tried again. */
  async #attempt(wanted: NamedWanted, failed: Set<string>, stale: Ownership | undefined): Promise<Attempt> {
    const { cluster, place, order } = this.#parts;
    const { roomId, name, options } = wanted;
    const target = await place(wanted, failed);
    const record = await cluster.offer(roomId, { name, target, expect: stale });
    if (!isOffer(record, target, stale)) {
      if (wanted.isNew && failed.size === 0) throw new ArenaError("LOG_IN_USE");
      return { room: await this.arrival(roomId) };
    }
    try {
      return { room: await order(target, { roomId, name, options, attempt: record.attempt }) };
    } catch (error) {
      if (!(error instanceof ArenaError && UNDONE.has(error.code))) throw error;
      failed.add(target);
      return this.#outcome(record);
    }
  }

  /** What came of an offer of which nothing was heard. */
  async #outcome({ roomId, attempt }: Ownership): Promise<Attempt> {
    const owner = await this.#current(roomId);
    if (!owner) return {};
    if (owner.state === "offered") return owner.attempt === attempt ? { untaken: owner } : {};
    return this.#isAlive(owner) ? { room: await this.arrival(roomId) } : {};
  }

  /** The record of a room whose owner is gone; that is asked after the record was read, as an owner that comes back changes it. */
  async #staleOwner(roomId: string): Promise<Ownership | undefined> {
    const owner = await this.#current(roomId);
    if (!owner || this.#isAlive(owner)) return undefined;
    return (await this.#parts.cluster.isGone(owner)) ? owner : undefined;
  }

  async #look(roomId: string): Promise<IRoomCache | undefined> {
    const { clock, find } = this.#parts;
    const startMs = clock.nowMs();
    for (; clock.nowMs() < startMs + CREATION_MS; await this.#pause()) {
      const owner = await this.#current(roomId);
      if (!owner || !this.#isAlive(owner)) return undefined;
      if (owner.state === "offered" && clock.nowMs() > startMs + OFFER_MS) return undefined;
      const room = owner.state === "running" ? await find(roomId) : undefined;
      if (room) return room;
    }
    throw new ArenaError("CREATION_TOO_SLOW");
  }

  #current(roomId: string): Promise<Ownership | undefined> {
    this.#parts.cluster.forget(roomId);
    return this.#parts.cluster.owner(roomId);
  }

  #isAlive({ bootId }: Ownership): boolean {
    return this.#parts.cluster.node(bootId) !== undefined;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(LOOK_EVERY_MS, resolve));
  }
}

/** Whether what the record says is the offer that was just made, not one of another caller. */
function isOffer({ state, bootId, attempt }: Ownership, target: string, stale: Ownership | undefined): boolean {
  return state === "offered" && bootId === target && attempt !== stale?.attempt;
}
