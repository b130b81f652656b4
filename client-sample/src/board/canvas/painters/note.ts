import { shadesOf } from "../../model/palette.ts";
import type { Item } from "../../words.ts";
import type { Brush } from "../brush.ts";
import { paintWords } from "./text.ts";

/** How round the corners of the paper are, in units. */
export const NOTE_CORNER = 5;
/** Below this scale nobody sees a shadow. */
const SHADOW_SCALE = 0.2;

/** The shadow of the paper: how far down and how soft, in units, and how dark. It falls down the board, however the note is turned. */
export const SHADOW = { down: 5, blur: 11, colour: "#0b1020", alpha: 0.24 } as const;

/** A sticky note. */
export function paintNote(brush: Brush, item: Item): void {
  const { ink, theme, scale, alpha } = brush;
  const { w, h } = item.size;
  ink.fillStyle = paperOf(item, theme);
  if (scale > SHADOW_SCALE) {
    // Shadows are not scaled with what casts them.
    ink.shadowColor = `rgb(11 16 32 / ${SHADOW.alpha * alpha})`;
    ink.shadowBlur = SHADOW.blur * scale;
    ink.shadowOffsetY = SHADOW.down * scale;
    ink.beginPath();
    ink.roundRect(-w / 2, -h / 2, w, h, Math.min(NOTE_CORNER, w / 4, h / 4));
    ink.fill();
    ink.shadowColor = "transparent";
  } else ink.fillRect(-w / 2, -h / 2, w, h);
  paintWords(brush, item);
}

/** The colour of the paper. A note without a fill is yellow, as notes are. */
export function paperOf({ style }: Item, theme: Brush["theme"]): string {
  return shadesOf(style.fill === "none" ? "yellow" : style.fill, theme).paper;
}
