/** No new zoom for so long means that the hand rests, in ms. */
const REST_MS = 140;
/** A layer is stretched by at most this while one zooms, before the next one is painted. */
const MAX_STRETCH = 1.6;

/** Chooses the scale that tiles are painted at: exactly that of the screen at rest, few different ones while one zooms. */
export class Sharpness {
  #scale = 0;
  #seen = 0;
  #changedMs = Number.NEGATIVE_INFINITY;

  /** The scale for tiles, given that of the screen, at a moment. */
  scaleFor(screen: number, nowMs: number): number {
    if (screen !== this.#seen) {
      // The first picture is to be sharp at once.
      if (this.#seen !== 0) this.#changedMs = nowMs;
      this.#seen = screen;
    }
    if (!this.isZooming(nowMs)) this.#scale = screen;
    else if (Math.abs(Math.log2(screen / this.#scale)) > Math.log2(MAX_STRETCH)) {
      this.#scale = 2 ** Math.round(Math.log2(screen));
    }
    return this.#scale;
  }

  /** Whether the scale of the screen changes at this time. */
  isZooming(nowMs: number): boolean {
    return nowMs - this.#changedMs < REST_MS;
  }
}
