import { encodeGeom, type InkPoint } from "../model/packed-points.ts";
import type { Draft, ShapeStyle } from "../words.ts";

/** Numbers of a point: `x, y, pressure`. */
export const NUMBERS_OF_POINT = 3;

/** The groups of a stroke through points that stand in a row as `x, y, pressure`. */
export function strokeOf(numbers: readonly number[], style: Partial<ShapeStyle>): Extract<Draft, { t: "shape" }>["g"] {
  const points: InkPoint[] = [];
  for (let at = 0; at + 2 < numbers.length; at += NUMBERS_OF_POINT) {
    points.push({ x: numbers[at] ?? 0, y: numbers[at + 1] ?? 0, pressure: numbers[at + 2] ?? 0 });
  }
  return { ...encodeGeom(points), style: { ...style } };
}
