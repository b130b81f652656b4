import { hit } from "../model/hit.ts";
import type { Point } from "../words.ts";
import type { Desk } from "./desk.ts";
import { type Gesture, type PointerAt, reachOf, type Tool } from "./tool.ts";

/** A round of 20 pixels, drawn into the cursor. */
const CURSOR =
  "url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='22' height='22'%3E%3Ccircle cx='11' cy='11' r='9' fill='%23fff8' stroke='%23555' stroke-width='1.5'/%3E%3C/svg%3E\") 11 11, crosshair";

/** Deletes what it passes, when it is lifted; with alt what it passes stays after all. */
export function eraserTool(desk: Desk): Tool {
  return { down: (at) => new EraserGesture(desk, at), cursorAt: () => CURSOR };
}

class EraserGesture implements Gesture {
  readonly #desk: Desk;
  readonly #marked = new Set<string>();
  #last: PointerAt;
  #isHintGiven = false;

  constructor(desk: Desk, at: PointerAt) {
    this.#desk = desk;
    this.#last = at;
    this.#pass(at);
  }

  move(path: readonly PointerAt[]): void {
    for (const at of path) this.#pass(at);
  }

  up(): void {
    const ids = [...this.#marked];
    if (ids.length > 0) this.#desk.push(ids.map((id) => ({ t: "del", id })));
    this.#desk.marks.erasing = new Set();
  }

  cancel(): void {
    this.#desk.marks.erasing = new Set();
  }

  #pass(at: PointerAt): void {
    const reach = reachOf(at.device) / this.#desk.camera.zoom;
    const before = this.#marked.size;
    for (const point of between(this.#last.board, at.board, reach)) this.#touch(point, reach, at.isAlt);
    this.#last = at;
    if (this.#marked.size !== before) this.#desk.marks.erasing = new Set(this.#marked);
  }

  #touch({ x, y }: Point, reach: number, restores: boolean): void {
    const near = this.#desk.scene.in({ x: x - reach, y: y - reach, w: 2 * reach, h: 2 * reach });
    for (const item of near) {
      if (hit(item, { x, y }, reach) !== "on") continue;
      if (restores) this.#marked.delete(item.id);
      else if (item.isLocked) this.#hint(item.id);
      else this.#marked.add(item.id);
    }
  }

  #hint(id: string): void {
    if (!this.#isHintGiven) this.#desk.changeable([id]);
    this.#isHintGiven = true;
  }
}

/** Places on the way from one to the other, so close that nothing between them is missed; at most 256. */
function between(from: Point, to: Point, stride: number): readonly Point[] {
  const steps = Math.min(256, Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / stride)));
  return Array.from({ length: steps }, (_, n) => {
    const share = (n + 1) / steps;
    return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
  });
}
