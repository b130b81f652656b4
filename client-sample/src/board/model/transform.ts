/** What becomes of a shape that is moved, resized or turned, alone or among others. */
import type { BoardGroups, Shape } from "../../../../rooms/whiteboard/rules/board.ts";
import type { Box, Transform } from "../words.ts";
import { clamp, FARTHEST, normalAngle, turned } from "./geometry.ts";
import { itemOf } from "./item.ts";
import { mirroredGeom } from "./packed-points.ts";

/** Letters are neither smaller nor larger than this, in units of the board. */
const FONT_SIZE = { least: 4, most: 512 };
/** Shapes within this of a quarter turn are stretched along their own sides. */
const STRAIGHT = 1e-6;

/** The groups of a shape that a transform changes, with what they are afterwards. */
export function transformed(shape: Shape, transform: Transform): Partial<BoardGroups> {
  const { pos } = itemOf("", shape);
  switch (transform.t) {
    case "move":
      return { pos: placed(pos.x + transform.dx, pos.y + transform.dy, pos.r) };
    case "rotate": {
      const { x, y } = turned(pos, transform.by, transform.about);
      return { pos: placed(x, y, normalAngle(pos.r + transform.by)) };
    }
    case "resize":
      return resized(shape, transform.from, transform.to, transform.r ?? 0);
    default:
      return transform satisfies never;
  }
}

function resized(shape: Shape, from: Box, to: Box, r: number): Partial<BoardGroups> {
  const item = itemOf("", shape);
  const [sx, sy] = [scaleOf(from.w, to.w), scaleOf(from.h, to.h)];
  const own = turned(item.pos, -r);
  const centre = turned(
    { x: along(own.x, [from.x, from.w], [to.x, to.w]), y: along(own.y, [from.y, from.h], [to.y, to.h]) },
    r,
  );
  const angle = item.pos.r - r;
  const isMirrored = sx < 0 !== sy < 0;
  const stretch = stretchOf(angle, sx, sy);
  const size = { w: clamp(item.size.w * stretch.w, 0, FARTHEST), h: clamp(item.size.h * stretch.h, 0, FARTHEST) };
  const turn = isMirrored ? r - angle : item.pos.r;
  return {
    pos: placed(centre.x, centre.y, isMirrored ? normalAngle(turn) : turn),
    size,
    ...(shape.type === "text" && withLetters(shape, item.style.fontSize, sx === 1 ? 1 : Math.abs(sy))),
    ...(shape.g.geom && (sx < 0 || sy < 0) && { geom: mirrored(shape.g.geom, sx, sy) }),
  };
}

/**
 * A mirror on the frame's x is, for a shape that stands at angle `a` and now stands at `-a`, a mirror on its own x; one on the frame's y is
 * one on its own y; both are half a turn, which is the same as both mirrors.
 */
function mirrored(geom: Uint8Array, sx: number, sy: number): Uint8Array {
  return mirroredGeom(geom, { x: sx < 0, y: sy < 0 });
}

/** By how much the sides of a shape at an angle grow. A shape that stands askew keeps its corners square. */
function stretchOf(angle: number, sx: number, sy: number): BoardGroups["size"] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  if (Math.abs(sin) < STRAIGHT) return { w: Math.abs(sx), h: Math.abs(sy) };
  if (Math.abs(cos) < STRAIGHT) return { w: Math.abs(sy), h: Math.abs(sx) };
  return { w: Math.hypot(sx * cos, sy * sin), h: Math.hypot(sx * sin, sy * cos) };
}

function withLetters(shape: Shape, fontSize: number, scale: number): Partial<BoardGroups> {
  if (scale === 1) return {};
  return { style: { ...shape.g.style, fontSize: clamp(fontSize * scale, FONT_SIZE.least, FONT_SIZE.most) } };
}

/** A side without length has nothing to scale. */
function scaleOf(from: number, to: number): number {
  return from === 0 ? 1 : to / from;
}

function along(value: number, [from, length]: readonly [number, number], [to, toLength]: readonly [number, number]) {
  return length === 0 ? value + to - from : to + ((value - from) / length) * toLength;
}

function placed(x: number, y: number, r: number): BoardGroups["pos"] {
  return { x: clamp(x, -FARTHEST, FARTHEST), y: clamp(y, -FARTHEST, FARTHEST), r };
}
