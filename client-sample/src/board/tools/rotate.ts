import type { Turned } from "../model/geometry.ts";
import type { Item, Point } from "../words.ts";
import type { Desk } from "./desk.ts";
import { snappedAngle } from "./snapping.ts";
import type { Gesture, PointerAt } from "./tool.ts";
import { Transforming } from "./transforming.ts";

/** Turns what is selected about the middle of its frame; with shift to multiples of 15 degrees. */
export class RotateGesture implements Gesture {
  readonly #frame: Turned;
  readonly #from: number;
  readonly #transforming: Transforming;

  constructor(
    desk: Desk,
    { items, frame }: { readonly items: readonly Item[]; readonly frame: Turned },
    from: PointerAt,
  ) {
    this.#frame = frame;
    this.#from = angleTo(frame, from.board);
    this.#transforming = new Transforming(desk, items);
  }

  move(path: readonly PointerAt[]): void {
    const at = path.at(-1);
    if (!at) return;
    const { x, y, r } = this.#frame;
    const by = angleTo(this.#frame, at.board) - this.#from;
    this.#transforming.show({ t: "rotate", about: { x, y }, by: at.isShift ? snappedAngle(r + by) - r : by });
  }

  up(): void {
    this.#transforming.end();
  }

  cancel(): void {
    this.#transforming.cancel();
  }
}

function angleTo(from: Point, to: Point): number {
  return Math.atan2(to.y - from.y, to.x - from.x);
}
