import type { Point } from "../words.ts";

/** Of a wheel event what is needed. */
export interface WheelTurn {
  readonly deltaX: number;
  readonly deltaY: number;
  /** 0 for pixels, 1 for lines, 2 for pages. */
  readonly deltaMode: number;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}

/** What a turn of the wheel means: to move what is seen by pixels, or to zoom by a factor. */
export type WheelAction = { readonly t: "pan"; readonly by: Point } | { readonly t: "zoom"; readonly factor: number };

/** Pixels of a line and of a page, where the browser counts in those. */
const LINE_PX = 20;
const PAGE_PX = 600;
/** A notch of a mouse wheel zooms by a quarter at most, however far the system says that it goes. */
const MAX_ZOOM_PX = 40;
/** Zoom for each pixel: a pinch on a trackpad tells a few pixels for each hundredth. */
const ZOOM_PER_PX = 0.0065;

/** What a turn of the wheel means. Browsers tell a pinch on a trackpad as a wheel with Ctrl. */
export function wheelAction({ deltaX, deltaY, deltaMode, ctrlKey, metaKey, shiftKey }: WheelTurn): WheelAction {
  const unit = [1, LINE_PX, PAGE_PX][deltaMode] ?? 1;
  const [x, y] = [deltaX * unit, deltaY * unit];
  if (ctrlKey || metaKey) {
    const bounded = Math.max(-MAX_ZOOM_PX, Math.min(MAX_ZOOM_PX, y));
    return { t: "zoom", factor: Math.exp(-bounded * ZOOM_PER_PX) };
  }
  const isTurned = shiftKey && x === 0; // a mouse has one wheel only
  return { t: "pan", by: isTurned ? { x: minus(y), y: 0 } : { x: minus(x), y: minus(y) } };
}

/** Without the zero that has a sign. */
function minus(value: number): number {
  return value === 0 ? 0 : -value;
}
