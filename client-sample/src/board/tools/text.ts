import { newId } from "../model/new-id.ts";
import { styleOf } from "../model/style.ts";
import { LINE_HEIGHT } from "../text/metrics.ts";
import type { Point } from "../words.ts";
import { placedIn } from "./box.ts";
import type { Desk } from "./desk.ts";
import { boxBetween } from "./snapping.ts";
import { type Gesture, hasMoved, type PointerAt, type Tool } from "./tool.ts";

/** Narrower than this no word fits. */
const MIN_WIDTH = 40;

/** Places a text where it is clicked, or as wide as it is drawn, and opens it. */
export function textTool(desk: Desk): Tool {
  return { down: (at) => new TextGesture(desk, at), cursorAt: () => "text" };
}

/** Places a text whose first line begins there, and opens it. It is as wide as what is written, unless a width is given. */
export function placeText(desk: Desk, start: Point, width?: number): void {
  const id = newId();
  const { style, tree } = desk.groupsFor("text");
  const { fontSize } = styleOf("text", style);
  const height = fontSize * LINE_HEIGHT;
  const box = { x: start.x, y: start.y - height / 2, w: Math.max(MIN_WIDTH, width ?? 0), h: height };
  const meta = width === undefined ? {} : { meta: { autoWidth: 0 } }; // no width that it gave itself
  desk.push([{ t: "create", id, type: "text", g: { ...placedIn(box), style, tree, ...meta, text: "" } }]);
  desk.setTool("select");
  desk.select([id]);
  desk.editText(id);
}

class TextGesture implements Gesture {
  readonly #desk: Desk;
  readonly #from: PointerAt;

  constructor(desk: Desk, from: PointerAt) {
    this.#desk = desk;
    this.#from = from;
  }

  move(path: readonly PointerAt[]): void {
    const at = path.at(-1);
    if (at && hasMoved(this.#from, at)) this.#desk.marks.marquee = boxBetween(this.#from.board, at.board);
  }

  up(at: PointerAt): void {
    this.#desk.marks.marquee = undefined;
    const { x, y, w } = boxBetween(this.#from.board, at.board);
    if (hasMoved(this.#from, at)) placeText(this.#desk, { x, y }, w);
    else placeText(this.#desk, this.#from.board);
  }

  cancel(): void {
    this.#desk.marks.marquee = undefined;
  }
}
