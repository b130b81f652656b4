/**
 * The numbers that words on the board are laid out by. The canvas, the export and the editor on the page take them from here,
 * so that a line breaks at the same place in all three.
 */
import type { Box, Item } from "../words.ts";

/** Fonts without optical sizes: their letters are as wide at 64 units as four times at 16, so that zooming moves nothing. */
export const FONT_FAMILY = 'Inter, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** Height of a line, in heights of a letter. */
export const LINE_HEIGHT = 1.3;
/** How far the words of a list stand in, and where in that its bullets and numbers end, in heights of a letter. */
export const LIST_INDENT = 1.5;
export const LIST_MARKER_END = 1.2;
/** Where lines under and through words run, above the baseline, and how thick they are, in heights of a letter. */
export const UNDERLINE_AT = -0.12;
export const STRIKE_AT = 0.28;
export const RULE_WIDTH = 0.07;

/** Most characters of a text, counted as UTF-16 does. */
export const MAX_CHARACTERS = 20_000;

/** Between the edge of a shape and its words, in units; less in a small shape. */
const PADDING = 16;
const MAX_PADDING_RATIO = 0.12;
/** Letters are made smaller down to this, where a shape has no room for them. */
export const MIN_SCALE = 0.1;

/** How letters look. */
export interface Face {
  readonly isBold: boolean;
  readonly isItalic: boolean;
}

/** The CSS font of letters. */
export function fontOf(fontSize: number, { isBold, isItalic }: Face): string {
  return `${isItalic ? "italic " : ""}${isBold ? "700 " : ""}${fontSize}px ${FONT_FAMILY}`;
}

/** Kinds of shapes that words can be written in. */
export function isWritable(kind: Item["kind"]): boolean {
  return kind === "note" || kind === "text" || kind === "rect" || kind === "ellipse";
}

/** Whether the words stand in the middle of the shape's height; otherwise they begin at its top. */
export function isCentred(kind: Item["kind"]): boolean {
  return kind !== "text";
}

/** Where in a shape its words have room; from the top left of the shape before it is rotated. */
export function textBox(kind: Item["kind"], size: Item["size"]): Box {
  const { w, h } = innerSize(kind, size);
  return { x: (size.w - w) / 2, y: (size.h - h) / 2, w, h };
}

/** How high a shape must be, so that its words have the room `textHeight`. */
export function shapeHeight(kind: Item["kind"], width: number, textHeight: number): number {
  const padding = paddingOf(kind, width);
  return kind === "ellipse" ? (textHeight + 2 * padding) * Math.SQRT2 : textHeight + 2 * padding;
}

/** The paddings of a shape are those of its width, so that they stay as they are while it grows in height. */
function innerSize(kind: Item["kind"], { w, h }: Item["size"]): Item["size"] {
  const padding = paddingOf(kind, w);
  const share = kind === "ellipse" ? Math.SQRT1_2 : 1; // the largest box in an ellipse
  return { w: Math.max(1, w * share - 2 * padding), h: Math.max(1, h * share - 2 * padding) };
}

function paddingOf(kind: Item["kind"], width: number): number {
  if (kind === "text") return 0;
  const most = kind === "ellipse" ? PADDING / 2 : PADDING;
  return Math.min(most, width * MAX_PADDING_RATIO);
}

/**
 * Whether a text is as wide as what is written, and so never wraps: it is until somebody gives it another width than the one it
 * gave itself, which it notes in `meta.autoWidth`.
 */
export function isAutoWidth({ kind, size, shape }: Pick<Item, "kind" | "size" | "shape">): boolean {
  if (kind !== "text") return false;
  const noted = shape.g.meta?.["autoWidth"];
  return noted === undefined ? shape.rich === undefined && !shape.g.text : noted === size.w;
}

/**
 * How high a shape is without words: it grows with them, and notes that in `meta.grownHeight` and `meta.ownHeight`. Where somebody
 * gave it another height since, that is its own.
 */
export function ownHeight({ size, shape }: Pick<Item, "size" | "shape">): number {
  const { grownHeight, ownHeight: own } = shape.g.meta ?? {};
  return grownHeight === size.h && typeof own === "number" ? Math.min(own, size.h) : size.h;
}
