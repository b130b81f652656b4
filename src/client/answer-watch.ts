import type { Clock, Stop } from "../clock/clock.ts";

/** What a watch looks at. */
export interface AnswerWatchParts {
  readonly clock: Clock;
  /** The oldest push that is on its way and not answered. */
  readonly unanswered: () => number | undefined;
  /** Whether pushes that count as on their way still wait for their turn here. */
  readonly isPacing: () => boolean;
  readonly timeoutMs: number;
  readonly onUnanswered: () => void;
}

/** Finds out that the server does not answer a push, while it says other things. */
export class AnswerWatch {
  readonly #parts: AnswerWatchParts;
  /** The push whose answer is waited for. */
  #serial: number | undefined;
  #stopTimer: Stop = () => {};

  constructor(parts: AnswerWatchParts) {
    this.#parts = parts;
  }

  /** Something may have been sent or answered. */
  look(): void {
    const { clock, unanswered, isPacing, timeoutMs, onUnanswered } = this.#parts;
    const serial = unanswered();
    if (serial === this.#serial) return;
    this.stop();
    if (serial === undefined) return;
    this.#serial = serial;
    this.#stopTimer = clock.after(timeoutMs, () => {
      this.#serial = undefined;
      if (isPacing()) this.look();
      else onUnanswered();
    });
  }

  stop(): void {
    this.#stopTimer();
    this.#serial = undefined;
  }
}
