import { afterAwake, type Clock, type Stop } from "../clock/clock.ts";

/** A session that lost its connection keeps its ephemeral values for so long. */
const GRACE_MS = 5000;

/** Sessions that lost their connection and may come back to what they had. */
export class Graces {
  readonly #clock: Clock;
  readonly #onOver: (sessionId: string) => void;
  readonly #stops = new Map<string, Stop>();

  /** @param onOver a session did not come back in time */
  constructor(clock: Clock, onOver: (sessionId: string) => void) {
    this.#clock = clock;
    this.#onOver = onOver;
  }

  /** A session lost its connection. */
  begin(sessionId: string): void {
    this.end(sessionId);
    const over = (): void => {
      this.#stops.delete(sessionId);
      this.#onOver(sessionId);
    };
    this.#stops.set(sessionId, afterAwake(this.#clock, GRACE_MS, over));
  }

  /** A session is back, or gone. */
  end(sessionId: string): void {
    this.#stops.get(sessionId)?.();
    this.#stops.delete(sessionId);
  }

  /** Nobody is waited for any more. */
  close(): void {
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
  }
}
