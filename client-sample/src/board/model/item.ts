/** Shapes as the page shows them. */
import type { BoardGroups, Shape } from "../../../../rooms/whiteboard/rules/board.ts";
import type { Item, Kind } from "../words.ts";
import { boundsOf, FARTHEST } from "./geometry.ts";
import { decodeGeom } from "./packed-points.ts";
import { styleOf } from "./style.ts";

/** Sizes of shapes that do not say how large they are, in units of the board. */
const USUAL_SIZE = { w: 160, h: 100 };
const NOTE_SIZE = { w: 200, h: 200 };
/** What the shadow of a note and the head of an arrow reach beyond the shape, in units of the board. */
const SHADOW = 16;
const HEAD = 8;

const KINDS: Readonly<Record<Kind, true>> = {
  stroke: true,
  rect: true,
  ellipse: true,
  line: true,
  arrow: true,
  note: true,
  text: true,
  image: true,
};

/** A shape as it is shown, whatever another client wrote into it. */
export function itemOf(id: string, shape: Shape): Item {
  const { g } = shape;
  const kind = isKind(shape.type) ? shape.type : "unknown";
  const pos = sanePos(g.pos);
  const size = saneSize(g.size, kind);
  const style = styleOf(kind, g.style);
  return {
    id,
    kind,
    shape,
    pos,
    size,
    style,
    bounds: boundsOf({ ...pos, ...size }, reachOf(kind, style.width)),
    z: g.tree?.index ?? "",
    isLocked: g.lock !== undefined,
  };
}

/** The points of a stroke, a line or an arrow, `x, y, pressure` in a row, each from 0 to 1 within its box. */
export function pointsOf({ shape: { g }, kind }: Item): Float32Array {
  if (!g.geom) return kind === "stroke" ? NO_POINTS : DIAGONAL;
  const known = decoded.get(g.geom);
  if (known) return known;
  const points = decodeGeom(g.geom);
  decoded.set(g.geom, points);
  return points;
}

/** Whether a shape is nothing but a path. */
export function isPath(kind: Item["kind"]): kind is "stroke" | "line" | "arrow" {
  return kind === "stroke" || kind === "line" || kind === "arrow";
}

/** Of bytes that are never changed in place; they go with them. */
const decoded = new WeakMap<Uint8Array, Float32Array>();
const NO_POINTS = new Float32Array();
const DIAGONAL = Float32Array.of(0, 0, 0.5, 1, 1, 0.5);

function isKind(type: string): type is Kind {
  return Object.hasOwn(KINDS, type);
}

/** The group itself where it is in order: that it is the same object says that nothing about it changed. */
function sanePos(pos: BoardGroups["pos"] | undefined): BoardGroups["pos"] {
  if (!pos) return { x: 0, y: 0, r: 0 };
  const { x, y, r } = pos;
  if (isSane(x) && isSane(y) && isSane(r)) return pos;
  return { x: sane(x), y: sane(y), r: Number.isFinite(r) ? r % (2 * Math.PI) : 0 };
}

function saneSize(size: BoardGroups["size"] | undefined, kind: Item["kind"]): BoardGroups["size"] {
  if (!size) return kind === "note" ? NOTE_SIZE : USUAL_SIZE;
  if (isSane(size.w) && isSane(size.h) && size.w >= 0 && size.h >= 0) return size;
  return { w: Math.abs(sane(size.w)), h: Math.abs(sane(size.h)) };
}

function isSane(value: number): boolean {
  return Math.abs(value) <= FARTHEST;
}

function sane(value: number): number {
  return Number.isNaN(value) ? 0 : Math.max(-FARTHEST, Math.min(FARTHEST, value));
}

function reachOf(kind: Item["kind"], width: number): number {
  if (kind === "note") return SHADOW;
  if (kind === "text" || kind === "image") return 1;
  return kind === "arrow" ? 2 * width + HEAD : width;
}
