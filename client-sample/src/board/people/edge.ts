import type { Point } from "../words.ts";

/** How a place is pointed at: itself where it can be seen, else the nearest place at the edge, and the direction from there. */
export interface Pointed extends Point {
  readonly isAway: boolean;
  /** Direction to it, in radians; 0 is to the right. */
  readonly angle: number;
}

/** How far from the edge of the screen signs stand, in pixels, so that they are whole and not under the bars. */
export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** Where to show a place that may lie outside of a screen of `width` and `height`. */
export function pointAt(
  place: Point,
  screen: { readonly width: number; readonly height: number },
  margins: Margins,
): Pointed {
  const isAway = place.x < 0 || place.y < 0 || place.x > screen.width || place.y > screen.height;
  if (!isAway) return { x: place.x, y: place.y, isAway, angle: 0 };
  const x = Math.min(Math.max(place.x, margins.left), Math.max(margins.left, screen.width - margins.right));
  const y = Math.min(Math.max(place.y, margins.top), Math.max(margins.top, screen.height - margins.bottom));
  return { x, y, isAway, angle: Math.atan2(place.y - y, place.x - x) };
}
