/** Values of others as they came, which may be anything: what cannot be used is undefined, what is huge is bounded. */

import type { BoardGroups } from "../../../../rooms/whiteboard/rules/board.ts";
import { FARTHEST } from "../model/geometry.ts";
import type { Box, Draft, EphemeralByKey, Kind, Point, Transform } from "../words.ts";

const MAX_IDS = 256;
const MAX_ID_LENGTH = 64;
const MAX_GEOM_BYTES = 4096;
const MAX_STYLES = 32;
const MAX_STYLE_LENGTH = 64;
const MAX_NUMBERS_OF_INK = 600;
const KINDS: ReadonlySet<unknown> = new Set<Kind>([
  "stroke",
  "rect",
  "ellipse",
  "line",
  "arrow",
  "note",
  "text",
  "image",
]);

/** The part of a stroke that somebody is drawing. */
export type Ink = EphemeralByKey[`ink:${number}`];

/** What somebody is doing. */
export function readDraft(value: unknown): Draft | undefined {
  const { t } = fieldsOf(value);
  if (t === "transform") return readTransformDraft(value);
  return t === "shape" ? readShapeDraft(value) : undefined;
}

/** A part of a stroke. */
export function readInk(value: unknown): Ink | undefined {
  const { id, style, points } = fieldsOf(value);
  if (!isId(id) || !Array.isArray(points)) return undefined;
  const numbers = points.slice(0, MAX_NUMBERS_OF_INK).map(readNumber);
  if (numbers.length % 3 !== 0 || !isWhole(numbers)) return undefined;
  return { id, style: readStyle(style) ?? {}, points: numbers };
}

function readTransformDraft(value: unknown): Draft | undefined {
  const { ids, transform, lead } = fieldsOf(value);
  const wanted = readTransform(transform);
  const known = Array.isArray(ids) ? ids.slice(0, MAX_IDS).filter(isId) : [];
  if (!wanted || known.length === 0) return undefined;
  const pos = readPos(fieldsOf(lead)["pos"]);
  const size = readSize(fieldsOf(lead)["size"]);
  return { t: "transform", ids: known, transform: wanted, ...(pos && size && { lead: { pos, size } }) };
}

function readTransform(value: unknown): Transform | undefined {
  const { t, dx, dy, from, to, about, by } = fieldsOf(value);
  const r = readNumber(fieldsOf(value)["r"]);
  if (t === "move") {
    const way = readPoint({ x: dx, y: dy });
    return way && { t, dx: way.x, dy: way.y };
  }
  if (t === "resize") {
    const was = readBox(from);
    const will = readBox(to);
    if (!was || was.w <= 0 || was.h <= 0) return undefined;
    return will && { t, from: was, to: will, ...(r !== undefined && { r }) };
  }
  const centre = readPoint(about);
  const angle = readNumber(by);
  return t === "rotate" && centre && angle !== undefined ? { t, about: centre, by: angle } : undefined;
}

function readShapeDraft(value: unknown): Draft | undefined {
  const { id, type, g } = fieldsOf(value);
  const { geom, ...groups } = fieldsOf(g);
  const pos = readPos(groups["pos"]);
  const size = readSize(groups["size"]);
  const style = readStyle(groups["style"]);
  if (!isId(id) || !KINDS.has(type) || !pos || !size) return undefined;
  const bytes = geom instanceof Uint8Array && geom.byteLength <= MAX_GEOM_BYTES ? geom : undefined;
  const kind = type as Kind; // it is one of them
  return { t: "shape", id, type: kind, g: { pos, size, ...(style && { style }), ...(bytes && { geom: bytes }) } };
}

function readPos(value: unknown): BoardGroups["pos"] | undefined {
  const place = readPoint(value);
  const r = readNumber(fieldsOf(value)["r"]);
  return place && r !== undefined ? { ...place, r } : undefined;
}

function readSize(value: unknown): BoardGroups["size"] | undefined {
  const w = readNumber(fieldsOf(value)["w"]);
  const h = readNumber(fieldsOf(value)["h"]);
  return w !== undefined && h !== undefined ? { w: Math.max(0, w), h: Math.max(0, h) } : undefined;
}

function readStyle(value: unknown): BoardGroups["style"] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const named = Object.entries(value).slice(0, MAX_STYLES);
  return Object.fromEntries(named.filter(([name, one]) => name.length <= MAX_STYLE_LENGTH && isStyleValue(one)));
}

function isStyleValue(value: unknown): boolean {
  if (typeof value === "string") return value.length <= MAX_STYLE_LENGTH;
  return typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
}

function readBox(value: unknown): Box | undefined {
  const place = readPoint(value);
  const w = readNumber(fieldsOf(value)["w"]);
  const h = readNumber(fieldsOf(value)["h"]);
  return place && w !== undefined && h !== undefined ? { ...place, w, h } : undefined;
}

function readPoint(value: unknown): Point | undefined {
  const { x, y } = fieldsOf(value);
  const known = [readNumber(x), readNumber(y)];
  return isWhole(known) ? { x: known[0] ?? 0, y: known[1] ?? 0 } : undefined;
}

function readNumber(value: unknown): number | undefined {
  if (typeof value !== "number" || Number.isNaN(value)) return undefined;
  return Math.min(FARTHEST, Math.max(-FARTHEST, value));
}

function isWhole(numbers: readonly (number | undefined)[]): numbers is readonly number[] {
  return !numbers.includes(undefined);
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= MAX_ID_LENGTH;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}; // whose fields may be anything
}
