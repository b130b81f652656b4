/** Fewer points for the same stroke. */

import { distanceToSegment } from "./geometry.ts";
import { EVEN_PRESSURE, type InkPoint } from "./packed-points.ts";

/** A pressure that is off by 1/8 is as bad as a point that is off by the tolerance: the width changes by as little. */
const PRESSURE_WEIGHT = 8;

/**
 * Leaves out points that the stroke does not need: what is left runs within `tolerance` (units of the board) of each of them. The first
 * and the last stay.
 */
export function simplified<P extends InkPoint>(points: readonly P[], tolerance: number): readonly P[] {
  if (points.length < 3) return points;
  const isKept = new Uint8Array(points.length);
  isKept[0] = isKept[points.length - 1] = 1;
  // A list instead of recursion: a spiral of thousands of points must not end the stack.
  const spans: [number, number][] = [[0, points.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const worst = worstBetween(points, span, tolerance);
    if (worst === undefined) continue;
    isKept[worst] = 1;
    spans.push([span[0], worst], [worst, span[1]]);
  }
  return points.filter((_, n) => isKept[n] === 1);
}

/** The point that the straight line between the ends of a span misses most; undefined where it misses none by the tolerance. */
function worstBetween(
  points: readonly InkPoint[],
  [first, last]: readonly [number, number],
  tolerance: number,
): number | undefined {
  const [from, to] = [points[first], points[last]];
  if (!from || !to) return undefined;
  let worst: number | undefined;
  let most = tolerance;
  for (let n = first + 1; n < last; n++) {
    const point = points[n] ?? from;
    const expected = pressureOf(from) + ((pressureOf(to) - pressureOf(from)) * (n - first)) / (last - first);
    const pressureError = Math.abs(pressureOf(point) - expected) * PRESSURE_WEIGHT * tolerance;
    const error = Math.max(distanceToSegment(point, from, to), pressureError);
    if (error <= most) continue;
    most = error;
    worst = n;
  }
  return worst;
}

function pressureOf({ pressure = EVEN_PRESSURE }: InkPoint): number {
  return pressure;
}
