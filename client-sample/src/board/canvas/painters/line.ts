import { shadesOf } from "../../model/palette.ts";
import type { Item, Point } from "../../words.ts";
import type { Brush } from "../brush.ts";
import { lineDashes, setDashes } from "./dashes.ts";
import { lengthOf, pathPoints } from "./path.ts";

/** Half the angle of the head of an arrow. */
const HEAD_ANGLE = 0.5;
/** The thinnest line that is seen, in pixels of the canvas. */
const LEAST_WIDTH = 0.7;

/** A line or, with a head, an arrow. */
export function paintLine({ ink, theme, scale }: Brush, item: Item): void {
  const { width, color } = item.style;
  const path = pathPoints(item);
  ink.strokeStyle = shadesOf(color, theme).line;
  ink.lineWidth = Math.max(width, LEAST_WIDTH / scale);
  trace(ink, path);
  if (item.style.dash === "solid") {
    if (item.kind === "arrow") trace(ink, headOf(item, path), "more");
    ink.stroke();
    return;
  }
  setDashes(ink, lineDashes(item.style, lengthOf(path)));
  ink.stroke();
  ink.setLineDash([]);
  if (item.kind !== "arrow") return;
  trace(ink, headOf(item, path));
  ink.stroke();
}

/** The three points of the head of an arrow, its tip in the middle; none where the arrow has no length. */
export function headOf({ style }: Item, path: readonly Point[]): readonly Point[] {
  const tip = path.at(-1);
  const length = Math.min(lengthOf(path) * 0.5, 3 * style.width + 8);
  const from = tip && path.findLast(({ x, y }) => Math.hypot(x - tip.x, y - tip.y) >= length);
  if (!tip || !from || length === 0) return [];
  const angle = Math.atan2(from.y - tip.y, from.x - tip.x);
  const barb = (side: number): Point => ({
    x: tip.x + length * Math.cos(angle + side * HEAD_ANGLE),
    y: tip.y + length * Math.sin(angle + side * HEAD_ANGLE),
  });
  return [barb(-1), tip, barb(1)];
}

function trace(ink: Brush["ink"], path: readonly Point[], how: "anew" | "more" = "anew"): void {
  if (how === "anew") ink.beginPath();
  path.forEach(({ x, y }, n) => {
    if (n === 0) ink.moveTo(x, y);
    else ink.lineTo(x, y);
  });
  const [only] = path;
  if (only && path.length === 1) ink.lineTo(only.x, only.y);
}
