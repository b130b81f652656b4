import { isPath } from "../model/item.ts";
import { shadesOf } from "../model/palette.ts";
import type { Item, Point } from "../words.ts";
import type { Brush } from "./brush.ts";
import { paintImage } from "./painters/image.ts";
import { paintLine } from "./painters/line.ts";
import { paintLock } from "./painters/lock.ts";
import { paintNote, paperOf } from "./painters/note.ts";
import { paintOutline } from "./painters/outline.ts";
import { paintStroke } from "./painters/stroke.ts";
import { paintWords } from "./painters/text.ts";
import { paintUnknown } from "./painters/unknown.ts";

type Painter = (brush: Brush, item: Item) => void;

const PAINTERS: Readonly<Record<Item["kind"], Painter>> = {
  stroke: paintStroke,
  rect: paintOutline,
  ellipse: paintOutline,
  line: paintLine,
  arrow: paintLine,
  note: paintNote,
  text: paintWords,
  image: paintImage,
  unknown: paintUnknown,
};

/** Shapes smaller than this are a speck, in pixels of the canvas. */
const SPECK = 3;
/** Of one that is an outline, so much is seen. */
const HOLLOW = 0.6;

/** Makes a canvas ready for the painters. What they need of it and do not set themselves is set here, once. */
export function prepare(ink: Brush["ink"]): void {
  ink.lineCap = "round";
  ink.lineJoin = "round";
  ink.textBaseline = "alphabetic";
  ink.textAlign = "left";
  ink.textRendering = "geometricPrecision";
  ink.imageSmoothingQuality = "medium";
}

/** Paints a shape; `origin` is the place on the board of the canvas' top left. */
export function paintItem(brush: Brush, item: Item, origin: Point): void {
  const { ink, scale } = brush;
  const { pos, size, style, kind } = item;
  if ((Math.max(size.w, size.h) + (isPath(kind) ? style.width : 0)) * scale < SPECK) {
    paintSpeck(brush, item, origin);
    return;
  }
  const [cos, sin] = pos.r === 0 ? [scale, 0] : [scale * Math.cos(pos.r), scale * Math.sin(pos.r)];
  ink.setTransform(cos, sin, -sin, cos, (pos.x - origin.x) * scale, (pos.y - origin.y) * scale);
  PAINTERS[item.kind](brush, item);
  if (item.isLocked && brush.hasMarks) paintLock(brush, item);
}

function paintSpeck({ ink, scale, theme, alpha }: Brush, item: Item, origin: Point): void {
  const { pos, size, style, kind } = item;
  const w = Math.max(1, size.w * scale);
  const h = Math.max(1, size.h * scale);
  ink.setTransform(1, 0, 0, 1, 0, 0);
  ink.fillStyle = speckColour(item, theme);
  ink.globalAlpha = isPath(kind) || style.fill !== "none" || kind === "note" ? alpha : alpha * HOLLOW;
  ink.fillRect((pos.x - origin.x) * scale - w / 2, (pos.y - origin.y) * scale - h / 2, w, h);
  ink.globalAlpha = alpha;
}

/** The colour that a shape has from afar. */
function speckColour(item: Item, theme: Brush["theme"]): string {
  return item.kind === "note" ? paperOf(item, theme) : shadesOf(item.style.color, theme).line;
}
