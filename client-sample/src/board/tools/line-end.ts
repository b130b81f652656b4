import { encodeGeom, type PathGroups } from "../model/packed-points.ts";
import type { Item, Kind } from "../words.ts";
import type { Desk } from "./desk.ts";
import { endsOf } from "./handles.ts";
import { snappedEnd } from "./snapping.ts";
import type { Gesture, PointerAt } from "./tool.ts";

/** Drags one end of a line or an arrow. */
export class LineEndGesture implements Gesture {
  readonly #desk: Desk;
  readonly #item: Item;
  readonly #end: 0 | 1;
  #path: PathGroups | undefined;

  constructor(desk: Desk, item: Item, end: 0 | 1) {
    this.#desk = desk;
    this.#item = item;
    this.#end = end;
  }

  move(path: readonly PointerAt[]): void {
    const at = path.at(-1);
    if (!at) return;
    const ends = endsOf(this.#item);
    const other = ends[1 - this.#end] ?? at.board;
    const moved = at.isShift ? snappedEnd(other, at.board) : at.board;
    this.#path = encodeGeom(this.#end === 0 ? [moved, other] : [other, moved]);
    const { id, kind } = this.#item;
    this.#desk.drafts.show({ t: "shape", id, type: kind as Kind, g: this.#path }); // only lines and arrows have ends
  }

  up(): void {
    const { id } = this.#item;
    if (this.#path) {
      const { pos, size, geom } = this.#path;
      this.#desk.push([
        { t: "set", id, g: "pos", v: pos },
        { t: "set", id, g: "size", v: size },
        { t: "set", id, g: "geom", v: geom },
      ]);
    }
    this.#desk.drafts.end();
  }

  cancel(): void {
    this.#desk.drafts.cancel();
  }
}
