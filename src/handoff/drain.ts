import type { Clock } from "../clock/clock.ts";
import { type DrainPlan, type DrainRoom, intervalMs, PATIENT_SHARE, planDrain } from "./drain-plan.ts";
import type { MoveOutcome } from "./mover.ts";

/** How far a node has been emptied. */
export interface DrainProgress {
  /** Rooms that it had in the beginning. */
  readonly rooms: number;
  readonly moved: number;
  /** Rooms that have ended here. */
  readonly ended: number;
  /** Rooms that are still here. */
  readonly left: number;
  /** Those of them that cannot be moved. */
  readonly pinned: number;
  readonly leftMs: number;
  /** Whether nothing more is done about what is left. */
  readonly isOver: boolean;
}

/** How long a node may take to be emptied. */
export interface DrainTimes {
  readonly budgetMs: number;
  /** How long it waits, within that, for a node that rooms could go to, where there is none. */
  readonly patienceMs: number;
}

/** What a node is emptied with. */
export interface DrainParts {
  readonly clock: Clock;
  /** Rooms of this process, as they are now. */
  readonly rooms: () => readonly DrainRoom[];
  /** Whether a room would be moved now, as it says: between two rounds rather than in one. */
  readonly canMoveNow: (roomId: string) => boolean;
  readonly move: (roomId: string) => Promise<MoveOutcome>;
  /** Ends a room: who is in it joins another one. */
  readonly close: (roomId: string) => void;
  /** Whether there is any node that rooms could go to. */
  readonly hasTargets: () => boolean;
  readonly onProgress: (progress: DrainProgress) => void;
}

/** Moves under way together, of rooms that are not among the largest. */
const MAX_MOVES = 4;
/** A room that was not to be moved, or could not be, is tried again. */
const AGAIN_MS = 200;
/** A room that was told to end and is still here is told again. */
const CLOSING_MS = 5000;

/** Empties a node: rooms go where there is place for them, cheapest first and the few largest beside them, until none is left or time is up. */
export class Drain {
  readonly #parts: DrainParts;
  readonly #startMs: number;
  readonly #budgetMs: number;
  readonly #patienceMs: number;
  readonly #total: number;
  readonly #moving = new Set<string>();
  /** Rooms that were tried, and when they may be again. */
  readonly #notBeforeMs = new Map<string, number>();
  #moved = 0;
  #isOver = false;
  /** When there was a node last that rooms could go to; the beginning where there was none. */
  #targetMs: number;

  constructor(parts: DrainParts, { budgetMs, patienceMs }: DrainTimes) {
    this.#parts = parts;
    this.#startMs = parts.clock.nowMs();
    this.#targetMs = this.#startMs;
    this.#budgetMs = budgetMs;
    this.#patienceMs = patienceMs;
    this.#total = parts.rooms().length;
  }

  get progress(): DrainProgress {
    const rooms = this.#parts.rooms();
    const { pinned } = planDrain(rooms, this.#leftMs);
    const ended = Math.max(0, this.#total - this.#moved - rooms.length);
    return {
      rooms: this.#total,
      moved: this.#moved,
      ended,
      left: rooms.length,
      pinned: pinned.length,
      leftMs: this.#leftMs,
      isOver: this.#isOver,
    };
  }

  /** Resolves when no room is left, there has long been no node to go to, or time is up; what is under way then is waited for. */
  async run(): Promise<DrainProgress> {
    const under: Promise<void>[] = [];
    while (this.#parts.rooms().length > 0 && this.#leftMs > 0 && this.#isPatient()) {
      const plan = planDrain(this.#parts.rooms(), this.#leftMs);
      this.#closeAll(plan.closing);
      const next = this.#parts.hasTargets() ? this.#nextOf(plan) : undefined;
      if (next !== undefined) under.push(this.#move(next));
      const rooms = plan.large.length + plan.small.length;
      await this.#pause(next === undefined ? AGAIN_MS : intervalMs(rooms, this.#leftMs));
    }
    await Promise.all(under);
    this.#isOver = true;
    this.#parts.onProgress(this.progress);
    return this.progress;
  }

  /** Whether there is a node that rooms could go to, or was not long ago. */
  #isPatient(): boolean {
    const nowMs = this.#parts.clock.nowMs();
    const hasTargets = this.#parts.hasTargets();
    if (hasTargets) this.#targetMs = nowMs;
    return hasTargets || nowMs < this.#targetMs + this.#patienceMs;
  }

  #nextOf({ large, small }: DrainPlan): string | undefined {
    const isLargeMoving = large.some((roomId) => this.#moving.has(roomId));
    const next = isLargeMoving ? undefined : this.#next(large);
    return next ?? (this.#moving.size < MAX_MOVES ? this.#next(small) : undefined);
  }

  get #leftMs(): number {
    return Math.max(0, this.#startMs + this.#budgetMs - this.#parts.clock.nowMs());
  }

  #closeAll(roomIds: readonly string[]): void {
    const nowMs = this.#parts.clock.nowMs();
    const due = roomIds.filter((roomId) => nowMs >= (this.#notBeforeMs.get(roomId) ?? 0));
    for (const roomId of due) {
      this.#notBeforeMs.set(roomId, nowMs + CLOSING_MS);
      this.#parts.close(roomId);
    }
  }

  #next(roomIds: readonly string[]): string | undefined {
    const nowMs = this.#parts.clock.nowMs();
    const isPatient = this.#leftMs > this.#budgetMs * (1 - PATIENT_SHARE);
    return roomIds.find((roomId) => {
      if (this.#moving.has(roomId) || nowMs < (this.#notBeforeMs.get(roomId) ?? 0)) return false;
      return !isPatient || this.#parts.canMoveNow(roomId);
    });
  }

  async #move(roomId: string): Promise<void> {
    this.#moving.add(roomId);
    const outcome = await this.#parts.move(roomId).catch(() => "stayed" as const); // it is told of where it failed
    this.#moving.delete(roomId);
    if (outcome === "moved") this.#moved++;
    else this.#notBeforeMs.set(roomId, this.#parts.clock.nowMs() + AGAIN_MS);
    this.#parts.onProgress(this.progress);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(Math.min(ms, Math.max(1, this.#leftMs)), resolve));
  }
}
