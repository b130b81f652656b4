import type { Box, Point, Transform } from "../words.ts";

/** What comes at some moments is shown so much later, so that there is always a next one to move to. */
const MIN_DELAY_MS = 100;
/** The slowest rate at which rooms pass values on is 2 a second. */
const MAX_DELAY_MS = 750;
/** Values that come at a steady pace are shown one and a half intervals late: one may be late by half of that. */
const INTERVALS = 1.5;
/** How fast the delay follows the pace, as a share of what it is off by. */
const FOLLOW_SHARE = 0.2;
const MAX_SAMPLES = 32;

interface Sample<T> {
  readonly value: T;
  readonly atMs: number;
}

/** A value between two others; `share` is 0 at the first and 1 at the second. */
export type Mix<T> = (from: T, to: T, share: number) => T;

/** A value that comes now and then and is shown moving steadily: about 100 ms late, and later where it comes less often. */
export class Track<T> {
  readonly #mix: Mix<T>;
  #samples: Sample<T>[] = [];
  #delayMs = MIN_DELAY_MS;

  constructor(mix: Mix<T>) {
    this.#mix = mix;
  }

  /** A value came. */
  add(value: T, nowMs: number): void {
    const last = this.#samples.at(-1);
    if (last) this.#follow(nowMs - last.atMs);
    const shownMs = nowMs - this.#delayMs;
    // After a rest it leaves from where it is now, rather than having crept for all that time.
    if (last && last.atMs < shownMs) this.#samples.push({ value: last.value, atMs: shownMs });
    this.#samples.push({ value, atMs: nowMs });
    this.#samples = this.#samples.slice(-MAX_SAMPLES);
  }

  /** Where it is shown; undefined before anything came. */
  at(nowMs: number): T | undefined {
    const shownMs = nowMs - this.#delayMs;
    const next = this.#samples.findIndex(({ atMs }) => atMs > shownMs);
    if (next < 0) return this.#samples.at(-1)?.value;
    const to = this.#samples[next];
    const from = this.#samples[next - 1];
    if (!to || !from) return to?.value;
    return this.#mix(from.value, to.value, (shownMs - from.atMs) / (to.atMs - from.atMs));
  }

  /** Whether it is shown where it came to last. */
  isAtRest(nowMs: number): boolean {
    const last = this.#samples.at(-1);
    return !last || last.atMs <= nowMs - this.#delayMs;
  }

  #follow(gapMs: number): void {
    if (gapMs > MAX_DELAY_MS) return; // it rested
    const wantedMs = Math.min(MAX_DELAY_MS, Math.max(MIN_DELAY_MS, gapMs * INTERVALS));
    this.#delayMs += (wantedMs - this.#delayMs) * FOLLOW_SHARE;
  }
}

/** A number between two others. */
export const mixNumber: Mix<number> = (from, to, share) => from + (to - from) * share;

/** A place between two others. */
export const mixPoint: Mix<Point> = (from, to, share) => ({
  x: mixNumber(from.x, to.x, share),
  y: mixNumber(from.y, to.y, share),
});

/** A rectangle between two others. */
export const mixBox: Mix<Box> = (from, to, share) => ({
  ...mixPoint(from, to, share),
  w: mixNumber(from.w, to.w, share),
  h: mixNumber(from.h, to.h, share),
});

/** A transform between two others; the second where they are of different kinds. */
export const mixTransform: Mix<Transform> = (from, to, share) => {
  if (from.t === "move" && to.t === "move") {
    return { t: "move", dx: mixNumber(from.dx, to.dx, share), dy: mixNumber(from.dy, to.dy, share) };
  }
  if (from.t === "resize" && to.t === "resize") return { ...to, to: mixBox(from.to, to.to, share) };
  if (from.t === "rotate" && to.t === "rotate") return { ...to, by: mixNumber(from.by, to.by, share) };
  return to;
};
