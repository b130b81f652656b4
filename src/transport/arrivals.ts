import type { Clock, Stop } from "../clock/clock.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { Pace } from "./pace.ts";

/** What arrivals are built from. */
export interface ArrivalsParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** Who comes: somebody with a seat, or not. */
export type Comer = "returning" | "new";

const TURN_MS = 10;
/** So much of what may come in a second may come at once after a quiet time, or after a turn that was late. */
const BURST_S = 0.05;
/** Nobody is to wait for longer; as many may wait as come in within that time, and of those who are new half as many. */
const MAX_WAIT_S = 3;
const NEW_SHARE = 0.5;
/** Of so many who come in one is new, while both wait. */
const NEW_EVERY = 8;
/** A line at which nobody was for so many turns needs none. */
const IDLE_TURNS = 20;
const REPORT_TURNS = 100;
const MS_PER_S = 1000;

/**
 * The line before the door. Who comes while the process has time goes in at once; of thousands who come in the same moment as many go in
 * each turn as leaves the event loop on time, and the others wait, those who come back before those who are new. Keeps ADM8 and ADM9.
 */
export class Arrivals {
  readonly #parts: ArrivalsParts;
  readonly #pace = new Pace();
  readonly #waiting: Readonly<Record<Comer, Set<() => void>>> = { returning: new Set(), new: new Set() };
  #left = BURST_S * this.#pace.perSecond;
  #stopTurns: Stop | undefined;
  #turnMs = 0;
  #isUsedUp = false;
  #letIn = 0;
  #idleTurns = 0;
  #turns = 0;

  constructor(parts: ArrivalsParts) {
    this.#parts = parts;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.returning.size + this.#waiting.new.size;
  }

  /** How many may come in a second, as last measured. */
  get perSecond(): number {
    return this.#pace.perSecond;
  }

  /** Whether somebody may come in at this moment, who has come in then. */
  enter(): boolean {
    this.#stopTurns ??= this.#begin();
    this.#isUsedUp ||= this.#left < 1;
    return this.waiting === 0 && this.#take();
  }

  /** Has `comeIn` called in its turn, unless it was stopped by then; undefined where too many wait already. */
  wait(comer: Comer, comeIn: () => void): Stop | undefined {
    const most = MAX_WAIT_S * this.perSecond * (comer === "new" ? NEW_SHARE : 1);
    if (this.waiting >= most) return undefined;
    const line = this.#waiting[comer];
    line.add(comeIn);
    return () => line.delete(comeIn);
  }

  /** Lets nobody in any more. */
  close(): void {
    this.#stopTurns?.();
    for (const line of Object.values(this.#waiting)) line.clear();
  }

  #begin(): Stop {
    this.#turnMs = this.#parts.clock.nowMs();
    this.#idleTurns = 0;
    return this.#parts.clock.every(TURN_MS, () => this.#turn());
  }

  #turn(): void {
    const nowMs = this.#parts.clock.nowMs();
    const elapsedMs = nowMs - this.#turnMs;
    this.#turnMs = nowMs;
    this.#pace.turn(elapsedMs - TURN_MS, this.#isUsedUp);
    this.#left = Math.min(this.perSecond * BURST_S, this.#left + (this.perSecond * elapsedMs) / MS_PER_S);
    this.#idleTurns = this.#isUsedUp || this.#letIn > 0 ? 0 : this.#idleTurns + 1;
    this.#letIn = 0;
    for (let next = this.#next(); next && this.#take(); next = this.#next()) {
      const [line, comeIn] = next;
      line.delete(comeIn);
      comeIn();
    }
    this.#isUsedUp = this.waiting > 0;
    if (++this.#turns % REPORT_TURNS === 0) this.#report();
    if (this.#idleTurns >= IDLE_TURNS) this.#rest();
  }

  #take(): boolean {
    if (this.#left < 1) return false;
    this.#left--;
    this.#letIn++;
    return true;
  }

  /** Whose turn it is. */
  #next(): readonly [Set<() => void>, () => void] | undefined {
    const { returning, new: newcomers } = this.#waiting;
    const isForNew = returning.size === 0 || (newcomers.size > 0 && this.#letIn % NEW_EVERY === NEW_EVERY - 1);
    const line = isForNew ? newcomers : returning;
    const [comeIn] = line;
    return comeIn && [line, comeIn];
  }

  #rest(): void {
    this.#stopTurns?.();
    this.#stopTurns = undefined;
    this.#left = BURST_S * this.perSecond;
    this.#report();
  }

  #report(): void {
    const { waiting, perSecond } = this;
    this.#parts.telemetry.emit("arrivals:measured", { waiting, perSecond });
  }
}
