import type { Camera, Point } from "../words.ts";
import type { Gestures, PointerSample, Purpose } from "./gestures.ts";
import { wheelAction } from "./wheel.ts";

/** What pointers need of the page. */
export interface PointerParts {
  readonly gestures: Gestures;
  readonly camera: Camera;
  /** The element that the board is drawn on; it keeps the pointers that are put down on it. */
  readonly canvas: HTMLElement;
  /** Whether the key is held that moves the board. */
  readonly isPanning: () => boolean;
}

const MIDDLE_BUTTON = 1;
const RIGHT_BUTTON = 2;
const ERASER_BUTTON = 5;
/** Safari's pinch on a trackpad. */
interface SafariGesture extends Event {
  readonly scale: number;
  readonly clientX: number;
  readonly clientY: number;
}

/** Follows mouse, fingers, pen and wheel on the canvas, and keeps the browser from scrolling and zooming the page instead. */
export class Pointers {
  readonly #parts: PointerParts;
  readonly #listening = new AbortController();
  #lastDown = "";
  #scale = 1;
  /** Where the mouse is over the canvas, on the screen. */
  #hover: Point | undefined;

  constructor(parts: PointerParts) {
    this.#parts = parts;
    const { canvas } = parts;
    Object.assign(canvas.style, { touchAction: "none", userSelect: "none", overscrollBehavior: "none" });
    canvas.style.setProperty("-webkit-user-select", "none");
    canvas.style.setProperty("-webkit-touch-callout", "none");
    this.#listenToPointers();
    this.#listenToWheel();
  }

  /** Where the mouse is, on the screen; undefined where it is not over the board. */
  get hover(): Point | undefined {
    return this.#hover;
  }

  /** The cursor may mean something else now. */
  refreshCursor(): void {
    const { canvas, gestures, isPanning } = this.#parts;
    if (gestures.isWorking) return;
    const sample = this.#hover && { ...NOTHING_PRESSED, screen: this.#hover };
    const cursor = isPanning() ? "grab" : sample && gestures.cursorAt(sample);
    if (cursor !== undefined && canvas.style.cursor !== cursor) canvas.style.cursor = cursor;
  }

  /** Listens no more. */
  close(): void {
    this.#listening.abort();
  }

  #listenToPointers(): void {
    const { canvas, gestures } = this.#parts;
    const { signal } = this.#listening;
    canvas.addEventListener("pointerdown", (event) => this.#down(event), { signal });
    canvas.addEventListener("pointermove", (event) => this.#move(event), { signal });
    canvas.addEventListener("pointerup", (event) => this.#up(event), { signal });
    // Of the window, so that whoever takes a press for something else can say so.
    window.addEventListener("pointercancel", ({ pointerId }) => gestures.lose(pointerId), { signal });
    canvas.addEventListener("lostpointercapture", ({ pointerId }) => gestures.lose(pointerId), { signal });
    canvas.addEventListener("pointerleave", () => this.#leave(), { signal });
    window.addEventListener("blur", () => gestures.finish(), { signal });
    // A long press on glass would open the browser's menu in the midst of a stroke.
    canvas.addEventListener("contextmenu", (event) => this.#lastDown !== "mouse" && event.preventDefault(), { signal });
    // Without this, iOS scrolls and zooms however touch-action is set.
    canvas.addEventListener("touchmove", (event) => event.preventDefault(), { signal, passive: false });
    canvas.addEventListener("touchstart", (event) => event.preventDefault(), { signal, passive: false });
  }

  #listenToWheel(): void {
    const { canvas } = this.#parts;
    const { signal } = this.#listening;
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
    const keepPage = (event: WheelEvent): void => {
      if (event.ctrlKey) event.preventDefault(); // over a panel, too, it would zoom the page
    };
    window.addEventListener("wheel", keepPage, { signal, passive: false });
    for (const type of ["gesturestart", "gesturechange"]) {
      window.addEventListener(type, (event) => this.#safariPinch(event as SafariGesture), { signal, passive: false }); // Safari's own
    }
  }

  #down(event: PointerEvent): void {
    const { canvas, gestures, isPanning } = this.#parts;
    this.#lastDown = event.pointerType;
    const purpose = purposeOf(event, isPanning());
    if (!purpose) return;
    event.preventDefault(); // no marking of text, no scrolling wheel of the middle button
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    gestures.down(this.#sample(event), purpose);
    if (purpose === "pan") canvas.style.cursor = "grabbing";
  }

  #move(event: PointerEvent): void {
    const { gestures } = this.#parts;
    const path = event.getCoalescedEvents?.() ?? [];
    gestures.move((path.length > 0 ? path : [event]).map((one) => this.#sample(one)));
    if (event.pointerType === "touch") return;
    this.#hover = this.#screen(event);
    if (event.buttons === 0) this.refreshCursor();
  }

  #up(event: PointerEvent): void {
    this.#parts.gestures.up(this.#sample(event));
    this.refreshCursor();
  }

  #leave(): void {
    this.#hover = undefined;
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const { camera } = this.#parts;
    const action = wheelAction(event);
    if (action.t === "zoom") camera.zoomAt(this.#screen(event), action.factor);
    else camera.panBy(action.by.x, action.by.y);
    this.refreshCursor();
  }

  #safariPinch(event: SafariGesture): void {
    event.preventDefault();
    if (event.type === "gesturechange") this.#parts.camera.zoomAt(this.#screen(event), event.scale / this.#scale);
    this.#scale = event.scale;
  }

  #sample(event: PointerEvent): PointerSample {
    return {
      id: event.pointerId,
      device: event.pointerType === "touch" || event.pointerType === "pen" ? event.pointerType : "mouse",
      screen: this.#screen(event),
      pressure: event.pointerType === "pen" && event.pressure > 0 ? event.pressure : EVEN,
      isShift: event.shiftKey,
      isAlt: event.altKey,
    };
  }

  #screen({ clientX, clientY }: { readonly clientX: number; readonly clientY: number }): Point {
    const { left, top } = this.#parts.canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}

/** Fingers and mice feel no pressure, whatever they tell. */
const EVEN = 0.5;
const NOTHING_PRESSED = { id: -1, device: "mouse", pressure: EVEN, isShift: false, isAlt: false } as const;

/** What a pointer is put down for; undefined for what is not ours. */
function purposeOf({ button, pointerType }: PointerEvent, isPanning: boolean): Purpose | undefined {
  if (button === MIDDLE_BUTTON) return "pan";
  if (button === ERASER_BUTTON) return "erase";
  if (button === RIGHT_BUTTON) return pointerType === "pen" ? "pan" : undefined; // the button on the side of a pen
  return isPanning ? "pan" : "tool";
}
