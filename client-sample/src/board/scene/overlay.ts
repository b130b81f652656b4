import { itemOf } from "../model/item.ts";
import { transformed } from "../model/transform.ts";
import type { Draft, Item } from "../words.ts";

/** The items that a draft makes or changes, as they look meanwhile. */
export type Overlay = ReadonlyMap<string, Item>;

/** Where drafts find what they change. */
export interface Resting {
  get(id: string): Item | undefined;
}

/** What a draft comes to over what is there. Shapes that are not there are none of its business. */
export function overlayOf(draft: Draft, resting: Resting): Overlay {
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

function drawn({ id, type, g }: Draft & { readonly t: "shape" }, there: Item | undefined): Item {
  const shape = there?.shape ?? { type, g: ON_TOP, rev: {}, by: "", at: 0 };
  return itemOf(id, { ...shape, g: { ...shape.g, ...g } });
}

/** Keys of the order are letters and digits, so this one lies above each of them. */
const ON_TOP = { tree: { parentId: null, index: "~" } } as const;
