import { shadesOf } from "../../model/palette.ts";
import type { Item } from "../../words.ts";
import type { Brush } from "../brush.ts";
import { type Dashes, ellipseDashes, rectDashes, setDashes } from "./dashes.ts";
import { paintWords } from "./text.ts";

/** Corners are round by this, in units; less in small rectangles. */
const CORNER = 10;
const MAX_CORNER_RATIO = 0.18;
/** Rectangles smaller than this have corners that nobody sees, in pixels of the canvas. */
const ROUGH = 14;
/** The thinnest line that is seen, in pixels of the canvas. */
const LEAST_WIDTH = 0.7;

/** A rectangle or an ellipse with its words. */
export function paintOutline(brush: Brush, item: Item): void {
  const { ink, theme, scale } = brush;
  const { size, style, kind } = item;
  ink.lineWidth = Math.max(style.width, LEAST_WIDTH / scale);
  ink.strokeStyle = shadesOf(style.color, theme).line;
  if (style.fill !== "none") ink.fillStyle = shadesOf(style.fill, theme).fill;
  if (kind === "rect" && Math.max(size.w, size.h) * scale < ROUGH) paintRoughly(brush, item);
  else paintFinely(brush, item);
  paintWords(brush, item);
}

/** How round the corners of a rectangle are. */
export function cornerOf({ w, h }: Item["size"]): number {
  return Math.min(CORNER, Math.min(w, h) * MAX_CORNER_RATIO);
}

function paintRoughly({ ink }: Brush, { size: { w, h }, style }: Item): void {
  if (style.fill !== "none") ink.fillRect(-w / 2, -h / 2, w, h);
  ink.strokeRect(-w / 2, -h / 2, w, h);
}

function paintFinely({ ink }: Brush, item: Item): void {
  const { size, style, kind } = item;
  const { w, h } = size;
  ink.beginPath();
  if (kind === "ellipse") ink.ellipse(0, 0, w / 2, h / 2, 0, 0, 2 * Math.PI);
  else ink.roundRect(-w / 2, -h / 2, w, h, cornerOf(size));
  if (style.fill !== "none") ink.fill();
  setDashes(ink, outlineDashes(item));
  ink.stroke();
  if (style.dash !== "solid") ink.setLineDash([]);
}

/** The dashes of the outline of a rectangle or an ellipse. */
export function outlineDashes({ kind, style, size }: Pick<Item, "kind" | "style" | "size">): Dashes {
  return kind === "ellipse" ? ellipseDashes(style, size) : rectDashes(style, size, cornerOf(size));
}
