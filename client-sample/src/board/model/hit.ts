/** Whether somebody who points at a place means a shape. */
import type { Item, Point } from "../words.ts";
import { clamp, distanceToSegment, turned } from "./geometry.ts";
import { isPath, pointsOf } from "./item.ts";

/**
 * What a place has to do with a shape: "on" its ink, within `reach` units of the board; or "inside" of an outline that is not
 * filled, where one sees what lies below. Undefined elsewhere.
 */
export function hit(item: Item, at: Point, reach: number): "on" | "inside" | undefined {
  const { pos, size, style, kind } = item;
  const local = turned({ x: at.x - pos.x, y: at.y - pos.y }, -pos.r);
  const margin = reach + style.width / 2;
  if (isPath(kind)) return distanceToPath(item, local) <= margin ? "on" : undefined;
  const beyond = kind === "ellipse" ? beyondEllipse(local, size) : beyondRectangle(local, size);
  if (kind !== "rect" && kind !== "ellipse") return beyond <= reach ? "on" : undefined;
  if (beyond > margin) return undefined;
  return style.fill !== "none" || hasWords(item) || beyond >= -margin ? "on" : "inside";
}

export function hasWords({ shape }: Item): boolean {
  return Boolean(shape.g.text) || (shape.rich?.length ?? 0) > 0;
}

function distanceToPath(item: Item, at: Point): number {
  const { w, h } = item.size;
  const points = pointsOf(item);
  const point = (n: number): Point => ({ x: ((points[n] ?? 0) - 0.5) * w, y: ((points[n + 1] ?? 0) - 0.5) * h });
  let nearest = Infinity;
  let from = point(0);
  for (let n = 0; n < points.length; n += 3) {
    const to = point(n);
    nearest = Math.min(nearest, distanceToSegment(at, from, to));
    from = to;
  }
  return nearest;
}

/** How far a place is outside of a rectangle about the origin; inside, minus how far it is to the nearest side. */
function beyondRectangle({ x, y }: Point, { w, h }: Item["size"]): number {
  const [dx, dy] = [Math.abs(x) - w / 2, Math.abs(y) - h / 2];
  return dx > 0 && dy > 0 ? Math.hypot(dx, dy) : Math.max(dx, dy);
}

/** The same for an ellipse. */
function beyondEllipse(at: Point, { w, h }: Item["size"]): number {
  const [a, b] = [w / 2, h / 2];
  if (a === 0 || b === 0) return beyondRectangle(at, { w, h });
  const nearest = nearestOnEllipse(at, a, b);
  const distance = Math.hypot(at.x - nearest.x, at.y - nearest.y);
  return (at.x / a) ** 2 + (at.y / b) ** 2 > 1 ? distance : -distance;
}

/** By the circle that fits the ellipse best where one is; three steps come within a thousandth. */
function nearestOnEllipse(at: Point, a: number, b: number): Point {
  const [px, py] = [Math.abs(at.x), Math.abs(at.y)];
  let [tx, ty] = [Math.SQRT1_2, Math.SQRT1_2];
  for (let step = 0; step < 3; step++) {
    const ex = ((a * a - b * b) * tx ** 3) / a;
    const ey = ((b * b - a * a) * ty ** 3) / b;
    const r = Math.hypot(a * tx - ex, b * ty - ey);
    const q = Math.hypot(px - ex, py - ey) || 1;
    tx = clamp((((px - ex) * r) / q + ex) / a, 0, 1);
    ty = clamp((((py - ey) * r) / q + ey) / b, 0, 1);
    const length = Math.hypot(tx, ty) || 1;
    [tx, ty] = [tx / length, ty / length];
  }
  return { x: Math.sign(at.x || 1) * a * tx, y: Math.sign(at.y || 1) * b * ty };
}
