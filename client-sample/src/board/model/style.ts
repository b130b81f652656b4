/** How shapes look that say nothing, or nonsense, of how they look. */
import type { BoardGroups } from "../../../../rooms/whiteboard/rules/board.ts";
import type { Item, ShapeStyle } from "../words.ts";
import { clamp } from "./geometry.ts";
import { COLOURS } from "./palette.ts";

/** Bounds of the width of a line, in units of the board. */
const MIN_WIDTH = 0.5;
const MAX_WIDTH = 64;
/** Bounds of the height of a letter, in units of the board. */
const MIN_FONT_SIZE = 4;
const MAX_FONT_SIZE = 512;

const PLAIN: ShapeStyle = {
  color: "ink",
  fill: "none",
  width: 2.5,
  dash: "solid",
  fontSize: 20,
  align: "center",
};

const DEFAULTS: Readonly<Record<Item["kind"], ShapeStyle>> = {
  stroke: { ...PLAIN, width: 4 },
  rect: PLAIN,
  ellipse: PLAIN,
  line: PLAIN,
  arrow: PLAIN,
  note: { ...PLAIN, fill: "yellow" },
  text: { ...PLAIN, fontSize: 24, align: "left" },
  image: PLAIN,
  unknown: { ...PLAIN, color: "grey" },
};

/** How a shape of a kind looks unless its style says otherwise. */
export function defaultStyle(kind: Item["kind"]): ShapeStyle {
  return DEFAULTS[kind];
}

/** A style group as this page understands it; what another client wrote may be anything. */
export function styleOf(kind: Item["kind"], given: BoardGroups["style"] | undefined): ShapeStyle {
  const usual = DEFAULTS[kind];
  if (!given) return usual;
  const { color, fill, width, dash, fontSize, align } = given;
  return {
    color: oneOf(COLOURS, color) ?? usual.color,
    fill: oneOf(FILLS, fill) ?? usual.fill,
    width: within(width, MIN_WIDTH, MAX_WIDTH) ?? usual.width,
    dash: oneOf(DASHES, dash) ?? usual.dash,
    fontSize: within(fontSize, MIN_FONT_SIZE, MAX_FONT_SIZE) ?? usual.fontSize,
    align: oneOf(ALIGNS, align) ?? usual.align,
  };
}

const FILLS = [...COLOURS, "none"] as const;
const DASHES = ["solid", "dashed", "dotted"] as const;
const ALIGNS = ["left", "center", "right"] as const;

function oneOf<T>(known: readonly T[], value: unknown): T | undefined {
  return known.find((each) => each === value);
}

function within(value: unknown, least: number, most: number): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? clamp(value, least, most) : undefined;
}
