import { unionOf } from "../model/geometry.ts";
import { itemOf } from "../model/item.ts";
import { transformed } from "../model/transform.ts";
import type { Box, Item, Point } from "../words.ts";
import type { Overlay, Resting } from "./overlay.ts";

/**
 * Many shapes that are moved together: shown as one picture, and worked out one by one only where somebody asks for one, so that
 * moving them on costs the same for ten thousand as for ten.
 */
export class Carried implements Overlay {
  /** The list by which they are named: the same list is the same shapes. */
  readonly ids: readonly string[];
  /** How they are without being moved, by id. The same map as long as nothing but the way changes. */
  readonly rest: ReadonlyMap<string, Item>;
  /** How far they are moved. */
  readonly way: Point;
  readonly #restBounds: Box | undefined;
  readonly #moved = new Map<string, Item>();

  private constructor(
    ids: readonly string[],
    rest: ReadonlyMap<string, Item>,
    way: Point,
    restBounds: Box | undefined,
  ) {
    this.ids = ids;
    this.rest = rest;
    this.way = way;
    this.#restBounds = restBounds;
  }

  /** Takes shapes in hand. Those that are not there are left out. */
  static of(ids: readonly string[], resting: Resting, way: Point): Carried {
    const rest = new Map<string, Item>();
    for (const id of ids) {
      const item = resting.get(id);
      if (item) rest.set(id, item);
    }
    return new Carried(ids, rest, way, unionOf([...rest.values()].map(({ bounds }) => bounds)));
  }

  /** The same shapes, moved so far in all. */
  movedTo(way: Point): Carried {
    return new Carried(this.ids, this.rest, way, this.#restBounds);
  }

  get size(): number {
    return this.rest.size;
  }

  /** What all of them cover. */
  get bounds(): Box | undefined {
    const { way } = this;
    const box = this.#restBounds;
    return box && { ...box, x: box.x + way.x, y: box.y + way.y };
  }

  has(id: string): boolean {
    return this.rest.has(id);
  }

  get(id: string): Item | undefined {
    const known = this.#moved.get(id);
    const item = known ? undefined : this.rest.get(id);
    if (!item) return known;
    const { shape } = item;
    const change = transformed(shape, { t: "move", dx: this.way.x, dy: this.way.y });
    const moved = itemOf(id, { ...shape, g: { ...shape.g, ...change } });
    this.#moved.set(id, moved);
    return moved;
  }

  keys(): Iterable<string> {
    return this.rest.keys();
  }

  *values(): Iterable<Item> {
    for (const id of this.rest.keys()) {
      const item = this.get(id);
      if (item) yield item;
    }
  }
}
