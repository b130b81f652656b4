/** Points, boxes and what becomes of them when they are turned. Angles in radians, y downwards. */
import type { Box, Point } from "../words.ts";

/** No place on a board is farther away, and nothing on it larger: beyond it numbers no longer tell pixels apart. */
export const FARTHEST = 1e9;

/** A rectangle about a centre, turned by `r`. */
export interface Turned extends Point {
  readonly w: number;
  readonly h: number;
  readonly r: number;
}

/** A point turned about another; about the origin unless one is given. */
export function turned({ x, y }: Point, by: number, about: Point = { x: 0, y: 0 }): Point {
  const [cos, sin] = [Math.cos(by), Math.sin(by)];
  const [dx, dy] = [x - about.x, y - about.y];
  return { x: about.x + dx * cos - dy * sin, y: about.y + dx * sin + dy * cos };
}

/** An angle between -π and π that means the same. */
export function normalAngle(r: number): number {
  return Math.atan2(Math.sin(r), Math.cos(r));
}

/** The smallest box around a turned rectangle, and `margin` more to each side. */
export function boundsOf({ x, y, w, h, r }: Turned, margin = 0): Box {
  const [cos, sin] = r === 0 ? [1, 0] : [Math.abs(Math.cos(r)), Math.abs(Math.sin(r))];
  const width = w * cos + h * sin + 2 * margin;
  const height = w * sin + h * cos + 2 * margin;
  return { x: x - width / 2, y: y - height / 2, w: width, h: height };
}

/** The corners of a turned rectangle, clockwise from its top left. */
export function cornersOf({ x, y, w, h, r }: Turned): readonly [Point, Point, Point, Point] {
  const at = (sx: number, sy: number): Point => turned({ x: x + (sx * w) / 2, y: y + (sy * h) / 2 }, r, { x, y });
  return [at(-1, -1), at(1, -1), at(1, 1), at(-1, 1)];
}

/** The smallest box around points; undefined for none. */
export function boxAround(points: Iterable<Point>): Box | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return left > right ? undefined : { x: left, y: top, w: right - left, h: bottom - top };
}

/** The smallest box around boxes; undefined for none. */
export function unionOf(boxes: Iterable<Box>): Box | undefined {
  let union: Box | undefined;
  for (const box of boxes) union = union ? joined(union, box) : box;
  return union;
}

/** The smallest box around two. */
export function joined(one: Box, other: Box): Box {
  const x = Math.min(one.x, other.x);
  const y = Math.min(one.y, other.y);
  const right = Math.max(one.x + one.w, other.x + other.w);
  const bottom = Math.max(one.y + one.h, other.y + other.h);
  return { x, y, w: right - x, h: bottom - y };
}

/** What two boxes have in common; undefined where they do not touch. */
export function overlapOf(one: Box, other: Box): Box | undefined {
  if (!touches(one, other)) return undefined;
  const x = Math.max(one.x, other.x);
  const y = Math.max(one.y, other.y);
  const right = Math.min(one.x + one.w, other.x + other.w);
  const bottom = Math.min(one.y + one.h, other.y + other.h);
  return { x, y, w: right - x, h: bottom - y };
}

/** Whether two boxes have a point in common. */
export function touches(one: Box, other: Box): boolean {
  return (
    one.x <= other.x + other.w && other.x <= one.x + one.w && one.y <= other.y + other.h && other.y <= one.y + one.h
  );
}

/** Whether a box holds all of another. */
export function holds(outer: Box, inner: Box): boolean {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.w >= inner.x + inner.w &&
    outer.y + outer.h >= inner.y + inner.h
  );
}

/** A box with `margin` more to each side. */
export function grown({ x, y, w, h }: Box, margin: number): Box {
  return { x: x - margin, y: y - margin, w: w + 2 * margin, h: h + 2 * margin };
}

/** The middle of a box. */
export function centreOf({ x, y, w, h }: Box): Point {
  return { x: x + w / 2, y: y + h / 2 };
}

/** How far a point is from the straight line between two others. */
export function distanceToSegment(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length2 = dx * dx + dy * dy;
  const along = length2 === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / length2;
  const t = clamp(along, 0, 1);
  return Math.hypot(point.x - from.x - t * dx, point.y - from.y - t * dy);
}

/** `value`, or the nearest that is neither less than `least` nor more than `most`. */
export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** The direction of a number: none is forward. */
export function signOf(value: number): 1 | -1 {
  return value < 0 ? -1 : 1;
}

/** Whether something is a number that a place on a board may have. */
export function isPlace(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= FARTHEST;
}
