import { itemOf } from "../model/item.ts";
import { transformed } from "../model/transform.ts";
import type { Draft, Item } from "../words.ts";

/** The items that a draft makes or changes, as they look meanwhile, by id. */
export interface Overlay {
  readonly size: number;
  has(id: string): boolean;
  get(id: string): Item | undefined;
  keys(): Iterable<string>;
  values(): Iterable<Item>;
}

/** Where drafts find what they change. */
export interface Resting {
  get(id: string): Item | undefined;
}

/** What a draft comes to over what is there. Shapes that are not there are none of its business. */
export function overlayOf(draft: Draft, resting: Resting): ReadonlyMap<string, Item> {
  const overlay = new Map<string, Item>();
  if (draft.t === "shape") {
    overlay.set(draft.id, drawn(draft, resting.get(draft.id)));
    return overlay;
  }
  for (const id of draft.ids) {
    const item = resting.get(id);
    if (!item) continue;
    const { shape } = item;
    overlay.set(id, itemOf(id, { ...shape, g: { ...shape.g, ...transformed(shape, draft.transform) } }));
  }
  return overlay;
}

/** Overlays one over the other, the last one on top, which are not put together. */
export class Layers implements Overlay {
  readonly #overlays: readonly Overlay[];

  constructor(overlays: readonly Overlay[]) {
    this.#overlays = overlays;
  }

  /** At most so many: what is in several of them counts for each. */
  get size(): number {
    return this.#overlays.reduce((sum, { size }) => sum + size, 0);
  }

  has(id: string): boolean {
    return this.#overlays.some((overlay) => overlay.has(id));
  }

  get(id: string): Item | undefined {
    return this.#overlays.findLast((overlay) => overlay.has(id))?.get(id);
  }

  keys(): Iterable<string> {
    return new Set(this.#overlays.flatMap((overlay) => [...overlay.keys()]));
  }

  values(): Iterable<Item> {
    return [...this.keys()].flatMap((id) => this.get(id) ?? []);
  }
}

function drawn({ id, type, g }: Draft & { readonly t: "shape" }, there: Item | undefined): Item {
  const shape = there?.shape ?? { type, g: ON_TOP, rev: {}, by: "", at: 0 };
  return itemOf(id, { ...shape, g: { ...shape.g, ...g } });
}

/** Keys of the order are letters and digits, so this one lies above each of them. */
const ON_TOP = { tree: { parentId: null, index: "~" } } as const;
