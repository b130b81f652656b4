import { boundsOf } from "../model/geometry.ts";
import type { Camera, Item } from "../words.ts";
import type { Frame } from "./fit.ts";
import { FONT_FAMILY, isAutoWidth, isCentred, LINE_HEIGHT, LIST_INDENT, LIST_MARKER_END, textBox } from "./metrics.ts";

/** What is shown, where. */
export interface Showing {
  readonly item: Item;
  readonly frame: Frame;
  readonly camera: Camera;
  readonly fontSize: number;
  readonly color: string;
}

/** Between the shape and the bar above it, so that its handles are not covered, and between the bar and the edges of the host, in pixels. */
const GAP = 20;
const EDGE = 8;
/** Elements of the page lie at the upper edge, and would hide the bar. */
const TOP = 64;

/**
 * The elements of an editor: one that lies over the shape, in units of the board, so that its lines break where those of the
 * canvas do at every zoom; and a bar beside it that is neither turned nor scaled.
 */
export class EditorSurface {
  readonly element = document.createElement("div");
  readonly words = document.createElement("div");
  readonly #host: HTMLElement;
  readonly #bar: HTMLElement;

  constructor(host: HTMLElement, bar: HTMLElement) {
    this.#host = host;
    this.#bar = bar;
    this.element.className = "text-editor";
    this.element.tabIndex = -1;
    this.words.className = "text-editor-words";
    this.element.append(this.words);
    // What is done here is not meant for the tools and keys of the board; its wheel is.
    for (const type of ["pointerdown", "pointermove", "pointerup", "dblclick", "contextmenu", "keydown", "keyup"]) {
      for (const part of [this.element, bar]) part.addEventListener(type, (event) => event.stopPropagation());
    }
    host.append(this.element, bar);
  }

  /** Whether an element is a part of this. */
  has(element: Element): boolean {
    return this.element.contains(element) || this.#bar.contains(element);
  }

  /** Lays it over a shape. */
  show(showing: Showing): void {
    const { item, frame, camera } = showing;
    const { x, y } = camera.toScreen(frame.pos);
    const { w, h } = frame.size;
    const { style } = this.element;
    style.width = `${w}px`;
    style.height = `${h}px`;
    style.transform = `translate(${x}px, ${y}px) rotate(${frame.pos.r}rad) scale(${camera.zoom}) translate(${-w / 2}px, ${-h / 2}px)`;
    this.element.classList.toggle("is-auto-width", isAutoWidth(item));
    this.#showWords(showing);
    this.#placeBar(showing);
  }

  remove(): void {
    this.element.remove();
    this.#bar.remove();
  }

  #showWords({ item, frame, fontSize, color }: Showing): void {
    const box = textBox(item.kind, frame.size);
    const { style, classList } = this.words;
    style.left = `${box.x}px`;
    style.top = `${box.y}px`;
    style.width = `${box.w}px`;
    style.height = `${box.h}px`;
    style.font = `${fontSize}px/${LINE_HEIGHT} ${FONT_FAMILY}`;
    style.textAlign = item.style.align;
    style.setProperty("--words", color);
    style.setProperty("--list-indent", `${LIST_INDENT}em`);
    style.setProperty("--list-marker-width", `${LIST_MARKER_END}em`);
    classList.toggle("is-centred", isCentred(item.kind));
  }

  /** Above the shape, or below it where there is no room; always on the screen. */
  #placeBar({ frame, camera }: Showing): void {
    const bounds = boundsOf({ ...frame.pos, ...frame.size }, 0);
    const upperLeft = camera.toScreen(bounds);
    const bottom = upperLeft.y + bounds.h * camera.zoom;
    const { offsetWidth: width, offsetHeight: height } = this.#bar;
    const { clientWidth, clientHeight } = this.#host;
    const middle = upperLeft.x + (bounds.w * camera.zoom) / 2 - width / 2;
    const above = upperLeft.y - GAP - height;
    const below = bottom + GAP;
    const beside = below + height <= clientHeight - TOP ? Math.max(TOP, below) : TOP; // the caret is seldom there
    const x = Math.max(EDGE, Math.min(middle, clientWidth - width - EDGE));
    const y = above >= TOP ? Math.min(above, clientHeight - height - TOP) : beside;
    this.#bar.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }
}
