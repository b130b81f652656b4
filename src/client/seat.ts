import type { Clock } from "../clock/clock.ts";

/** The server keeps the seat of a lost connection for so long. */
const KEPT_MS = 30_000;

/** The seat of a connection that was lost, for as long as the server may keep it. */
export class Seat {
  readonly #clock: Clock;
  #token: string | undefined;
  #lostAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The connection that had this seat was lost just now. */
  keep(token: string): void {
    this.#token = token;
    this.#lostAtMs = this.#clock.nowMs();
  }

  /** There is nothing to come back to. */
  drop(): void {
    this.#token = undefined;
  }

  /** The token with which to come back, or undefined where a new seat is needed. */
  get token(): string | undefined {
    return this.#clock.nowMs() - this.#lostAtMs < KEPT_MS ? this.#token : undefined;
  }
}
