import { matchMaker } from "@colyseus/core";
import type { Clock } from "../clock/clock.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Room } from "./room.ts";

const ENDED_CHECK_MS = 50;

/** The rooms of this process that have been made and not yet ended. */
export class OpenRooms {
  readonly #ids = new Set<string>();

  constructor(telemetry: Telemetry) {
    telemetry.on("room:created", ({ roomId }) => this.#ids.add(roomId));
    telemetry.on("room:disposed", ({ roomId }) => this.#ids.delete(roomId));
  }

  /** Time is up: whoever is still in one that is kept is sent back to it. */
  sendBack(): void {
    for (const roomId of this.#ids) (matchMaker.getLocalRoomById(roomId) as Room | undefined)?.sendBack(); // all are ours
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
