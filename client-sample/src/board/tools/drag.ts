import { copiesOf } from "../commands/copies.ts";
import type { Item, Point } from "../words.ts";
import type { Desk } from "./desk.ts";
import { type Gesture, hasMoved, type PointerAt } from "./tool.ts";
import { Transforming } from "./transforming.ts";

/** Selects the shape that is clicked, and moves what is selected where it is dragged; with alt it drags copies. */
export class DragGesture implements Gesture {
  readonly #desk: Desk;
  readonly #from: PointerAt;
  readonly #item: Item | undefined;
  readonly #before: readonly string[];
  #moving: Transforming | undefined;
  #isOver = false;

  /** @param item that is under the hand; undefined where that is between the selected shapes */
  constructor(desk: Desk, from: PointerAt, item: Item | undefined) {
    this.#desk = desk;
    this.#from = from;
    this.#item = item;
    this.#before = desk.selection;
    if (item && !this.#before.includes(item.id)) desk.select(from.isShift ? [...this.#before, item.id] : [item.id]);
  }

  move(path: readonly PointerAt[]): void {
    const at = path.at(-1);
    if (!at || this.#isOver) return;
    if (!this.#moving && hasMoved(this.#from, at)) this.#begin(at);
    const { x, y } = this.#way(at);
    this.#moving?.show({ t: "move", dx: x, dy: y });
  }

  up(at: PointerAt): void {
    this.#moving?.end();
    if (!this.#moving && !this.#isOver) this.#click(at);
  }

  cancel(): void {
    this.#moving?.cancel();
    this.#desk.select(this.#before);
  }

  #begin(at: PointerAt): void {
    const desk = this.#desk;
    const items = desk.canEdit ? desk.changeable(desk.selection) : [];
    this.#isOver = items.length === 0;
    if (this.#isOver) return;
    const step = desk.beginStep();
    if (!at.isAlt) {
      this.#moving = new Transforming(desk, items, step);
      return;
    }
    const { ops, ids } = copiesOf(items, desk.scene);
    if (!step.push(ops)) return;
    desk.select(ids);
    this.#moving = new Transforming(desk, desk.changeable(ids), step);
  }

  /** With shift along one of the axes. */
  #way(at: PointerAt): Point {
    const { board } = this.#from;
    const way = { x: at.board.x - board.x, y: at.board.y - board.y };
    if (!at.isShift) return way;
    return Math.abs(way.x) > Math.abs(way.y) ? { x: way.x, y: 0 } : { x: 0, y: way.y };
  }

  #click(at: PointerAt): void {
    const { selection } = this.#desk;
    const item = this.#item;
    if (!item) this.#desk.select([]);
    else if (!at.isShift) this.#desk.select([item.id]);
    else if (this.#before.includes(item.id)) this.#desk.select(selection.filter((id) => id !== item.id));
  }
}
