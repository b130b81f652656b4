import type { Point } from "../words.ts";

/** What is in the middle of the screen, and how large. */
export interface View extends Point {
  readonly zoom: number;
}

/** How long a way takes, in ms. */
const DURATION_MS = 280;

/** A smooth way from one view to another. */
export class Glide {
  readonly #from: View;
  readonly #to: View;
  /** How far it is at the most, as the screen sees it, in screens. */
  readonly #screens: number;
  #beganMs: number | undefined;
  #isOver = false;

  /** @param screen the longer side of the screen in pixels */
  constructor(from: View, to: View, screen: number) {
    this.#from = from;
    this.#to = to;
    this.#screens = (Math.hypot(to.x - from.x, to.y - from.y) * Math.max(from.zoom, to.zoom)) / screen;
  }

  /** Whether it has arrived. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Where it is; it begins when it is first asked. */
  at(nowMs: number): View {
    this.#beganMs ??= nowMs;
    // Far ways are not seen in passing; they take a little longer, so that one knows that one went.
    const durationMs = DURATION_MS * (1 + Math.min(1, this.#screens / 8));
    const t = Math.min(1, (nowMs - this.#beganMs) / durationMs);
    this.#isOver = t === 1;
    if (this.#isOver) return this.#to;
    const eased = 1 - (1 - t) ** 3;
    const zoom = this.#from.zoom * (this.#to.zoom / this.#from.zoom) ** eased;
    const share = this.#shareAt(zoom, eased);
    return {
      x: this.#from.x + (this.#to.x - this.#from.x) * share,
      y: this.#from.y + (this.#to.y - this.#from.y) * share,
      zoom,
    };
  }

  /** How much of the way is gone, so that the place that both views have in common stands still. */
  #shareAt(zoom: number, eased: number): number {
    const { zoom: from } = this.#from;
    const { zoom: to } = this.#to;
    if (Math.abs(to / from - 1) < 0.01) return eased;
    return (1 / zoom - 1 / from) / (1 / to - 1 / from);
  }
}
