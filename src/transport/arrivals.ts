import type { Clock, Stop } from "../clock/clock.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { Pace } from "./pace.ts";

/** What arrivals are built from. */
export interface ArrivalsParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Whether anybody may come in yet; until then all wait. */
  readonly isOpen: () => boolean;
}

/** Who comes: somebody with a seat, or not. */
export type Comer = "returning" | "new";

/** One who waits. */
export interface Waiter {
  /** It is its turn. */
  readonly comeIn: () => void;
  /** Its turn does not come in time. */
  readonly sendAway: () => void;
}

interface Place extends Waiter {
  readonly untilMs: number;
}

const TURN_MS = 10;
/** So much of what may come in a second may come at once after a quiet time, or after a turn that was late. */
const BURST_S = 0.05;
/**
 * As many may wait as come in within that time. Who has a seat is sent away last: coming again costs both sides more than waiting, and a
 * stock SDK stays away for up to 5 s.
 */
const MAX_WAIT_S: Readonly<Record<Comer, number>> = { returning: 8, new: 1.5 };
/** Nobody waits for longer, also where fewer come in than was to be expected, or the process does not open. */
const MAX_WAIT_MS = 12_000;
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
  readonly #waiting: Readonly<Record<Comer, Set<Place>>> = { returning: new Set(), new: new Set() };
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
    if (!this.#parts.isOpen()) return false;
    this.#isUsedUp ||= this.#left < 1;
    return this.waiting === 0 && this.#take();
  }

  /** Has one wait for its turn, or until it is stopped; undefined where too many wait already. */
  wait(comer: Comer, waiter: Waiter): Stop | undefined {
    if (this.waiting >= MAX_WAIT_S[comer] * this.perSecond) return undefined;
    const line = this.#waiting[comer];
    const place = { ...waiter, untilMs: this.#parts.clock.nowMs() + MAX_WAIT_MS };
    line.add(place);
    return () => line.delete(place);
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
    this.#idleTurns = this.waiting > 0 || this.#letIn > 0 ? 0 : this.#idleTurns + 1;
    this.#letIn = 0;
    const isOpen = this.#parts.isOpen();
    if (isOpen) this.#letInNext();
    this.#sendAway(nowMs);
    this.#isUsedUp = isOpen && this.waiting > 0;
    if (++this.#turns % REPORT_TURNS === 0) this.#report();
    if (this.#idleTurns >= IDLE_TURNS) this.#rest();
  }

  #letInNext(): void {
    for (let next = this.#next(); next && this.#take(); next = this.#next()) {
      const [line, place] = next;
      line.delete(place);
      place.comeIn();
    }
  }

  #sendAway(nowMs: number): void {
    for (const line of Object.values(this.#waiting)) {
      for (const place of line) {
        if (place.untilMs > nowMs) break; // those behind it came later
        line.delete(place);
        place.sendAway();
      }
    }
  }

  #take(): boolean {
    if (this.#left < 1) return false;
    this.#left--;
    this.#letIn++;
    return true;
  }

  /** Whose turn it is. */
  #next(): readonly [Set<Place>, Place] | undefined {
    const { returning, new: newcomers } = this.#waiting;
    const isForNew = returning.size === 0 || (newcomers.size > 0 && this.#letIn % NEW_EVERY === NEW_EVERY - 1);
    const line = isForNew ? newcomers : returning;
    const [place] = line;
    return place && [line, place];
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
