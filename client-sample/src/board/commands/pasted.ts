import type { BoardOp, Shape } from "../../../../rooms/whiteboard/rules/board.ts";
import { boundsOf, centreOf, unionOf } from "../model/geometry.ts";
import { newId } from "../model/new-id.ts";
import { plainDelta, plainText } from "../text/delta.ts";
import type { Point, Scene } from "../words.ts";
import { readClip } from "./clip.ts";
import { type Copies, copiesOfOriginals, type Original } from "./copies.ts";

/** What was pasted, as far as this page makes something of it. */
export type Pasted =
  | { readonly t: "shapes"; readonly originals: readonly Original[] }
  | { readonly t: "image"; readonly blob: Blob }
  | { readonly t: "text"; readonly text: string };

/** The type under which shapes are in the clipboard; and within HTML, where nothing else gets through. */
export const CLIP_TYPE = "application/x-arena-board";
const CLIP_ATTRIBUTE = "data-arena-board";

/** Of a clipboard what is needed to read it. */
export interface ClipboardReader {
  /** Empty for what is not there. */
  getData(type: string): string;
  readonly files: Iterable<Blob>;
}

/** What is in a clipboard: shapes, else a picture, else plain text. Undefined for nothing of these. */
export function readPasted(clipboard: ClipboardReader): Pasted | undefined {
  const html = clipboard.getData("text/html");
  const originals = readClip(clipboard.getData(CLIP_TYPE)) ?? readClip(clipWithin(html));
  if (originals) return { t: "shapes", originals };
  const text = clipboard.getData("text/plain") || textWithin(html);
  const image = [...clipboard.files].find(({ type }) => type.startsWith("image/"));
  // A page of an office program comes with a picture of it, too; what has words is meant as words.
  if (image && (text.trim() === "" || !clipboard.getData("text/plain"))) return { t: "image", blob: image };
  if (isSvg(text)) return { t: "image", blob: new Blob([text], { type: "image/svg+xml" }) };
  return text.trim() === "" ? undefined : { t: "text", text: text.replaceAll("\r\n", "\n") };
}

/** Shapes within HTML, as every clipboard keeps it. */
export function clipHtml(clip: string, text: string): string {
  const escaped = (raw: string): string =>
    raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  return `<meta charset="utf-8"><div ${CLIP_ATTRIBUTE}="${escaped(clip)}">${escaped(text)}</div>`;
}

/** The words of shapes, for those who paste them elsewhere. */
export function clipText(shapes: readonly Shape[]): string {
  const words = shapes.map((shape) => plainText(plainDelta(shape)).trimEnd());
  return words.filter((text) => text !== "").join("\n");
}

/** Copies of pasted shapes, with the middle of all of them at a place. */
export function pastedCopies(originals: readonly Original[], scene: Pick<Scene, "top">, at: Point): Copies {
  const bounds = unionOf(
    originals.map(({ g: { pos, size } }) => boundsOf({ x: 0, y: 0, r: 0, w: 0, h: 0, ...pos, ...size })),
  );
  const middle = bounds ? centreOf(bounds) : at;
  return copiesOfOriginals(originals, scene, { x: at.x - middle.x, y: at.y - middle.y });
}

/** A text shape of pasted words, with its middle at a place. */
export function pastedText(text: string, groups: Pick<Original["g"], "style" | "tree" | "pos" | "size">): BoardOp {
  return { t: "create", id: newId(), type: "text", g: { ...groups, text } };
}

/** A document that is parsed so is inert: no script of it runs, no picture is fetched, and none of it comes into the page. */
function inert(html: string): Document {
  return new DOMParser().parseFromString(html, "text/html");
}

function clipWithin(html: string): string {
  if (!html.includes(CLIP_ATTRIBUTE)) return "";
  return inert(html).querySelector(`[${CLIP_ATTRIBUTE}]`)?.getAttribute(CLIP_ATTRIBUTE) ?? "";
}

function textWithin(html: string): string {
  if (html === "") return "";
  const { body } = inert(html);
  for (const unseen of body.querySelectorAll("script, style, template, noscript")) unseen.remove();
  return body.textContent ?? "";
}

function isSvg(text: string): boolean {
  return /^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]{0,1000}?-->\s*)?<svg[\s>]/i.test(text.slice(0, 2000));
}
