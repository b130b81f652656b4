import type { Clock, Stop } from "../clock/clock.ts";

/** Runs work when it is asked to: at once where it rested for long enough, together with what else has just come in. */
export class Pulse {
  readonly #clock: Clock;
  readonly #minMs: number;
  readonly #work: () => void;
  #lastMs = Number.NEGATIVE_INFINITY;
  #due: { readonly atMs: number; readonly stop: Stop } | undefined;
  #isClosed = false;

  /** @param minMs least time between two beats */
  constructor(clock: Clock, minMs: number, work: () => void) {
    this.#clock = clock;
    this.#minMs = minMs;
    this.#work = work;
  }

  /** Asks for a beat, not before `delayMs` from now. */
  ask(delayMs = 0): void {
    if (this.#isClosed) return;
    const nowMs = this.#clock.nowMs();
    const atMs = Math.max(nowMs + delayMs, this.#lastMs + this.#minMs);
    if (this.#due && this.#due.atMs <= atMs) return;
    this.#due?.stop();
    this.#due = { atMs, stop: atMs > nowMs ? this.#clock.after(atMs - nowMs, () => this.#beat()) : this.#soon() };
  }

  /** Ends it; nothing beats from now on. */
  close(): void {
    this.#isClosed = true;
    this.#due?.stop();
    this.#due = undefined;
  }

  #soon(): Stop {
    let isOn = true;
    this.#clock.afterPoll(() => {
      if (isOn) this.#beat();
    });
    return () => {
      isOn = false;
    };
  }

  #beat(): void {
    this.#due = undefined;
    if (this.#isClosed) return;
    this.#lastMs = this.#clock.nowMs();
    this.#work();
  }
}
