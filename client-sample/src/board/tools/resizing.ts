import { signOf, type Turned, turned } from "../model/geometry.ts";
import type { Box, Point, Transform } from "../words.ts";
import type { Grip } from "./handles.ts";
import type { Modifiers } from "./tool.ts";

/** Nothing is made smaller than this: it could not be taken hold of again. In units of the board. */
const MIN_SIZE = 1;

/** How what is selected is resized. */
export interface Resizing extends Modifiers {
  readonly frame: Turned;
  readonly grip: Grip;
  /** How far the grip was dragged, on the board. */
  readonly by: Point;
  /** Whether width and height keep their ratio, whatever keys are held. */
  readonly keepsRatio: boolean;
}

/** The transform that a dragged grip means: with alt about the middle, with shift in the same ratio. Dragged beyond the opposite side it mirrors. */
export function resizeBy({ frame, grip, by, keepsRatio, isShift, isAlt }: Resizing): Transform {
  const { w, h, r } = frame;
  const middle = turned(frame, -r);
  const from: Box = { x: middle.x - w / 2, y: middle.y - h / 2, w, h };
  const way = turned(by, -r);
  const sides = isAlt ? 2 : 1;
  let scaleX = grip.x === 0 || w === 0 ? 1 : 1 + (way.x * grip.x * sides) / w;
  let scaleY = grip.y === 0 || h === 0 ? 1 : 1 + (way.y * grip.y * sides) / h;
  if (isShift || keepsRatio) [scaleX, scaleY] = inRatio(scaleX, scaleY, grip);
  const size = { w: atLeast(w * scaleX, w), h: atLeast(h * scaleY, h) };
  const to = {
    x: isAlt ? middle.x - size.w / 2 : anchored(grip.x, [from.x, w], size.w),
    y: isAlt ? middle.y - size.h / 2 : anchored(grip.y, [from.y, h], size.h),
    ...size,
  };
  return { t: "resize", from, to, ...(r !== 0 && { r }) };
}

/** Both scales as the larger one of those that the grip means. */
function inRatio(scaleX: number, scaleY: number, grip: Grip): readonly [number, number] {
  if (grip.y === 0) return [scaleX, Math.abs(scaleX)];
  if (grip.x === 0) return [Math.abs(scaleY), scaleY];
  const scale = Math.max(Math.abs(scaleX), Math.abs(scaleY));
  return [scale * signOf(scaleX), scale * signOf(scaleY)];
}

/** Where the near side comes to be, so that the side opposite of the grip stays; without a grip on this axis, the middle does. */
function anchored(grip: -1 | 0 | 1, [from, length]: readonly [number, number], size: number): number {
  if (grip === 1) return from;
  return grip === -1 ? from + length - size : from + (length - size) / 2;
}

function atLeast(size: number, before: number): number {
  const least = Math.min(MIN_SIZE, before);
  return Math.abs(size) < least ? least * signOf(size) : size;
}
