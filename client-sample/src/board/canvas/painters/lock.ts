import { furnitureOf } from "../../model/palette.ts";
import type { Item } from "../../words.ts";
import type { Brush } from "../brush.ts";

/** Side of the mark, in pixels of the screen at a ratio of 1. */
const SIDE = 11;
/** Shapes smaller than this have no room for it. */
const LEAST_SHAPE = 44;

/** A padlock at the top right corner of a shape that is locked; as large at every zoom. */
export function paintLock({ ink, theme, scale }: Brush, { size }: Item): void {
  if (Math.min(size.w, size.h) * scale < LEAST_SHAPE) return;
  const unit = SIDE / scale;
  const right = size.w / 2 - unit * 0.6;
  const top = -size.h / 2 + unit * 0.6;
  const { faint } = furnitureOf(theme);
  ink.fillStyle = ink.strokeStyle = faint;
  ink.lineWidth = unit * 0.14;
  ink.beginPath();
  ink.roundRect(right - unit * 0.84, top + unit * 0.42, unit * 0.84, unit * 0.58, unit * 0.1);
  ink.fill();
  ink.beginPath();
  ink.arc(right - unit * 0.42, top + unit * 0.36, unit * 0.25, Math.PI, 2 * Math.PI);
  ink.lineTo(right - unit * 0.17, top + unit * 0.5);
  ink.moveTo(right - unit * 0.67, top + unit * 0.36);
  ink.lineTo(right - unit * 0.67, top + unit * 0.5);
  ink.stroke();
}
