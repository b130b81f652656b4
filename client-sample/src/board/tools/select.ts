import { holds, touches } from "../model/geometry.ts";
import { hit } from "../model/hit.ts";
import { isWritable } from "../text/metrics.ts";
import type { Box, Item } from "../words.ts";
import type { Desk } from "./desk.ts";
import { DragGesture } from "./drag.ts";
import { frameOf, type Handle, handleAt, handlesOf } from "./handles.ts";
import { LineEndGesture } from "./line-end.ts";
import { ResizeGesture } from "./resize.ts";
import { RotateGesture } from "./rotate.ts";
import { boxBetween } from "./snapping.ts";
import { placeText } from "./text.ts";
import { type Gesture, hasMoved, type PointerAt, reachOf, type Tool } from "./tool.ts";

/** Selects, and changes what is selected. */
export function selectTool(desk: Desk): Tool {
  return {
    down: (at) => {
      const handle = handleUnder(desk, at);
      if (handle) return handleGesture(desk, handle, at);
      const item = itemUnder(desk, at);
      const isHeld = item && (desk.selection.includes(item.id) || isOn(desk, item, at));
      return isHeld || isInSelection(desk, at) ? new DragGesture(desk, at, item) : new MarqueeGesture(desk, at, item);
    },
    cursorAt: (at) => handleUnder(desk, at)?.cursor ?? (itemUnder(desk, at) ? "move" : "default"),
    doubleTap: (at) => {
      if (!desk.canEdit) return;
      const item = itemUnder(desk, at);
      if (!item) placeText(desk, at.board);
      else if (isWritable(item.kind) && desk.changeable([item.id]).length > 0) desk.editText(item.id);
    },
  };
}

/** The shape that somebody means who points there. */
function itemUnder(desk: Desk, { board, device }: PointerAt): Item | undefined {
  return desk.scene.at(board, reachOf(device) / desk.camera.zoom);
}

/** Whether a place is on a shape, not within an outline that has nothing in it. */
function isOn(desk: Desk, item: Item, { board, device }: PointerAt): boolean {
  return hit(item, board, reachOf(device) / desk.camera.zoom) === "on";
}

function handleUnder(desk: Desk, { screen, device }: PointerAt): Handle | undefined {
  if (!desk.canEdit || desk.selection.length === 0) return undefined;
  const items = selectedItems(desk);
  return handleAt(handlesOf(items, desk.camera), screen, reachOf(device) + 2);
}

function handleGesture(desk: Desk, { kind }: Handle, at: PointerAt): Gesture | undefined {
  const items = selectedItems(desk);
  const frame = frameOf(items);
  const [first] = items;
  if (!frame || !first) return undefined;
  if (kind.t === "grip") return new ResizeGesture(desk, { items, frame, grip: kind }, at);
  if (kind.t === "rotate") return new RotateGesture(desk, { items, frame }, at);
  return new LineEndGesture(desk, first, kind.end);
}

/** Whether a place is within the frame around several selected shapes: dragging there moves them all. */
function isInSelection(desk: Desk, { board }: PointerAt): boolean {
  if (desk.selection.length < 2) return false;
  const frame = frameOf(selectedItems(desk));
  if (!frame) return false;
  return Math.abs(board.x - frame.x) <= frame.w / 2 && Math.abs(board.y - frame.y) <= frame.h / 2;
}

function selectedItems({ scene, selection }: Desk): readonly Item[] {
  return selection.map((id) => scene.get(id)).filter((item) => item !== undefined);
}

/** Draws a frame around what is to be selected; with shift it adds to what is. Clicked, it selects the outline that it is in. */
class MarqueeGesture implements Gesture {
  readonly #desk: Desk;
  readonly #from: PointerAt;
  readonly #around: Item | undefined;
  readonly #before: readonly string[];

  constructor(desk: Desk, from: PointerAt, around: Item | undefined) {
    this.#desk = desk;
    this.#from = from;
    this.#around = around;
    this.#before = desk.selection;
    if (!from.isShift) desk.select([]);
  }

  move(path: readonly PointerAt[]): void {
    const at = path.at(-1);
    const { marks } = this.#desk;
    if (!at || (!marks.marquee && !hasMoved(this.#from, at))) return;
    const box = boxBetween(this.#from.board, at.board);
    marks.marquee = box;
    const found = this.#desk.scene.in(box).filter(({ bounds }) => isMeant(box, bounds));
    const kept = at.isShift ? this.#before : [];
    this.#desk.select([...new Set([...kept, ...found.map(({ id }) => id)])]);
  }

  up(at: PointerAt): void {
    const { marks } = this.#desk;
    if (!marks.marquee && this.#around) {
      this.#desk.select([...(at.isShift ? this.#before : []), this.#around.id]);
    }
    marks.marquee = undefined;
  }

  cancel(): void {
    this.#desk.marks.marquee = undefined;
    this.#desk.select(this.#before);
  }
}

/** What is drawn within a large shape does not mean that shape. */
function isMeant(box: Box, bounds: Box): boolean {
  return touches(box, bounds) && !holds(bounds, box);
}
