import { touches } from "../model/geometry.ts";
import type { BoardScene } from "../scene/scene.ts";
import type { Box, Item, Point } from "../words.ts";
import type { Brush } from "./brush.ts";
import { paintItem } from "./paint-item.ts";

/** Shapes that will be gone when the eraser is lifted look like this. */
const FADED = 0.25;

/** Paints what no tile holds: shapes in somebody's hand, and those that were until a moment ago. */
export class LiveLayer {
  readonly #scene: BoardScene;
  /** Shapes that were put down, until tiles show them. */
  readonly #settling = new Set<string>();
  #lifted: readonly Item[] = [];
  #inHand: ReadonlySet<string> = new Set();
  /** Ids of shapes that are to look as if they were going. */
  faded: ReadonlySet<string> = new Set();

  constructor(scene: BoardScene) {
    this.#scene = scene;
  }

  /** Whether anything waits for the tiles. */
  get isSettling(): boolean {
    return this.#settling.size > 0;
  }

  /** Whether somebody has a shape in hand. */
  holds(id: string): boolean {
    return this.#inHand.has(id);
  }

  /** Takes note of what was put down since the last time. `isFresh` says whether the tiles show a part of the board as it is. */
  update(isFresh: (box: Box) => boolean): void {
    const lifted = this.#scene.lifted();
    if (lifted !== this.#lifted) {
      const before = this.#inHand;
      this.#inHand = new Set(lifted.map(({ id }) => id));
      for (const id of before) if (!this.#inHand.has(id)) this.#settling.add(id);
      this.#lifted = lifted;
    }
    for (const id of this.#settling) {
      const item = this.#scene.get(id);
      if (!item || this.#inHand.has(id) || isFresh(item.bounds)) this.#settling.delete(id);
    }
  }

  /** Paints them; `origin` is the place on the board of the canvas' top left. */
  paint(brush: Brush, origin: Point, view: Box): void {
    const { ink } = brush;
    ink.imageSmoothingQuality = "medium";
    const settling = [...this.#settling].flatMap((id) => this.#scene.get(id) ?? []);
    for (const item of [...settling, ...this.#lifted]) {
      if (!touches(item.bounds, view)) continue;
      const alpha = this.faded.has(item.id) ? FADED : 1;
      ink.globalAlpha = alpha;
      paintItem({ ...brush, alpha }, item, origin);
    }
    ink.globalAlpha = 1;
  }
}
