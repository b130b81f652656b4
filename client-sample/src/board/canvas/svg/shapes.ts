import { furnitureOf, shadesOf } from "../../model/palette.ts";
import type { Item, ShapeStyle } from "../../words.ts";
import { type Dashes, lineDashes } from "../painters/dashes.ts";
import { headOf } from "../painters/line.ts";
import { NOTE_CORNER, paperOf } from "../painters/note.ts";
import { cornerOf, outlineDashes } from "../painters/outline.ts";
import { lengthOf, linesThrough, pathPoints } from "../painters/path.ts";
import { strokeMiddle, strokeOutline } from "../painters/stroke.ts";
import { type Attributes, type Drawn, tag } from "./markup.ts";
import { drawnWords } from "./text.ts";

type Drawer = (item: Item, drawn: Drawn) => string;

const DRAWERS: Readonly<Record<Item["kind"], Drawer>> = {
  stroke: drawnStroke,
  rect: drawnOutline,
  ellipse: drawnOutline,
  line: drawnLine,
  arrow: drawnLine,
  note: drawnNote,
  text: drawnWords,
  image: drawnImage,
  unknown: drawnUnknown,
};

/** A shape about its centre, as it is on the canvas. */
export function drawnShape(item: Item, drawn: Drawn): string {
  return DRAWERS[item.kind](item, drawn);
}

function drawnStroke(item: Item, { theme }: Drawn): string {
  const colour = shadesOf(item.style.color, theme).line;
  if (item.style.dash === "solid") return tag("path", { d: strokeOutline(item), fill: colour });
  const middle = strokeMiddle(item);
  return tag("path", {
    d: linesThrough(middle),
    ...pen(item.style, colour),
    ...dashed(lineDashes(item.style, lengthOf(middle))),
  });
}

function drawnOutline(item: Item, drawn: Drawn): string {
  const { size, style, kind } = item;
  const look = {
    ...pen(style, shadesOf(style.color, drawn.theme).line),
    ...dashed(outlineDashes(item)),
    fill: style.fill === "none" ? "none" : shadesOf(style.fill, drawn.theme).fill,
  };
  const form =
    kind === "ellipse"
      ? tag("ellipse", { rx: size.w / 2, ry: size.h / 2, ...look })
      : tag("rect", { ...about(size), rx: cornerOf(size), ...look });
  return form + drawnWords(item, drawn);
}

function drawnLine(item: Item, { theme }: Drawn): string {
  const path = pathPoints(item);
  const look = pen(item.style, shadesOf(item.style.color, theme).line);
  const line = tag("path", {
    d: linesThrough(path),
    ...look,
    ...dashed(lineDashes(item.style, lengthOf(path))),
  });
  return item.kind === "line" ? line : line + tag("path", { d: linesThrough(headOf(item, path)), ...look });
}

function drawnNote(item: Item, drawn: Drawn): string {
  const paper = { ...about(item.size), rx: NOTE_CORNER, fill: paperOf(item, drawn.theme), filter: "url(#shadow)" };
  return tag("rect", paper) + drawnWords(item, drawn);
}

function drawnImage({ size, shape }: Item, { theme, imageUrl }: Drawn): string {
  const url = shape.g.image && imageUrl(shape.g.image.hash);
  if (!url) return tag("rect", { ...about(size), fill: shadesOf("grey", theme).fill });
  return tag("image", { ...about(size), href: url, preserveAspectRatio: "none" });
}

function drawnUnknown({ size }: Item, { theme }: Drawn): string {
  return tag("rect", { ...about(size), fill: "none", stroke: furnitureOf(theme).faint, "stroke-dasharray": "4 4" });
}

function about({ w, h }: Item["size"]): Attributes {
  return { x: -w / 2, y: -h / 2, width: w, height: h };
}

function pen({ width }: ShapeStyle, colour: string): Attributes {
  return {
    fill: "none",
    stroke: colour,
    "stroke-width": width,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  };
}

function dashed({ row, offset }: Dashes): Attributes {
  return { "stroke-dasharray": row.join(" ") || undefined, "stroke-dashoffset": offset || undefined };
}
