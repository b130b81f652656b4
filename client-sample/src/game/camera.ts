import { ARENA_HEIGHT, ARENA_WIDTH } from "../../../rooms/arena/rules/level.ts";

/** Area of the arena that a window shows, in square units, so that a large window is no advantage. */
const VISIBLE_AREA = 1280 * 800;
/** Below this scale ships are too small for a thumb, in CSS pixels per unit. */
const MIN_SCALE = 0.6;
/** Time constant with which the view follows, in ms. */
const FOLLOW_MS = 90;
/** How far the view may show what lies outside the arena, in units. */
const MARGIN = 160;
const SHAKE_UNITS = 16;
const SHAKE_DECAY_PER_SECOND = 2.2;
/** More pixels than twice the CSS size cost frames and are not seen. */
const MAX_PIXEL_RATIO = 2;

/** Which part of the arena is seen, and where it lies on the canvas. */
export class Camera {
  /** Centre of the view, in units. */
  x = ARENA_WIDTH / 2;
  y = ARENA_HEIGHT / 2;
  /** Canvas pixels per unit. */
  scale = 1;
  /** Canvas pixels per CSS pixel. */
  pixelRatio = 1;
  /** Size of the canvas in pixels. */
  width = 1;
  height = 1;
  /** Shift of the view by the shake, in units. */
  shakeX = 0;
  shakeY = 0;
  #shake = 0;

  /** Fits the view to the window; says whether anything changed. */
  resize(widthCss: number, heightCss: number, devicePixelRatio: number): boolean {
    const pixelRatio = Math.min(MAX_PIXEL_RATIO, devicePixelRatio);
    const width = Math.max(1, Math.round(widthCss * pixelRatio));
    const height = Math.max(1, Math.round(heightCss * pixelRatio));
    if (width === this.width && height === this.height && pixelRatio === this.pixelRatio) return false;
    Object.assign(this, { width, height, pixelRatio });
    this.scale = pixelRatio * Math.max(MIN_SCALE, Math.sqrt((widthCss * heightCss) / VISIBLE_AREA));
    return true;
  }

  /** Goes towards a place, at once where it is a view away. */
  follow(x: number, y: number, elapsedMs: number): void {
    const targetX = keepInside(x, this.width / this.scale / 2, ARENA_WIDTH);
    const targetY = keepInside(y, this.height / this.scale / 2, ARENA_HEIGHT);
    const isFar = Math.hypot(targetX - this.x, targetY - this.y) > this.width / this.scale;
    const share = isFar ? 1 : 1 - Math.exp(-elapsedMs / FOLLOW_MS);
    this.x += (targetX - this.x) * share;
    this.y += (targetY - this.y) * share;
    this.#settle(elapsedMs);
  }

  /** Shakes the view; `strength` from 0 to 1 adds up to 1. */
  shake(strength: number): void {
    this.#shake = Math.min(1, this.#shake + strength);
  }

  /** Direction in radians from a place in the arena to a place in the window (CSS pixels from its upper left). */
  aimFrom(x: number, y: number, pointerX: number, pointerY: number): number {
    const worldX = this.x + (pointerX * this.pixelRatio - this.width / 2) / this.scale;
    const worldY = this.y + (pointerY * this.pixelRatio - this.height / 2) / this.scale;
    return Math.atan2(worldY - y, worldX - x);
  }

  /** Where in the window a place in the arena is, in CSS pixels from its upper left. */
  project(x: number, y: number): { x: number; y: number } {
    return {
      x: ((x - this.x) * this.scale + this.width / 2) / this.pixelRatio,
      y: ((y - this.y) * this.scale + this.height / 2) / this.pixelRatio,
    };
  }

  /** Whether a circle in the arena is on the canvas. */
  sees(x: number, y: number, radius: number): boolean {
    const halfWidth = this.width / this.scale / 2 + radius;
    const halfHeight = this.height / this.scale / 2 + radius;
    return Math.abs(x - this.x) < halfWidth && Math.abs(y - this.y) < halfHeight;
  }

  #settle(elapsedMs: number): void {
    this.#shake = Math.max(0, this.#shake - (SHAKE_DECAY_PER_SECOND * elapsedMs) / 1000);
    const reach = SHAKE_UNITS * this.#shake * this.#shake;
    this.shakeX = (Math.random() * 2 - 1) * reach;
    this.shakeY = (Math.random() * 2 - 1) * reach;
  }
}

/** `centre` moved so that a view of `half` to each side shows the arena; a larger view shows its middle. */
function keepInside(centre: number, half: number, size: number): number {
  const low = half - MARGIN;
  const high = size - half + MARGIN;
  return low > high ? size / 2 : Math.max(low, Math.min(centre, high));
}
