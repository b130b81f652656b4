import { unionOf } from "../model/geometry.ts";
import { styleOf } from "../model/style.ts";
import { compare } from "../scene/order.ts";
import { layoutText } from "../text/layout.ts";
import { canvasMeasure } from "../text/measure.ts";
import { MAX_CHARACTERS } from "../text/metrics.ts";
import { tooLongWords } from "../text/too-long.ts";
import { placedAt } from "../tools/box.ts";
import type { Desk } from "../tools/desk.ts";
import type { Point } from "../words.ts";
import { clipOf, MAX_PASTED } from "./clip.ts";
import { originalOf } from "./copies.ts";
import { deleteOps } from "./edits.ts";
import { CLIP_TYPE, clipHtml, clipText, type Pasted, pastedCopies, pastedText, readPasted } from "./pasted.ts";

/** What the clipboard works on. */
export interface ClipboardParts {
  readonly desk: Desk;
  /** Where files are dropped. */
  readonly canvas: HTMLElement;
  /** Where on the board what is pasted goes. */
  readonly place: () => Point;
  /** Puts a picture there; tells the person itself what became of it. */
  readonly pasteImage: (blob: Blob, at: Point) => void;
}

/** Pasted words wrap at this width, in units. */
const MAX_TEXT_WIDTH = 600;
/** A clipboard with more would stop other programs, and this page. */
const MAX_COPIED = MAX_PASTED;

/** Copy, cut and paste by key or menu, and what is dropped from elsewhere. Fields of the page keep their own. */
export class BoardClipboard {
  readonly #parts: ClipboardParts;
  readonly #listening = new AbortController();

  constructor(parts: ClipboardParts) {
    this.#parts = parts;
    const { signal } = this.#listening;
    document.addEventListener("copy", (event) => this.#copy(event), { signal });
    document.addEventListener("cut", (event) => this.#cut(event), { signal });
    document.addEventListener("paste", (event) => this.#onPaste(event), { signal });
    parts.canvas.addEventListener("dragover", (event) => event.preventDefault(), { signal });
    parts.canvas.addEventListener("drop", (event) => this.#drop(event), { signal });
  }

  /** Pastes for somebody who has no keyboard; says how else where the browser does not allow it. */
  async paste(): Promise<void> {
    try {
      for (const item of await navigator.clipboard.read()) this.#insert(await pastedOf(item), this.#parts.place());
    } catch {
      this.#parts.desk.say("The browser does not let this page read the clipboard. Press Ctrl+V, or ⌘V on a Mac.");
    }
  }

  /** Listens no more. */
  close(): void {
    this.#listening.abort();
  }

  #copy(event: ClipboardEvent): boolean {
    const { desk } = this.#parts;
    if (isOfField(event) || desk.selection.length === 0 || !event.clipboardData) return false;
    const items = desk.selection.map((id) => desk.resting(id)).filter((item) => item !== undefined);
    if (items.length > MAX_COPIED) {
      desk.say(`At most ${MAX_COPIED} shapes can be copied at once; these are ${items.length}.`, "problem");
      event.preventDefault();
      return false;
    }
    items.sort(compare);
    const clip = clipOf(items.map(originalOf));
    const text = clipText(items.map(({ shape }) => shape));
    event.clipboardData.setData(CLIP_TYPE, clip);
    event.clipboardData.setData("text/html", clipHtml(clip, text));
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    return true;
  }

  #cut(event: ClipboardEvent): void {
    const { desk } = this.#parts;
    if (this.#copy(event) && desk.canEdit) desk.push(deleteOps(desk.changeable(desk.selection)));
  }

  #onPaste(event: ClipboardEvent): void {
    if (isOfField(event) || !event.clipboardData) return;
    event.preventDefault();
    this.#insert(readPasted(event.clipboardData), this.#parts.place());
  }

  #drop(event: DragEvent): void {
    event.preventDefault();
    if (!event.dataTransfer) return;
    const { left, top } = this.#parts.canvas.getBoundingClientRect();
    const at = this.#parts.desk.camera.toBoard({ x: event.clientX - left, y: event.clientY - top });
    const images = [...event.dataTransfer.files].filter(({ type }) => type.startsWith("image/"));
    if (images.length === 0) this.#insert(readPasted(event.dataTransfer), at);
    for (const image of images) this.#insert({ t: "image", blob: image }, at);
  }

  #insert(pasted: Pasted | undefined, at: Point): void {
    const { desk, pasteImage } = this.#parts;
    if (!pasted || !desk.checkEdit()) return;
    if (pasted.t === "image") pasteImage(pasted.blob, at);
    else if (pasted.t === "text") this.#insertText(pasted.text, at);
    else this.#insertShapes(pasted, at);
  }

  #insertShapes({ originals }: Extract<Pasted, { t: "shapes" }>, at: Point): void {
    const { desk } = this.#parts;
    if (originals.length === 0) {
      desk.say("None of what was copied can be put on a board.", "problem");
      return;
    }
    const { ops, ids } = pastedCopies(originals, desk.scene, at);
    if (!desk.beginStep().push(ops)) return;
    desk.setTool("select");
    desk.select(ids);
    this.#bringIntoView();
  }

  #insertText(text: string, at: Point): void {
    const { desk } = this.#parts;
    if (text.length > MAX_CHARACTERS) {
      desk.say(tooLongWords(text.length), "problem");
      return;
    }
    const groups = desk.groupsFor("text");
    const op = pastedText(text, { ...groups, ...placedAt(at, sizeOf(text, groups.style)) });
    if (!desk.beginStep().push([op])) return;
    desk.setTool("select");
    if ("id" in op) desk.select([op.id]);
  }

  /** What is larger than the view, or beside it, would be looked for. */
  #bringIntoView(): void {
    const { scene, selection, camera } = this.#parts.desk;
    const box = unionOf(selection.map((id) => scene.get(id)?.bounds).filter((bounds) => bounds !== undefined));
    const { view } = camera;
    if (box && (box.w > view.w || box.h > view.h)) camera.show(box);
  }
}

/** The size of a text of its own width, at most {@link MAX_TEXT_WIDTH} wide. */
function sizeOf(text: string, given: Parameters<typeof styleOf>[1]): { readonly w: number; readonly h: number } {
  const shape = { type: "text", g: { text, meta: { autoWidth: 0 } }, rev: {}, by: "", at: 0 };
  const size = { w: MAX_TEXT_WIDTH, h: 1 };
  const { width, height } = layoutText({ kind: "text", style: styleOf("text", given), shape, size }, canvasMeasure());
  return { w: Math.min(MAX_TEXT_WIDTH, Math.ceil(width) + 1), h: Math.ceil(height) };
}

/** Whether somebody writes in a field, or has marked words of the page. */
function isOfField({ target }: Event): boolean {
  if (target instanceof Element && target.closest("input, textarea, select, [contenteditable]")) return true;
  return (getSelection()?.toString() ?? "") !== "";
}

/** What the browser gives where it is asked, in the form of what it gives where it is told. */
async function pastedOf(item: ClipboardItem): Promise<Pasted | undefined> {
  const textOf = async (type: string): Promise<string> =>
    item.types.includes(type) ? (await item.getType(type)).text() : "";
  const imageType = item.types.find((type) => type.startsWith("image/"));
  const words = { "text/html": await textOf("text/html"), "text/plain": await textOf("text/plain") };
  const image = imageType && new File([await item.getType(imageType)], "pasted", { type: imageType });
  return readPasted({ getData: (type) => words[type as keyof typeof words] ?? "", files: image ? [image] : [] }); // or has none
}
