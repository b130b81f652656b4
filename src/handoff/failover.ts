import type { CheckpointHead, Checkpoints } from "../checkpoint/checkpoint.ts";
import type { Clock, Stop } from "../clock/clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { rankOf } from "./rendezvous.ts";

/** What rooms of lost nodes are restarted with. */
export interface FailoverParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly cluster: Pick<Cluster, "identity" | "nodes" | "node" | "onNodeGone">;
  readonly checkpoints: Pick<Checkpoints, "boots" | "roomsOf">;
  /** Whether this process has a room: it is being made here, runs, or is ending. */
  readonly isHere: (roomId: string) => boolean;
  /**
   * Has a room go on, on a node that has place for it; resolves also where somebody else did. It is done once, however many call it.
   *
   * @throws ArenaError ROOM_NOT_FOUND where there is nothing to go on from; whatever kept it from being made
   */
  readonly restart: (room: CheckpointHead) => Promise<void>;
}

/** A room that could not be restarted yet. */
interface Failed {
  readonly room: CheckpointHead;
  readonly tries: number;
}

/** What one process does about one that is gone, or about what it took itself and could not make. */
interface Recovery {
  readonly bootId: string;
  readonly startMs: number;
  /** Rooms that this process tried in vain: who has them by then may be another boot that has nothing of them. */
  readonly failed: Map<string, Failed>;
  restarted: number;
  lost: number;
  /** Why some could not be restarted in this round. */
  error: unknown;
}

/** Restarts under way together, by one process. */
const MAX_RESTARTS = 16;
/** In each round those help who are next in line: a room that nobody has begun with by then will not be begun by the one before. */
const ROUND_MS = 1000;
const ROUND_SPREAD_MS = 500;
/** Beyond this seats are kept no more; what is left then is looked for again with the others' leftovers. */
const MAX_ROUNDS = 24;
const MAX_TRIES = 5;
/** Rooms that this process took and never could make: as many are remembered, so that they are not tried for ever. */
const MAX_HOPELESS = 1000;
/** What was left by processes that nobody saw go, or by this one, is looked for this often, by each process at another time. */
const SWEEP_MS = 10_000;
const FIRST_SWEEP_MS = 1000;

/**
 * Restarts the rooms that a lost process had and that people wait for, elsewhere and once, those with the most sessions first. Each
 * survivor begins with a share of its own, and helps with what the others leave. What a process took and could not make stands under its own
 * name then, where the others do not look: it sees to that itself. Keeps FOV1 to FOV3.
 */
export class Failover {
  readonly #parts: FailoverParts;
  /** By boot. */
  readonly #under = new Map<string, Promise<void>>();
  readonly #hopeless = new Set<string>();
  readonly #stopWatching: Stop;
  #stopSweep: Stop = () => {};
  #isClosed = false;

  constructor(parts: FailoverParts) {
    this.#parts = parts;
    this.#stopWatching = parts.cluster.onNodeGone(({ bootId }) => {
      this.#begin(bootId);
      this.#begin(parts.cluster.identity.bootId); // what was given to it, and it had not taken yet, stands under this one's name
    });
    this.#sweepAfter(FIRST_SWEEP_MS);
  }

  /** Begins nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#stopWatching();
    this.#stopSweep();
  }

  #begin(bootId: string): void {
    if (this.#isClosed || this.#under.has(bootId)) return;
    const recovering = this.#recover(bootId).finally(() => this.#under.delete(bootId));
    this.#under.set(bootId, recovering);
  }

  async #recover(bootId: string): Promise<void> {
    const { clock, cluster, telemetry } = this.#parts;
    const startMs = clock.nowMs();
    const recovery: Recovery = { bootId, startMs, failed: new Map(), restarted: 0, lost: 0, error: undefined };
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const left = await this.#leftBy(recovery);
      const isBack = cluster.node(bootId) !== undefined && !this.#isOwn(bootId);
      if (left?.length === 0 || isBack || this.#isClosed) break;
      await this.#restartAll(recovery, this.#isOwn(bootId) ? [...(left ?? [])] : this.#share(left ?? [], round));
      this.#tellFailures(recovery);
      await this.#pause(ROUND_MS + clock.random() * ROUND_SPREAD_MS);
    }
    const { restarted } = recovery;
    const lost = recovery.lost + recovery.failed.size;
    const durationMs = clock.nowMs() - startMs;
    if (restarted + lost > 0) telemetry.emit("failover:ended", { bootId, restarted, lost, durationMs });
  }

  /** Rooms that are to be restarted yet; undefined where that cannot be read now. */
  async #leftBy(recovery: Recovery): Promise<readonly CheckpointHead[] | undefined> {
    try {
      const isSeenTo = (roomId: string): boolean => this.#parts.isHere(roomId) || this.#hopeless.has(roomId);
      const kept = await this.#parts.checkpoints.roomsOf(recovery.bootId, isSeenTo);
      const heads = kept.filter(({ sessions }) => sessions > 0);
      const listed = new Set(heads.map(({ roomId }) => roomId));
      const others = [...recovery.failed.values()].map(({ room }) => room).filter(({ roomId }) => !listed.has(roomId));
      return [...heads, ...others];
    } catch (error) {
      recovery.error = error;
      return undefined;
    }
  }

  /** Those with which this process is to begin by now. */
  #share(rooms: readonly CheckpointHead[], round: number): CheckpointHead[] {
    const { cluster } = this.#parts;
    const boots = cluster.nodes().flatMap(({ role, bootId }) => (role === "node" ? [bootId] : []));
    return rooms.filter(({ roomId }) => rankOf(roomId, cluster.identity.bootId, boots) <= round);
  }

  async #restartAll(recovery: Recovery, rooms: CheckpointHead[]): Promise<void> {
    const runner = async (): Promise<void> => {
      for (let room = rooms.shift(); room && !this.#isClosed; room = rooms.shift()) await this.#restart(recovery, room);
    };
    await Promise.all(Array.from({ length: MAX_RESTARTS }, runner));
  }

  async #restart(recovery: Recovery, room: CheckpointHead): Promise<void> {
    const { clock, telemetry, restart } = this.#parts;
    const { roomId, name } = room;
    try {
      await restart(room);
      recovery.failed.delete(roomId);
      recovery.restarted++;
      telemetry.emit("failover:restarted", { roomId, name, sinceMs: clock.nowMs() - recovery.startMs });
    } catch (error) {
      const tries = 1 + (recovery.failed.get(roomId)?.tries ?? 0);
      recovery.failed.delete(roomId);
      if (error instanceof ArenaError && error.code === "ROOM_NOT_FOUND") return; // it has ended meanwhile
      recovery.error = error;
      if (tries < MAX_TRIES) recovery.failed.set(roomId, { room, tries });
      else this.#giveUp(recovery, roomId);
    }
  }

  #giveUp(recovery: Recovery, roomId: string): void {
    recovery.lost++;
    if (!this.#isOwn(recovery.bootId)) return;
    if (this.#hopeless.size >= MAX_HOPELESS) this.#hopeless.clear();
    this.#hopeless.add(roomId);
  }

  #isOwn(bootId: string): boolean {
    return bootId === this.#parts.cluster.identity.bootId;
  }

  #tellFailures(recovery: Recovery): void {
    const { bootId, failed, error } = recovery;
    if (error !== undefined) this.#parts.telemetry.emit("failover:delayed", { bootId, rooms: failed.size, error });
    recovery.error = undefined;
  }

  #sweepAfter(delayMs: number): void {
    const { clock } = this.#parts;
    this.#stopSweep = clock.after(delayMs * (0.5 + clock.random()), () => {
      void this.#sweep()
        .catch(() => {}) // the store is away: it is looked at again
        .finally(() => {
          if (!this.#isClosed) this.#sweepAfter(SWEEP_MS);
        });
    });
  }

  async #sweep(): Promise<void> {
    const { cluster, checkpoints } = this.#parts;
    const boots = await checkpoints.boots();
    for (const bootId of boots) if (!cluster.node(bootId) || this.#isOwn(bootId)) this.#begin(bootId);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(ms, resolve));
  }
}
