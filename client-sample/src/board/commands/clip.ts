/** Shapes as they travel through the clipboard: from board to board, tab to tab, and from whoever else writes there. */

import type { BoardGroups } from "../../../../rooms/whiteboard/rules/board.ts";
import { parsed } from "../../net/parsed.ts";
import { isPlace } from "../model/geometry.ts";
import { MAX_CHARACTERS } from "../text/metrics.ts";
import type { Original } from "./copies.ts";

/** Most shapes that are pasted at once. */
export const MAX_PASTED = 2000;
/** Of a shape; the server takes little more. */
const MAX_GEOM_BYTES = 60_000;
const MAX_RICH_BYTES = 60_000;
const MAX_UPDATES = 200;
const MAX_VALUES = 32;
const MAX_VALUE_LENGTH = 512;
const MAX_PIXELS = 16_384;
const VERSION = 1;

/** Shapes as text. */
export function clipOf(originals: readonly Original[]): string {
  const shapes = originals.map(({ id, type, g: { geom, lock: _, ...g }, rich = [] }) => ({
    id,
    type,
    g,
    ...(geom && { geom: toBase64(geom) }),
    ...(rich.length > 0 && { rich: rich.map(toBase64) }),
  }));
  return JSON.stringify({ arenaBoard: VERSION, shapes });
}

/** The shapes of a text, checked as if an enemy had written it; undefined where it is something else. */
export function readClip(text: string): readonly Original[] | undefined {
  const { arenaBoard, shapes } = fieldsOf(parsed(text));
  if (arenaBoard !== VERSION || !Array.isArray(shapes)) return undefined;
  return shapes.slice(0, MAX_PASTED).flatMap((shape) => readShape(shape) ?? []);
}

function readShape(value: unknown): Original | undefined {
  const { id, type, g, geom, rich } = fieldsOf(value);
  if (typeof id !== "string" || typeof type !== "string" || !/^[\w-]{1,32}$/.test(type)) return undefined;
  const given = fieldsOf(g);
  const pos = readPos(given["pos"]);
  if (!pos) return undefined;
  const bytes = fromBase64(geom, MAX_GEOM_BYTES);
  const updates = (Array.isArray(rich) ? rich.slice(0, MAX_UPDATES) : []).flatMap(
    (u) => fromBase64(u, MAX_RICH_BYTES) ?? [],
  );
  return { id, type, g: { pos, ...readGroups(given), ...(bytes && { geom: bytes }) }, rich: updates };
}

function readGroups(given: Readonly<Record<string, unknown>>): Partial<BoardGroups> {
  const groups: Partial<BoardGroups> = {
    ...withValue("size", readSize(given["size"])),
    ...withValue("tree", readTree(given["tree"])),
    ...withValue("style", readValues(given["style"])),
    ...withValue("meta", readValues(given["meta"])),
    ...withValue("image", readImage(given["image"])),
    ...withValue("text", typeof given["text"] === "string" ? given["text"].slice(0, MAX_CHARACTERS) : undefined),
  };
  return groups;
}

function withValue<G extends keyof BoardGroups>(name: G, value: BoardGroups[G] | undefined): Partial<BoardGroups> {
  return value === undefined ? {} : { [name]: value };
}

function readPos(value: unknown): BoardGroups["pos"] | undefined {
  const { x, y, r } = fieldsOf(value);
  return isPlace(x) && isPlace(y) && isPlace(r) ? { x, y, r } : undefined;
}

function readSize(value: unknown): BoardGroups["size"] | undefined {
  const { w, h } = fieldsOf(value);
  return isPlace(w) && isPlace(h) && w >= 0 && h >= 0 ? { w, h } : undefined;
}

/** Of the place in the tree only the parent counts: the order is that of the list. */
function readTree(value: unknown): BoardGroups["tree"] | undefined {
  const { parentId } = fieldsOf(value);
  return typeof parentId === "string" ? { parentId, index: "" } : undefined;
}

function readImage(value: unknown): BoardGroups["image"] | undefined {
  const { hash, w, h } = fieldsOf(value);
  return typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash) && isPixels(w) && isPixels(h)
    ? { hash, w, h }
    : undefined;
}

function readValues(value: unknown): BoardGroups["style"] | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const named = Object.entries(value).filter(([name, one]) => name !== "" && name.length <= MAX_VALUES && isValue(one));
  return Object.fromEntries(named.slice(0, MAX_VALUES));
}

function isValue(value: unknown): value is string | number | boolean {
  if (typeof value === "string") return value.length <= MAX_VALUE_LENGTH;
  return typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
}

function isPixels(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_PIXELS;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}; // whose fields may be anything
}

/** Bytes as text that survives every clipboard. */
function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function fromBase64(text: unknown, maxBytes: number): Uint8Array | undefined {
  if (typeof text !== "string" || text === "" || text.length > (maxBytes * 4) / 3 + 4) return undefined;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined; // it is no base64
  }
}
