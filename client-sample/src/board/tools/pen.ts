import { newId } from "../model/new-id.ts";
import { encodeGeom, type InkPoint } from "../model/packed-points.ts";
import { simplified } from "../model/simplify.ts";
import type { Draft } from "../words.ts";
import type { Desk } from "./desk.ts";
import type { Gesture, PointerAt, Tool } from "./tool.ts";

/** A longer stroke goes on as another shape. */
const MAX_POINTS = 2000;
/** Points closer together say nothing, in pixels of the screen. */
const MIN_DISTANCE = 0.75;
/** How far the stroke may be off once points are left out, in pixels of the screen: nobody sees it, even at twice the zoom. */
const TOLERANCE = 0.25;

/** Draws strokes. */
export function penTool(desk: Desk): Tool {
  return { down: (at) => new PenGesture(desk, at), cursorAt: () => "crosshair" };
}

class PenGesture implements Gesture {
  readonly #desk: Desk;
  readonly #step: ReturnType<Desk["beginStep"]>;
  /** Shapes that were pushed already, as the stroke became too long for one. */
  readonly #pushed: string[] = [];
  #id = newId();
  #points: InkPoint[] = [];
  /** The same as `x, y, pressure` in a row. */
  #numbers: number[] = [];

  constructor(desk: Desk, at: PointerAt) {
    this.#desk = desk;
    this.#step = desk.beginStep();
    this.#add(at);
    this.#show();
  }

  move(path: readonly PointerAt[]): void {
    for (const at of path) if (this.#isNew(at)) this.#add(at);
    this.#show();
  }

  up(at: PointerAt): void {
    if (this.#isNew(at)) this.#add({ ...at, pressure: this.#points.at(-1)?.pressure ?? at.pressure }); // lifted, it presses no more
    this.#push();
    this.#desk.drafts.end();
  }

  cancel(): void {
    this.#desk.drafts.cancel();
    if (this.#pushed.length > 0) this.#step.push(this.#pushed.map((id) => ({ t: "del", id })));
  }

  #isNew({ board }: PointerAt): boolean {
    const last = this.#points.at(-1);
    return !last || Math.hypot(board.x - last.x, board.y - last.y) * this.#desk.camera.zoom >= MIN_DISTANCE;
  }

  #add({ board, pressure }: PointerAt): void {
    const point = { x: board.x, y: board.y, pressure };
    this.#points.push(point);
    this.#numbers.push(point.x, point.y, pressure);
    if (this.#points.length >= MAX_POINTS) this.#cut(point);
  }

  #cut(last: InkPoint): void {
    this.#push();
    this.#pushed.push(this.#id);
    this.#desk.drafts.end();
    this.#id = newId();
    this.#points = [last];
    this.#numbers = [last.x, last.y, last.pressure ?? 0];
  }

  #show(): void {
    const { drafts } = this.#desk;
    const { style } = this.#desk.groupsFor("stroke");
    const draft: Draft = { t: "shape", id: this.#id, type: "stroke", g: { ...encodeGeom(this.#points), style } };
    drafts.ink({ id: this.#id, style, points: this.#numbers }, draft);
  }

  #push(): void {
    const points = simplified(this.#points, TOLERANCE / this.#desk.camera.zoom);
    const g = { ...encodeGeom(points), ...this.#desk.groupsFor("stroke") };
    this.#step.push([{ t: "create", id: this.#id, type: "stroke", g }]);
  }
}
