import type { Clock } from "../clock/clock.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

const ENDED_CHECK_MS = 50;

/** The rooms of this process that have been made and not yet ended. */
export class OpenRooms {
  readonly #ids = new Set<string>();

  constructor(telemetry: Telemetry) {
    telemetry.on("room:created", ({ roomId }) => this.#ids.add(roomId));
    telemetry.on("room:disposed", ({ roomId }) => this.#ids.delete(roomId));
  }

  /** Settles when there is none. Colyseus waits for an event that it misses when a room is just being made; this looks for itself. */
  ended(clock: Clock): Promise<void> {
    return new Promise((resolve) => {
      const stop = clock.every(ENDED_CHECK_MS, () => {
        if (this.#ids.size > 0) return;
        stop();
        resolve();
      });
    });
  }
}
