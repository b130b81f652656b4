import { grown, unionOf } from "../model/geometry.ts";
import { furnitureOf, type Theme } from "../model/palette.ts";
import type { Measure } from "../text/measure.ts";
import type { Box, Item } from "../words.ts";
import type { Brush } from "./brush.ts";
import { paintItem, prepare } from "./paint-item.ts";

/** What an export is made of. */
export interface ExportParts {
  /** From bottom to top. */
  readonly items: readonly Item[];
  readonly theme: Theme;
  readonly measure: Measure;
  /** Brings an image by the name of its content. @throws Error where it cannot */
  readonly imageBlob: (hash: string) => Promise<Blob>;
}

/** A picture of shapes. */
export interface Exported {
  readonly blob: Blob;
  /** How many images could not be brought, and are shown as empty frames. */
  readonly missingImages: number;
}

/** Pixels for a unit of the board. */
const SCALE = 2;
/** Longer sides than this, and larger areas, are more than browsers make: the picture is made coarser. In pixels. */
const MAX_SIDE = 8192;
const MAX_AREA = 40e6;
/** Around the shapes, in units. */
const MARGIN = 32;
/** The page lives on while a large board is painted: so many shapes at a time. */
const AT_ONCE = 200;

/** The area of a board that an export shows; undefined for no shapes. */
export function exportArea(items: readonly Item[]): Box | undefined {
  const area = unionOf(items.map(({ bounds }) => bounds));
  return area && grown(area, MARGIN);
}

/**
 * Shapes as a PNG on the ground of the board, two pixels a unit, or fewer where it would become too large.
 *
 * @returns undefined for no shapes
 * @throws Error where the browser cannot make a picture of that size
 */
export async function exportPng(parts: ExportParts): Promise<Exported | undefined> {
  const { items, theme, measure } = parts;
  const area = exportArea(items);
  if (!area) return undefined;
  const scale = scaleFor(area);
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(area.w * scale)), Math.max(1, Math.round(area.h * scale)));
  const ink = canvas.getContext("2d", { alpha: false });
  if (!ink) throw new Error("This browser cannot make a picture of that size.");
  const images = await bitmaps(parts);
  const imageFor = (hash: string): ImageBitmap | undefined => images.get(hash);
  prepare(ink);
  ink.fillStyle = furnitureOf(theme).ground;
  ink.fillRect(0, 0, canvas.width, canvas.height);
  const brush: Brush = { ink, theme, scale, measure, imageFor, alpha: 1, hasMarks: false };
  for (const [n, item] of items.entries()) {
    paintItem(brush, item, area);
    if (n % AT_ONCE === AT_ONCE - 1) await new Promise((resolve) => setTimeout(resolve));
  }
  for (const image of images.values()) image.close();
  return { blob: await canvas.convertToBlob({ type: "image/png" }), missingImages: namesOf(items).size - images.size };
}

/** The names of the images of shapes. */
export function namesOf(items: readonly Item[]): Set<string> {
  return new Set(items.flatMap(({ kind, shape }) => (kind === "image" && shape.g.image ? [shape.g.image.hash] : [])));
}

function scaleFor({ w, h }: Box): number {
  return Math.min(SCALE, MAX_SIDE / w, MAX_SIDE / h, Math.sqrt(MAX_AREA / (w * h)));
}

async function bitmaps({ items, imageBlob }: ExportParts): Promise<Map<string, ImageBitmap>> {
  const images = new Map<string, ImageBitmap>();
  for (const hash of namesOf(items)) {
    const image = await imageBlob(hash)
      .then((blob) => createImageBitmap(blob))
      .catch(() => undefined); // one that is missing is counted, and leaves a frame
    if (image) images.set(hash, image);
  }
  return images;
}
