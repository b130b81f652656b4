import type { BoardGroups } from "../../../../rooms/whiteboard/rules/board.ts";
import { normalAngle, turned } from "../model/geometry.ts";
import type { Box, Transform } from "../words.ts";

/** Where a shape is. */
export type Placed = Pick<BoardGroups, "pos" | "size">;

/** What of a transform is left to do once a part of it is done, so that a shape that was at `lead` is at `now`. */
export function remaining(transform: Transform, lead: Placed, now: Placed): Transform {
  switch (transform.t) {
    case "move":
      return {
        t: "move",
        dx: transform.dx - (now.pos.x - lead.pos.x),
        dy: transform.dy - (now.pos.y - lead.pos.y),
      };
    case "rotate":
      return { ...transform, by: normalAngle(transform.by - (now.pos.r - lead.pos.r)) };
    case "resize":
      return isResized(transform, lead, now) ? { t: "move", dx: 0, dy: 0 } : partlyResized(transform, lead, now);
    default:
      return transform satisfies never;
  }
}

type Resize = Extract<Transform, { t: "resize" }>;

/** Beyond what rounding does, in units. */
const CLOSE = 0.01;

/** Whether all of it is done; what was mirrored has lost the sign of its size. */
function isResized({ from, to, r = 0 }: Resize, lead: Placed, now: Placed): boolean {
  const was = turned(lead.pos, -r);
  const is = turned(now.pos, -r);
  const x = to.x + ((was.x - from.x) * to.w) / from.w;
  const y = to.y + ((was.y - from.y) * to.h) / from.h;
  const w = Math.abs((lead.size.w * to.w) / from.w);
  const h = Math.abs((lead.size.h * to.h) / from.h);
  const isThere = Math.hypot(is.x - x, is.y - y) < CLOSE;
  return isThere && Math.abs(now.size.w - w) < CLOSE && Math.abs(now.size.h - h) < CLOSE;
}

function partlyResized(transform: Resize, lead: Placed, now: Placed): Resize {
  const { from, r = 0 } = transform;
  const scaleX = lead.size.w > 0 ? now.size.w / lead.size.w : 1;
  const scaleY = lead.size.h > 0 ? now.size.h / lead.size.h : 1;
  const was = turned(lead.pos, -r);
  const is = turned(now.pos, -r);
  const done: Box = {
    x: is.x - (was.x - from.x) * scaleX,
    y: is.y - (was.y - from.y) * scaleY,
    w: from.w * scaleX,
    h: from.h * scaleY,
  };
  return done.w > 0 && done.h > 0 ? { ...transform, from: done } : transform;
}
