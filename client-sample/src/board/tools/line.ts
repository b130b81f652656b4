import { newId } from "../model/new-id.ts";
import { encodeGeom, type PathGroups } from "../model/packed-points.ts";
import type { Desk } from "./desk.ts";
import { snappedEnd } from "./snapping.ts";
import { type Gesture, hasMoved, type PointerAt, type Tool } from "./tool.ts";

/** Draws straight lines or arrows. */
export function lineTool(desk: Desk, type: "line" | "arrow"): Tool {
  return { down: (at) => new LineGesture(desk, type, at), cursorAt: () => "crosshair" };
}

class LineGesture implements Gesture {
  readonly #desk: Desk;
  readonly #type: "line" | "arrow";
  readonly #from: PointerAt;
  readonly #id = newId();
  #isDrawn = false;

  constructor(desk: Desk, type: "line" | "arrow", from: PointerAt) {
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
    this.#desk.drafts.show({ t: "shape", id: this.#id, type: this.#type, g: { ...this.#path(at), style } });
  }

  up(at: PointerAt): void {
    this.#desk.drafts.end();
    if (!this.#isDrawn) return;
    const g = { ...this.#path(at), ...this.#desk.groupsFor(this.#type) };
    this.#desk.push([{ t: "create", id: this.#id, type: this.#type, g }]);
    this.#desk.setTool("select");
    this.#desk.select([this.#id]);
  }

  cancel(): void {
    this.#desk.drafts.cancel();
  }

  #path(at: PointerAt): PathGroups {
    const { board } = this.#from;
    return encodeGeom([board, at.isShift ? snappedEnd(board, at.board) : at.board]);
  }
}
