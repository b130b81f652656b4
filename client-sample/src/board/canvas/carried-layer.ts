import type { Turned } from "../model/geometry.ts";
import type { Carried } from "../scene/carried.ts";
import type { BoardScene } from "../scene/scene.ts";
import { frameOf } from "../tools/handles.ts";
import type { Point } from "../words.ts";
import type { Lens } from "./backdrop.ts";
import type { Ink } from "./brush.ts";
import { TileCache, type Wanted } from "./tile-cache.ts";
import type { TilePainting } from "./tile-work.ts";

/** Many shapes that are moved as one, in tiles of their own: moving them moves these. */
export class CarriedLayer {
  readonly #scene: BoardScene;
  readonly #painting: Omit<TilePainting, "resting">;
  #carried: Carried | undefined;
  #tiles: TileCache | undefined;
  #restFrame: Turned | undefined;

  constructor(scene: BoardScene, painting: Omit<TilePainting, "resting">) {
    this.#scene = scene;
    this.#painting = painting;
  }

  /** The frame around what is carried, where it is now; undefined where nothing is. */
  get frame(): Turned | undefined {
    const { x, y } = this.#carried?.way ?? { x: 0, y: 0 };
    return this.#restFrame && { ...this.#restFrame, x: this.#restFrame.x + x, y: this.#restFrame.y + y };
  }

  /** Paints what is wanted of it, until the time is over; says whether all of it is there. */
  update(wanted: Wanted, untilMs: number): boolean {
    const carried = this.#scene.carried();
    if (!carried) return true;
    if (carried.rest !== this.#carried?.rest) {
      this.#tiles ??= new TileCache({
        ...this.#painting,
        resting: (box) => (this.#carried ? this.#scene.carriedAtRest(this.#carried, box) : []),
      });
      this.#tiles.damageAll();
      this.#restFrame = frameOf([...carried.rest.values()]);
    }
    this.#carried = carried;
    return this.#tiles?.update(moved(wanted, carried.way), untilMs) ?? true;
  }

  /** What was put down is shown until the tiles of the board show it; then it is over. */
  settle(): void {
    if (!this.#scene.carried()) this.drop();
  }

  /** Shows nothing any more. */
  drop(): void {
    this.#carried = undefined;
    this.#tiles = undefined;
    this.#restFrame = undefined;
  }

  /** Draws it; `lens` says where the board lies on the canvas. */
  draw(ink: Ink, wanted: Wanted, lens: Lens): void {
    const way = this.#way;
    if (!way || !this.#tiles) return;
    const { scale } = lens;
    const over = { ...lens, x: lens.x + Math.round(way.x * scale), y: lens.y + Math.round(way.y * scale) };
    this.#tiles.draw(ink, moved(wanted, way), over);
  }

  /** How far it is moved; what was put down lies where its first shape is. */
  get #way(): Point | undefined {
    if (!this.#carried || this.#scene.carried()) return this.#carried?.way;
    const [before] = this.#carried.rest.values();
    const now = before && this.#scene.get(before.id);
    return now && { x: now.pos.x - before.pos.x, y: now.pos.y - before.pos.y };
  }
}

/** The part of the picture, as it rests, that is seen where it is moved. */
function moved({ view, scale }: Wanted, { x, y }: Point): Wanted {
  return { view: { ...view, x: view.x - x, y: view.y - y }, scale };
}
