import { furnitureOf } from "../model/palette.ts";
import type { Item } from "../words.ts";
import { type Exported, type ExportParts, exportArea, namesOf } from "./export-png.ts";
import { SHADOW } from "./painters/note.ts";
import { short } from "./painters/path.ts";
import { attributes, type Drawn, decimal, tag } from "./svg/markup.ts";
import { drawnShape } from "./svg/shapes.ts";

/** Images weigh a third more in a text; beyond this they are left out, in bytes. */
const MAX_IMAGE_BYTES = 64 * 1024 * 1024;

/**
 * Shapes as an SVG that needs nothing but itself: real paths and words, images within. Nothing of a shape is ever markup.
 *
 * @returns undefined for no shapes
 */
export async function exportSvg(parts: ExportParts): Promise<Exported | undefined> {
  const { items, theme, measure } = parts;
  const area = exportArea(items);
  if (!area) return undefined;
  const images = await dataUrls(parts);
  const { x, y, w, h } = area;
  const ground = tag("rect", { x, y, width: w, height: h, fill: furnitureOf(theme).ground });
  const drawn: Drawn = { theme, measure, imageUrl: (hash) => images.get(hash) };
  const body = items.map((item) => placed(item, drawnShape(item, drawn))).join("\n");
  const frame = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: [x, y, w, h].map(decimal).join(" "),
    width: w,
    height: h,
  };
  const text = `<svg${attributes(frame)}>\n${SHADOW_FILTER}\n${ground}\n${body}\n</svg>\n`;
  const blob = new Blob([text], { type: "image/svg+xml" });
  return { blob, missingImages: namesOf(items).size - images.size };
}

const SHADOW_FILTER = `<defs><filter id="shadow" x="-20%" y="-20%" width="140%" height="150%"><feDropShadow${attributes(
  {
    dx: 0,
    dy: SHADOW.down,
    stdDeviation: SHADOW.blur / 2,
    "flood-color": SHADOW.colour,
    "flood-opacity": SHADOW.alpha,
  },
)}/></filter></defs>`;

function placed({ pos }: Item, markup: string): string {
  const turn = pos.r === 0 ? "" : ` rotate(${decimal((pos.r * 180) / Math.PI)})`;
  return `<g${attributes({ transform: `translate(${short(pos)})${turn}` })}>${markup}</g>`;
}

async function dataUrls({ items, imageBlob }: ExportParts): Promise<Map<string, string>> {
  const urls = new Map<string, string>();
  let left = MAX_IMAGE_BYTES;
  for (const hash of namesOf(items)) {
    const blob = await imageBlob(hash).catch(() => undefined); // one that is missing is counted, and leaves a frame
    if (!blob || blob.size > left) continue;
    left -= blob.size;
    urls.set(hash, await dataUrl(blob));
  }
  return urls;
}

function dataUrl(blob: Blob): Promise<string> {
  const url = Promise.withResolvers<string>();
  const reader = new FileReader();
  reader.onload = () => url.resolve(String(reader.result));
  reader.onerror = () => url.reject(reader.error ?? new Error("The image could not be read."));
  reader.readAsDataURL(blob);
  return url.promise;
}
