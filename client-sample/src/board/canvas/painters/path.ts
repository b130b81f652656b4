import { pointsOf } from "../../model/item.ts";
import { EVEN_PRESSURE, type InkPoint } from "../../model/packed-points.ts";
import type { Item, Point } from "../../words.ts";
import type { Ink } from "../brush.ts";

/** A point of a path with its pressure. */
export type PathPoint = Required<InkPoint>;

/** Points closer together than this are one, in pixels of the canvas. */
const CLOSE = 1.5;
/** Bends less than this need no rounding, in radians. */
const STRAIGHT = 0.12;
/** Where on the curve around a bend points are set. */
const ALONG_BEND = [0.2, 0.5, 0.8];

/** The points of a path about the centre of its shape. */
export function pathPoints(item: Item): PathPoint[] {
  const points = pointsOf(item);
  const { w, h } = item.size;
  const path: PathPoint[] = [];
  for (let at = 0; at + 2 < points.length; at += 3) {
    const [x = 0, y = 0, pressure = EVEN_PRESSURE] = [points[at], points[at + 1], points[at + 2]];
    path.push({ x: (x - 0.5) * w, y: (y - 0.5) * h, pressure });
  }
  return path;
}

/** How long a path is. */
export function lengthOf(path: readonly Point[]): number {
  let length = 0;
  path.forEach(({ x, y }, n) => {
    const before = path[n - 1];
    if (before) length += Math.hypot(x - before.x, y - before.y);
  });
  return length;
}

/** Traces a path as straight lines, without those that are too short to be seen at a scale. */
export function traceRoughly(ink: Ink, item: Item, scale: number): void {
  const points = pointsOf(item);
  const { w, h } = item.size;
  const least = (CLOSE / scale) ** 2;
  let [lastX, lastY] = [Infinity, Infinity];
  ink.beginPath();
  for (let at = 0; at + 2 < points.length; at += 3) {
    const x = ((points[at] ?? 0) - 0.5) * w;
    const y = ((points[at + 1] ?? 0) - 0.5) * h;
    const isLast = at + 5 >= points.length;
    if (!isLast && (x - lastX) ** 2 + (y - lastY) ** 2 < least) continue;
    if (at === 0) ink.moveTo(x, y);
    else ink.lineTo(x, y);
    [lastX, lastY] = [x, y];
  }
}

/**
 * A path whose bends are round. Points were left out where the stroke was nearly straight: this puts some back, on curves that leave
 * the bends by no more than `slack`, so that corners stay corners.
 */
export function rounded(path: readonly PathPoint[], slack: number): PathPoint[] {
  const smooth: PathPoint[] = [];
  path.forEach((point, n) => {
    const [before, after] = [path[n - 1], path[n + 1]];
    if (before && after) smooth.push(...bend([before, point, after], slack));
    else smooth.push(point);
  });
  return smooth;
}

function bend([from, at, to]: readonly [PathPoint, PathPoint, PathPoint], slack: number): readonly PathPoint[] {
  const [before, after] = [Math.hypot(at.x - from.x, at.y - from.y), Math.hypot(to.x - at.x, to.y - at.y)];
  const cos = ((at.x - from.x) * (to.x - at.x) + (at.y - from.y) * (to.y - at.y)) / (before * after || 1);
  const angle = Math.acos(Math.min(1, Math.max(-1, cos)));
  if (angle < STRAIGHT) return [at];
  // The curve from so far before to so far behind the bend leaves it by half of what lies between.
  const reach = Math.min(before / 2, after / 2, (2 * slack) / Math.sin(angle / 2));
  const start = between(at, from, reach / (before || 1));
  const end = between(at, to, reach / (after || 1));
  return ALONG_BEND.map((t) => between(between(start, at, t), between(at, end, t), t));
}

/** Puts points near both ends of long straight parts: a curve through points that are far apart would leave these long before a bend. */
export function anchored(path: readonly PathPoint[], distance: number): PathPoint[] {
  return path.flatMap((point, n) => {
    const before = path[n - 1] ?? point;
    const length = Math.hypot(point.x - before.x, point.y - before.y);
    if (length < 4 * distance) return [point];
    return [between(before, point, distance / length), between(before, point, 1 - distance / length), point];
  });
}

function between(one: PathPoint, other: PathPoint, share: number): PathPoint {
  return {
    x: one.x + (other.x - one.x) * share,
    y: one.y + (other.y - one.y) * share,
    pressure: one.pressure + (other.pressure - one.pressure) * share,
  };
}

/** Straight lines through points as an SVG path; a dot for one point. */
export function linesThrough(path: readonly Point[]): string {
  const d = path.map((point, n) => `${n === 0 ? "M" : "L"}${short(point)}`).join("");
  return path.length === 1 ? `${d}l0 0` : d;
}

/** A point as SVG writes it, to a thousandth of a unit. */
export function short({ x, y }: Point): string {
  return `${Math.round(x * 1000) / 1000} ${Math.round(y * 1000) / 1000}`;
}
