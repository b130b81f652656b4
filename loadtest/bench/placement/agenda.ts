import { type Clock, seededRandom } from "../../../src/clock/clock.ts";

/** Two moments closer than this are one. */
const STEP_MS = 10;

/** A simulated time, in which things are done when it gets there, and chance that repeats itself. Made for millions of moments. */
export class Agenda implements Pick<Clock, "nowMs" | "random"> {
  readonly random: () => number;
  #nowMs = 0;
  readonly #due = new Map<number, (() => void)[]>();

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** Time in ms since the simulation began. */
  nowMs(): number {
    return this.#nowMs;
  }

  /** Does something `delayMs` from now, to 10 ms. */
  after(delayMs: number, act: () => void): void {
    const step = Math.max(Math.ceil((this.#nowMs + delayMs) / STEP_MS), this.#nowMs / STEP_MS + 1);
    const acts = this.#due.get(step);
    if (acts) acts.push(act);
    else this.#due.set(step, [act]);
  }

  /** Does something again and again, beginning at some moment of the first interval: those who do the same do not march in step. */
  every(intervalMs: number, act: () => void): void {
    const again = (): void => {
      this.after(intervalMs, again);
      act();
    };
    this.after(this.random() * intervalMs, again);
  }

  /** Lets time pass. */
  run(durationMs: number): void {
    const end = Math.round((this.#nowMs + durationMs) / STEP_MS);
    for (let step = this.#nowMs / STEP_MS + 1; step <= end; step++) {
      this.#nowMs = step * STEP_MS;
      for (const act of this.#due.get(step) ?? []) act();
      this.#due.delete(step);
    }
  }
}
