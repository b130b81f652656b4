import type { Turned } from "../model/geometry.ts";
import type { Item } from "../words.ts";
import type { Desk } from "./desk.ts";
import type { Grip } from "./handles.ts";
import { resizeBy } from "./resizing.ts";
import type { Gesture, PointerAt } from "./tool.ts";
import { Transforming } from "./transforming.ts";

/** What is resized, and by what. */
export interface Resized {
  readonly items: readonly Item[];
  readonly frame: Turned;
  readonly grip: Grip;
}

/** Resizes what is selected. Pictures and texts keep their ratio at the corners. */
export class ResizeGesture implements Gesture {
  readonly #resized: Resized;
  readonly #from: PointerAt;
  readonly #transforming: Transforming;

  constructor(desk: Desk, resized: Resized, from: PointerAt) {
    this.#resized = resized;
    this.#from = from;
    this.#transforming = new Transforming(desk, resized.items);
  }

  move(path: readonly PointerAt[]): void {
    const at = path.at(-1);
    if (!at) return;
    const { items, frame, grip } = this.#resized;
    const by = { x: at.board.x - this.#from.board.x, y: at.board.y - this.#from.board.y };
    const isCorner = grip.x !== 0 && grip.y !== 0;
    const keepsRatio = isCorner && items.some(({ kind }) => kind === "text" || kind === "image");
    this.#transforming.show(resizeBy({ frame, grip, by, keepsRatio, isShift: at.isShift, isAlt: at.isAlt }));
  }

  up(): void {
    this.#transforming.end();
  }

  cancel(): void {
    this.#transforming.cancel();
  }
}
