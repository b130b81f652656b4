/** What others say of where they are on the board. It was sent by anybody, so it may be anything; undefined for what cannot be used. */
import { isPlace } from "../model/geometry.ts";
import type { Box, Point } from "../words.ts";

const MAX_SELECTED = 50;

/** Where somebody points. */
export function readCursor(value: unknown): Point | undefined {
  const { x, y }: { x?: unknown; y?: unknown } = Object(value);
  return isPlace(x) && isPlace(y) ? { x, y } : undefined;
}

/** What of the board somebody sees. */
export function readView(value: unknown): Box | undefined {
  const point = readCursor(value);
  const { w, h }: { w?: unknown; h?: unknown } = Object(value);
  return point && isPlace(w) && isPlace(h) && w > 0 && h > 0 ? { ...point, w, h } : undefined;
}

/** Ids of the shapes that somebody has selected; none where that is nothing that can be read. */
export function readSelection(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.slice(0, MAX_SELECTED).filter((id) => typeof id === "string") : [];
}
