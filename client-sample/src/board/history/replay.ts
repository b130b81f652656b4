import { REPLAY_STEP_MS, replayStride } from "./timeline.ts";

/** What is replayed: places in the time of a board, up to the present. */
export interface ReplayParts {
  readonly count: () => number;
  readonly place: () => number;
  readonly onPlace: (place: number) => void;
}

/** Goes through the time of a board in fast motion, until it is the present or is stopped. */
export class Replay {
  readonly #parts: ReplayParts;
  #timer = 0;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
  }

  get isPlaying(): boolean {
    return this.#timer !== 0;
  }

  /** Goes on from the present place; from the beginning, where that is the present. */
  play(): void {
    const { count, place, onPlace } = this.#parts;
    const stride = replayStride(count());
    this.stop();
    this.#timer = window.setInterval(() => {
      const next = place() + stride;
      if (next >= count()) this.stop();
      onPlace(next);
    }, REPLAY_STEP_MS);
    onPlace(place() >= count() ? 0 : place());
  }

  stop(): void {
    window.clearInterval(this.#timer);
    this.#timer = 0;
  }
}
