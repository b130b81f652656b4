import { getStroke } from "perfect-freehand";
import { shadesOf } from "../../model/palette.ts";
import type { Item } from "../../words.ts";
import type { Brush } from "../brush.ts";
import { lineDashes, setDashes } from "./dashes.ts";
import { anchored, lengthOf, linesThrough, type PathPoint, pathPoints, rounded, short, traceRoughly } from "./path.ts";

/** Lines thinner than this have no shape of their own, in pixels of the canvas. */
const ROUGH_WIDTH = 1.8;
/** The thinnest that is seen, in pixels of the canvas. */
const LEAST_WIDTH = 0.7;
/** How much pressure makes of the width. */
const THINNING = 0.6;
/** By how much rounding a bend may leave it, in widths of the stroke. */
const SLACK = 0.12;

/** A stroke of a pen. */
export function paintStroke(brush: Brush, item: Item): void {
  const { ink, theme, scale } = brush;
  const { width, color, dash } = item.style;
  ink.fillStyle = ink.strokeStyle = shadesOf(color, theme).line;
  if (dash !== "solid") paintDashed(brush, item);
  else if (width * scale < ROUGH_WIDTH) {
    ink.lineWidth = Math.max(width, LEAST_WIDTH / scale);
    traceRoughly(ink, item, scale);
    ink.stroke();
  } else ink.fill(outlinePath(item));
}

/** The middle of a stroke, its bends round, about the centre of its shape. */
export function strokeMiddle(item: Item): readonly PathPoint[] {
  return rounded(pathPoints(item), item.style.width * SLACK);
}

function paintDashed({ ink, scale }: Brush, item: Item): void {
  const middle = strokeMiddle(item);
  ink.lineWidth = Math.max(item.style.width, LEAST_WIDTH / scale);
  setDashes(ink, lineDashes(item.style, lengthOf(middle)));
  ink.stroke(new Path2D(linesThrough(middle)));
  ink.setLineDash([]);
}

interface Known {
  readonly width: number;
  readonly w: number;
  readonly h: number;
  readonly path: Path2D;
}

/** By the bytes of the points, which outlast moves of the shape. */
const known = new WeakMap<Uint8Array, Known>();

function outlinePath(item: Item): Path2D {
  const { geom } = item.shape.g;
  const { w, h } = item.size;
  const { width } = item.style;
  const before = geom && known.get(geom);
  if (before && before.w === w && before.h === h && before.width === width) return before.path;
  const path = new Path2D(strokeOutline(item));
  if (geom) known.set(geom, { width, w, h, path });
  return path;
}

/** The outline of a stroke as an SVG path, about its centre. */
export function strokeOutline(item: Item): string {
  const outline = getStroke(anchored(strokeMiddle(item), item.style.width), {
    size: item.style.width,
    thinning: THINNING,
    smoothing: 0.5,
    // The points were smoothed when they were drawn and have gaps now: more would cut corners.
    streamline: 0,
    simulatePressure: false,
    last: true,
  });
  return closedCurve(outline);
}

function closedCurve(outline: readonly (readonly number[])[]): string {
  const point = (n: number) => {
    const [x = 0, y = 0] = outline[n % outline.length] ?? [];
    return { x, y };
  };
  if (outline.length < 2) return "";
  const between = (n: number) => ({ x: (point(n).x + point(n + 1).x) / 2, y: (point(n).y + point(n + 1).y) / 2 });
  let d = `M${short(between(0))}`;
  for (let n = 1; n <= outline.length; n++) d += `Q${short(point(n))} ${short(between(n))}`;
  return `${d}Z`;
}
