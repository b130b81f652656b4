/** The size that a shape takes so that its words fit. Pure, but for what measures. */
import type { BoardOp } from "../../../../rooms/whiteboard/rules/board.ts";
import type { Item } from "../words.ts";
import { type Delta, isBlank, plainDelta } from "./delta.ts";
import { layoutDelta } from "./layout.ts";
import type { Measure } from "./measure.ts";
import { isAutoWidth, isWritable, LINE_HEIGHT, ownHeight, shapeHeight } from "./metrics.ts";

/** Where a shape lies and how large it is. */
export type Frame = Pick<Item, "pos" | "size">;

/** How words and shape are brought together while somebody writes. */
export interface Fitting {
  readonly measure: Measure;
  /** The letters had to be made smaller before: the shape keeps its size, and the letters go on giving way. */
  readonly isShrinking: boolean;
}

/** A text without words is as wide as this, in heights of a letter, so that there is room for a caret. */
const CARET_ROOM = 0.5;
/** What rounding may add to a line, in units. */
const SLACK = 1;
/** Smaller differences are those of rounding. */
const SAME = 0.01;

/** The frame in which words fit: the top edge stays where it is, and of a text the side where its lines begin. */
export function fittedFrame(item: Item, delta: Delta, { measure, isShrinking }: Fitting): Frame {
  const { kind, style, size } = item;
  if (isShrinking) return item;
  const layout = layoutDelta(delta, item, measure, { isGrowing: true });
  if (kind !== "text") {
    return withSize(
      item,
      { w: size.w, h: Math.max(ownHeight(item), shapeHeight(kind, size.w, layout.height)) },
      "center",
    );
  }
  const h = Math.max(layout.height, style.fontSize * LINE_HEIGHT);
  if (!isAutoWidth(item)) return withSize(item, { w: size.w, h }, "center");
  const w = Math.max(Math.ceil(layout.width) + SLACK, style.fontSize * CARET_ROOM);
  return withSize(item, { w, h }, style.align);
}

/** The ops that give a shape the frame that its words need; none where it has that. */
export function frameOps(item: Item, { pos, size }: Frame): readonly BoardOp[] {
  const { id } = item;
  const ops: BoardOp[] = [];
  if (differs(size.w, item.size.w) || differs(size.h, item.size.h)) ops.push({ t: "set", id, g: "size", v: size });
  if (differs(pos.x, item.pos.x) || differs(pos.y, item.pos.y)) ops.push({ t: "set", id, g: "pos", v: pos });
  const noted = ops.length > 0 || isAutoWidth(item) ? notesOf(item, size) : {};
  const { meta } = item.shape.g;
  const isNew = Object.entries(noted).some(([name, value]) => meta?.[name] !== value);
  return isNew ? [...ops, { t: "set", id, g: "meta", v: { ...meta, ...noted } }] : ops;
}

/** The ops that bring a shape in line with the words in it, after its look has changed. */
export function refitted(item: Item, measure: Measure): readonly BoardOp[] {
  const delta = plainDelta(item.shape);
  if (!isWritable(item.kind) || isBlank(delta)) return [];
  return frameOps(item, fittedFrame(item, delta, { measure, isShrinking: false }));
}

/** What a shape notes of a size that its words gave it. */
function notesOf(item: Item, { w, h }: Item["size"]): Readonly<Record<string, number>> {
  if (item.kind === "text") return isAutoWidth(item) ? { autoWidth: w } : {};
  const own = ownHeight(item);
  return h > own ? { grownHeight: h, ownHeight: own } : {};
}

function withSize({ pos, size }: Item, to: Item["size"], align: Item["style"]["align"]): Frame {
  const dx = { left: 0.5, center: 0, right: -0.5 }[align] * (to.w - size.w);
  const dy = (to.h - size.h) / 2;
  const [cos, sin] = [Math.cos(pos.r), Math.sin(pos.r)];
  return { pos: { x: pos.x + dx * cos - dy * sin, y: pos.y + dx * sin + dy * cos, r: pos.r }, size: to };
}

function differs(a: number, b: number): boolean {
  return Math.abs(a - b) > SAME;
}
