import type { Clock, Stop } from "../clock/clock.ts";
import type { FrameKind } from "../protocol/protocol.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

const REPORT_MS = 1000;

/** Counts what passes all sockets and emits the sums once a second: an event per frame would cost more than the frame. */
export class TrafficCounter {
  readonly #telemetry: Telemetry;
  readonly #stop: Stop;
  #framesIn = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #framesOut: Partial<Record<FrameKind, number>> = {};

  constructor(clock: Clock, telemetry: Telemetry) {
    this.#telemetry = telemetry;
    this.#stop = clock.every(REPORT_MS, () => this.#report());
  }

  /** Counts a frame that a client sent. */
  received(bytes: number): void {
    this.#framesIn++;
    this.#bytesIn += bytes;
  }

  /** Counts a frame on its way to a client. */
  sent(kind: FrameKind, bytes: number): void {
    this.#framesOut[kind] = (this.#framesOut[kind] ?? 0) + 1;
    this.#bytesOut += bytes;
  }

  /** Emits what is left and stops. */
  close(): void {
    this.#stop();
    this.#report();
  }

  #report(): void {
    this.#telemetry.emit("traffic:counted", {
      framesIn: this.#framesIn,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      framesOut: this.#framesOut,
    });
    this.#framesIn = 0;
    this.#bytesIn = 0;
    this.#bytesOut = 0;
    this.#framesOut = {};
  }
}
