import type { ArenaSession, ConnectionState } from "./arena-session.ts";
import { Rate } from "./rate.ts";

/** How the connection and the picture are doing. */
export interface Metrics {
  connection: ConnectionState;
  /** Smoothed time from an input to the patch that answers it, in ms: more than the network takes. 0 at first. */
  rttMs: number;
  patchesPerSecond: number;
  bytesInPerSecond: number;
  bytesOutPerSecond: number;
  /** Distance between prediction and truth at the last answer of the server, in units. */
  predictionErrorUnits: number;
  framesPerSecond: number;
}

/** Keeps {@link Metrics} of a session up to date. */
export class Meter {
  readonly metrics: Metrics = {
    connection: "connected",
    rttMs: 0,
    patchesPerSecond: 0,
    bytesInPerSecond: 0,
    bytesOutPerSecond: 0,
    predictionErrorUnits: 0,
    framesPerSecond: 0,
  };
  readonly #session: ArenaSession;
  readonly #patches = new Rate();
  readonly #bytesIn = new Rate();
  readonly #bytesOut = new Rate();
  readonly #frames = new Rate();
  #frameCount = 0;

  constructor(session: ArenaSession) {
    this.#session = session;
  }

  /** Called once a frame. */
  update(nowMs: number, predictionErrorUnits: number): void {
    const { traffic, room, connection } = this.#session;
    const { metrics } = this;
    metrics.connection = connection;
    metrics.rttMs = room.clock.smoothedRtt();
    metrics.patchesPerSecond = this.#patches.update(traffic.patches, nowMs);
    metrics.bytesInPerSecond = this.#bytesIn.update(traffic.bytesIn, nowMs);
    metrics.bytesOutPerSecond = this.#bytesOut.update(traffic.bytesOut, nowMs);
    metrics.predictionErrorUnits = predictionErrorUnits;
    metrics.framesPerSecond = this.#frames.update(++this.#frameCount, nowMs);
  }
}
