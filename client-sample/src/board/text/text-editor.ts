/**
 * Writing in a shape: an editor that lies exactly over it, however it is turned and however near it is. Others who write in it
 * at the same time are seen at once.
 */
import { type BoardOp, isShape, type Shape } from "../../../../rooms/whiteboard/rules/board.ts";
import { PushRefused } from "../../../../src/client/client.ts";
import { itemOf } from "../model/item.ts";
import { newId } from "../model/new-id.ts";
import { wordsColour } from "../model/palette.ts";
import type { BoardDocument, Camera, Item, Say, Scene, Stop } from "../words.ts";
import { type Delta, deltaOf, isBlank, plainText, textOf, updateOf } from "./delta.ts";
import { EditorSurface } from "./editor-surface.ts";
import { type Fitting, fittedFrame, frameOps } from "./fit.ts";
import { FormatBar, switchOf } from "./format-bar.ts";
import { layoutDelta } from "./layout.ts";
import { canvasMeasure, type Measure } from "./measure.ts";
import { isWritable, MAX_CHARACTERS } from "./metrics.ts";
import { offerRescue } from "./rescue.ts";
import { RichSync } from "./rich-sync.ts";
import { tooLongWords } from "./too-long.ts";
import "./text-editor.css";
import type { WordsField } from "./words-field.ts";

/** How to open the text of a shape. */
export interface TextEditorOptions {
  readonly document: Pick<BoardDocument, "get" | "push" | "onChange">;
  readonly scene: Pick<Scene, "get" | "onChange">;
  readonly camera: Camera;
  /** Covers the canvas: its top left is that of the screen. */
  readonly host: HTMLElement;
  readonly id: string;
  /** Called once, when it is over. */
  readonly onClose: () => void;
  readonly say: Say;
  /** @default a canvas of its own */
  readonly measure?: Measure;
}

/** A text that is being written. Meanwhile the canvas leaves the words of this shape to it. */
export interface TextEditor {
  readonly id: string;
  /** Ends it, and pushes what was written; the second call does nothing. */
  close(): void;
}

/** Pointing at elements with this attribute, or within them, does not end the writing: they change how the words look. */
const KEEPS_WRITING = "data-keeps-writing";
/** How far beside its old place a text is put that its shape did not take, in units. */
const ASIDE = 24;

/** Loads what writing needs, so that the first word is not waited for. */
export function preloadTextEditor(): Promise<unknown> {
  return import("./words-field.ts");
}

/**
 * Opens the text of a shape for writing, with the caret behind its last word. Escape and pointing elsewhere end it, but
 * not pointing at what has the attribute `data-keeps-writing`.
 *
 * @returns undefined where nothing can be written in that shape
 */
export function openTextEditor(options: TextEditorOptions): TextEditor | undefined {
  const record = options.document.get(options.id);
  if (!isShape(record)) return undefined;
  const item = itemOf(options.id, record);
  return isWritable(item.kind) && !item.isLocked ? new OpenTextEditor(options, item) : undefined;
}

class OpenTextEditor implements TextEditor {
  readonly id: string;
  readonly #options: TextEditorOptions;
  readonly #measure: Measure;
  readonly #sync: RichSync;
  readonly #surface: EditorSurface;
  readonly #bar = new FormatBar((name) => this.#field?.toggle(name));
  readonly #stops: Stop[];
  readonly #listening = new AbortController();
  /** What had the focus when it was opened. */
  readonly #before: Element | null;
  #field: WordsField | undefined;
  /** What was typed before there was a field. */
  #early = "";
  #item: Item;
  #delta: Delta;
  #fitting: Fitting;
  /** The size that this person's words gave the shape last. */
  #ownSize: Item["size"] | undefined;
  #isClosed = false;
  #isFullTold = false;

  constructor(options: TextEditorOptions, item: Item) {
    const { document, scene, camera, host, id, measure = canvasMeasure() } = options;
    this.id = id;
    this.#options = options;
    this.#measure = measure;
    this.#item = item;
    this.#sync = new RichSync(
      {
        document,
        id,
        withWords: () => this.#frameOps(),
        onGone: () => this.#lost("Somebody deleted this while you were writing.", 0),
        onRefused: (error) => this.#onRefused(error),
        onChange: () => this.#onDocument(),
      },
      item.shape,
    );
    this.#delta = deltaOf(this.#sync.doc);
    this.#fitting = this.#fittingFor(item);
    this.#surface = new EditorSurface(host, this.#bar.element);
    this.#listen();
    textOf(this.#sync.doc).observe(() => this.#onWords());
    this.#stops = [camera.onChange(() => this.#place()), scene.onChange(() => this.#place())];
    this.#place();
    this.#before = host.ownerDocument.activeElement;
    this.#surface.element.focus({ preventScroll: true });
    void this.#load();
  }

  close(): void {
    if (this.#isClosed) return;
    const isEmptyText = this.#item.kind === "text" && isBlank(this.#delta);
    this.#sync.close();
    this.#end();
    if (isEmptyText && isShape(this.#options.document.get(this.id))) this.#push([{ t: "del", id: this.id }]);
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const hadFocus = this.#surface.element.contains(this.#options.host.ownerDocument.activeElement);
    this.#listening.abort();
    for (const stop of this.#stops) stop();
    this.#field?.close();
    this.#surface.remove();
    if (hadFocus && this.#before instanceof HTMLElement) this.#before.focus({ preventScroll: true }); // keys are for the board again
    this.#sync.doc.destroy();
    this.#options.onClose();
  }

  async #load(): Promise<void> {
    try {
      const { WordsField } = await import("./words-field.ts");
      if (this.#isClosed) return;
      this.#field = new WordsField({
        element: this.#surface.words,
        text: textOf(this.#sync.doc),
        label: "Text of the shape",
        onCaret: () => this.#bar.show(this.#field?.formats ?? {}),
        onFull: () => this.#onFull(),
        onTooLong: (length, room) => this.#options.say(tooLongWords(length, room), "problem"),
      });
      this.#place();
      this.#field.focus();
      if (this.#early !== "") this.#field.write(this.#early);
    } catch {
      this.#options.say("The text editor could not be loaded. Try again.", "problem");
      this.close();
    }
  }

  #listen(): void {
    const { element } = this.#surface;
    const { signal } = this.#listening;
    const { ownerDocument: page } = this.#options.host;
    element.addEventListener("keydown", (event) => this.#onKey(event), { capture: true, signal });
    page.addEventListener("pointerdown", (event) => this.#onPointer(event), { capture: true, signal });
    page.addEventListener("scroll", (event) => this.#onScroll(event), { capture: true, signal });
    page.addEventListener("visibilitychange", () => this.#sync.flush(), { signal });
    page.defaultView?.addEventListener("pagehide", () => this.#sync.flush(), { signal });
  }

  #onPointer({ target }: PointerEvent): void {
    const isHere = target instanceof Element && (this.#surface.has(target) || target.closest(`[${KEEPS_WRITING}]`));
    if (!isHere) this.close();
  }

  /** A browser that brings the caret into view would move the whole page; the board is moved instead. */
  #onScroll({ target }: Event): void {
    const { host, camera } = this.#options;
    const scrolled = target instanceof Document ? target.scrollingElement : target;
    if (!(scrolled instanceof Element) || !scrolled.contains(host)) return;
    const { scrollLeft, scrollTop } = scrolled;
    if (scrollLeft === 0 && scrollTop === 0) return;
    scrolled.scrollTo(0, 0);
    camera.panBy(-scrollLeft, -scrollTop);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (!this.#act(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #act(event: KeyboardEvent): boolean {
    const { key, ctrlKey, metaKey } = event;
    const isMod = ctrlKey || metaKey;
    const name = switchOf(event);
    if (name) this.#field?.toggle(name);
    else if (key === "Escape" || (key === "Enter" && isMod)) this.close();
    else if (isMod) return this.#takeBack(event);
    else if (!this.#field && key.length === 1) this.#early += key;
    else return false;
    return true;
  }

  #takeBack({ key, shiftKey }: KeyboardEvent): boolean {
    const name = key.toLowerCase();
    if (name === "y" || (name === "z" && shiftKey)) this.#field?.redo();
    else if (name === "z") this.#field?.undo();
    else return false;
    return true;
  }

  #onWords(): void {
    if (this.#isClosed) return;
    const doc = this.#sync.doc;
    this.#delta = deltaOf(doc);
    const { size } = this.#place();
    if (this.#sync.hasWritten && Math.abs(size.h - this.#item.size.h) > 1) queueMicrotask(() => this.#sync.flush());
  }

  #onDocument(): void {
    const record = this.#options.document.get(this.id);
    if (!isShape(record) || this.#isClosed) return;
    const item = itemOf(this.id, record);
    const before = this.#item;
    this.#item = item;
    if (item.isLocked && !before.isLocked) {
      this.#options.say("This was locked, so nobody can write in it any more.");
      this.close();
      return;
    }
    const isOtherSize = item.shape.g.size !== before.shape.g.size || item.style.fontSize !== before.style.fontSize;
    if (isOtherSize && !this.#isOwnSize(item)) this.#fitting = this.#fittingFor(item);
    this.#place();
  }

  #isOwnSize({ size }: Item): boolean {
    return size.w === this.#ownSize?.w && size.h === this.#ownSize.h;
  }

  #frameOps(): readonly BoardOp[] {
    const frame = fittedFrame(this.#item, this.#delta, this.#fitting);
    this.#ownSize = frame.size;
    return frameOps(this.#item, frame);
  }

  #fittingFor(item: Item): Fitting {
    const fits = item.kind === "text" || layoutDelta(this.#delta, item, this.#measure).fontSize >= item.style.fontSize;
    return { measure: this.#measure, isShrinking: !fits };
  }

  /** Lays the editor over the shape as it is seen, and as large as the words need it. */
  #place(): Pick<Item, "size"> {
    const { scene, camera } = this.#options;
    const item = this.#isClosed ? this.#item : (scene.get(this.id) ?? this.#item);
    const frame = fittedFrame(item, this.#delta, this.#fitting);
    if (this.#isClosed) return frame;
    const { fontSize } = this.#fitting.isShrinking ? layoutDelta(this.#delta, item, this.#measure) : item.style;
    const dark = this.#options.host.ownerDocument.documentElement.dataset["theme"] === "dark";
    this.#surface.show({ item, frame, camera, fontSize, color: wordsColour(item, dark ? "dark" : "light") });
    return frame;
  }

  #onFull(): void {
    if (this.#isFullTold) return;
    this.#isFullTold = true;
    setTimeout(() => {
      this.#isFullTold = false;
    }, 3000);
    this.#options.say(
      `A text has at most ${MAX_CHARACTERS.toLocaleString("en")} characters. There is no room for more.`,
    );
  }

  #onRefused(error: unknown): void {
    const detail = error instanceof PushRefused || !(error instanceof Error) ? "" : ` ${error.message}`;
    this.#lost(`Your last words were not taken.${detail}`, ASIDE);
  }

  /** What was written is not lost with the shape: it can be put there anew, `aside` of where it was. */
  #lost(message: string, aside: number): void {
    const { host, say } = this.#options;
    const { shape } = this.#item;
    const delta = this.#delta;
    const hasWords = this.#sync.hasWritten && !isBlank(delta);
    this.#end();
    if (!hasWords) {
      say(message);
      return;
    }
    const onKeep = (): void => this.#push(keptOps(shape, delta, aside));
    offerRescue({ host, message, words: plainText(delta), onKeep, say });
  }

  #push(ops: readonly BoardOp[]): void {
    try {
      void this.#options.document.push(ops); // the page tells what the server refuses
    } catch (error) {
      this.#options.say(error instanceof Error ? error.message : String(error), "problem");
    }
  }
}

function keptOps({ type, g }: Shape, delta: Delta, aside: number): readonly BoardOp[] {
  const { lock: _, text: __, ...groups } = g;
  const pos = groups.pos && { pos: { ...groups.pos, x: groups.pos.x + aside, y: groups.pos.y + aside } };
  const id = newId();
  return [
    { t: "create", id, type, g: { ...groups, ...pos } },
    { t: "y", id, u: updateOf(delta) },
  ];
}
