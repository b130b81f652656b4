import { signOf } from "../model/geometry.ts";
import type { Box, Point } from "../words.ts";
import type { Modifiers } from "./tool.ts";

const STEP = Math.PI / 12;

/** The nearest of the angles that are multiples of 15 degrees. */
export function snappedAngle(angle: number): number {
  return Math.round(angle / STEP) * STEP;
}

/** `to`, moved so that the way there from `from` has an angle that is a multiple of 15 degrees. */
export function snappedEnd(from: Point, to: Point): Point {
  const angle = snappedAngle(Math.atan2(to.y - from.y, to.x - from.x));
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const length = (to.x - from.x) * cos + (to.y - from.y) * sin;
  return { x: from.x + cos * length, y: from.y + sin * length };
}

/** The rectangle between two places: a square with shift, and with alt one whose middle is `from`. */
export function drawnBox(from: Point, to: Point, { isShift, isAlt }: Modifiers): Box {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const side = Math.max(Math.abs(dx), Math.abs(dy));
  const [w, h] = isShift ? [side * signOf(dx), side * signOf(dy)] : [dx, dy];
  const [left, top] = isAlt ? [from.x - w, from.y - h] : [from.x, from.y];
  const [width, height] = isAlt ? [2 * w, 2 * h] : [w, h];
  return boxBetween({ x: left, y: top }, { x: left + width, y: top + height });
}

/** The rectangle with two places as its corners. */
export function boxBetween(one: Point, other: Point): Box {
  return {
    x: Math.min(one.x, other.x),
    y: Math.min(one.y, other.y),
    w: Math.abs(other.x - one.x),
    h: Math.abs(other.y - one.y),
  };
}
