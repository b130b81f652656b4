import { furnitureOf } from "../../model/palette.ts";
import { FONT_FAMILY } from "../../text/metrics.ts";
import type { Item } from "../../words.ts";
import type { Brush } from "../brush.ts";
import { rectDashes, setDashes } from "./dashes.ts";

/** Of the name of the kind, in units. */
const FONT_SIZE = 14;
/** Lower letters cannot be read, in pixels of the canvas. */
const READABLE = 4;

/** A shape that this page does not know: a frame with the name of its kind, so that it can be moved and deleted. */
export function paintUnknown({ ink, theme, scale }: Brush, { size, shape }: Item): void {
  const { w, h } = size;
  ink.strokeStyle = ink.fillStyle = furnitureOf(theme).faint;
  ink.lineWidth = Math.max(1.5, 0.7 / scale);
  setDashes(ink, rectDashes({ dash: "dashed", width: 1.5 }, { w, h }, 0));
  ink.strokeRect(-w / 2, -h / 2, w, h);
  ink.setLineDash([]);
  if (FONT_SIZE * scale < READABLE) return;
  ink.font = `${FONT_SIZE}px ${FONT_FAMILY}`;
  ink.textAlign = "center";
  ink.fillText(shape.type, 0, FONT_SIZE / 3, w);
  ink.textAlign = "left";
}
