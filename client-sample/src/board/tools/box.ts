import type { BoardGroups } from "../../../../rooms/whiteboard/rules/board.ts";
import { centreOf } from "../model/geometry.ts";
import { newId } from "../model/new-id.ts";
import type { Box, Point } from "../words.ts";
import type { Desk } from "./desk.ts";
import { drawnBox } from "./snapping.ts";
import { type Gesture, hasMoved, type PointerAt, type Tool } from "./tool.ts";

/** Of a shape that is placed with a click, or a key. */
export const PLACED_SIZE = { w: 160, h: 100 };

/** Draws rectangles or ellipses, and places one of an ordinary size where it is only clicked. */
export function boxTool(desk: Desk, type: "rect" | "ellipse"): Tool {
  return { down: (at) => new BoxGesture(desk, type, at), cursorAt: () => "crosshair" };
}

/** Where a box is, as groups. */
export function placedIn(box: Box): Pick<BoardGroups, "pos" | "size"> {
  return { pos: { ...centreOf(box), r: 0 }, size: { w: box.w, h: box.h } };
}

/** Where something of a size is that has its middle at a place. */
export function placedAt({ x, y }: Point, size: BoardGroups["size"]): Pick<BoardGroups, "pos" | "size"> {
  return { pos: { x, y, r: 0 }, size };
}

class BoxGesture implements Gesture {
  readonly #desk: Desk;
  readonly #type: "rect" | "ellipse";
  readonly #from: PointerAt;
  readonly #id = newId();
  #isDrawn = false;

  constructor(desk: Desk, type: "rect" | "ellipse", from: PointerAt) {
    this.#desk = desk;
    this.#type = type;
    this.#from = from;
  }

  move(path: readonly PointerAt[]): void {
    const at = path.at(-1);
    if (!at) return;
    this.#isDrawn ||= hasMoved(this.#from, at);
    if (!this.#isDrawn) return;
    const { style } = this.#desk.groupsFor(this.#type);
    this.#desk.drafts.show({ t: "shape", id: this.#id, type: this.#type, g: { ...this.#placed(at), style } });
  }

  up(at: PointerAt): void {
    const placed = this.#isDrawn ? this.#placed(at) : placedAt(this.#from.board, PLACED_SIZE);
    const g = { ...placed, ...this.#desk.groupsFor(this.#type) };
    this.#desk.push([{ t: "create", id: this.#id, type: this.#type, g }]);
    this.#desk.drafts.end();
    this.#desk.setTool("select");
    this.#desk.select([this.#id]);
  }

  cancel(): void {
    this.#desk.drafts.cancel();
  }

  #placed(at: PointerAt): Pick<BoardGroups, "pos" | "size"> {
    return placedIn(drawnBox(this.#from.board, at.board, at));
  }
}
