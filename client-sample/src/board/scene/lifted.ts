import { unionOf } from "../model/geometry.ts";
import type { Box, Draft, Item } from "../words.ts";
import { compare } from "./order.ts";
import { type Overlay, overlayOf, type Resting } from "./overlay.ts";

/** Where a change of drafts is seen: among all shapes, and among those that no draft touches. */
export interface DraftDamage {
  readonly damage: readonly Box[];
  readonly restDamage: readonly Box[];
}

interface Running {
  readonly draft: Draft;
  overlay: Overlay;
}

/** The drafts of all people and what they come to. Where two have the same shape in hand, the one who came last is shown. */
export class Lifted {
  readonly #resting: Resting;
  readonly #drafts = new Map<string, Running>();
  #items: ReadonlyMap<string, Item> | undefined = new Map();
  #ordered: readonly Item[] | undefined = [];

  constructor(resting: Resting) {
    this.#resting = resting;
  }

  /** The shapes that drafts make or change, by id. */
  get items(): Overlay {
    this.#items ??= merged(this.#drafts);
    return this.#items;
  }

  /** The same, from bottom to top. The same list until something changes. */
  get ordered(): readonly Item[] {
    this.#ordered ??= [...this.items.values()].sort(compare);
    return this.#ordered;
  }

  /** Begins, changes or ends what somebody is doing. */
  set(owner: string, draft: Draft | undefined): DraftDamage {
    const before = this.#drafts.get(owner)?.overlay ?? NOTHING;
    const after = draft ? overlayOf(draft, this.#resting) : NOTHING;
    if (draft) this.#drafts.set(owner, { draft, overlay: after });
    else this.#drafts.delete(owner);
    this.#forget();
    return {
      damage: [...boundsOf(before), ...boundsOf(after), ...this.#onlyIn(after, before)],
      restDamage: [...this.#onlyIn(before, after), ...this.#onlyIn(after, before)],
    };
  }

  /** Takes note that shapes have changed under the drafts; returns where those look different now. */
  refresh(ids: ReadonlySet<string>): readonly Box[] {
    const damage: Box[] = [];
    for (const running of this.#drafts.values()) {
      const { draft, overlay } = running;
      if (!(draft.t === "shape" ? ids.has(draft.id) : draft.ids.some((id) => ids.has(id)))) continue;
      running.overlay = overlayOf(draft, this.#resting);
      this.#forget();
      damage.push(...boundsOf(overlay), ...boundsOf(running.overlay));
    }
    return damage;
  }

  #forget(): void {
    this.#items = undefined;
    this.#ordered = undefined;
  }

  /** Where those rest that one overlay has and the other has not. */
  #onlyIn(one: Overlay, other: Overlay): readonly Box[] {
    const boxes: Box[] = [];
    for (const id of one.keys()) {
      const item = other.has(id) ? undefined : this.#resting.get(id);
      if (item) boxes.push(item.bounds);
    }
    return boxes;
  }
}

const NOTHING: Overlay = new Map();

function merged(drafts: ReadonlyMap<string, Running>): Overlay {
  const [first, ...others] = drafts.values();
  if (!first) return NOTHING;
  if (others.length === 0) return first.overlay;
  const items = new Map(first.overlay);
  for (const { overlay } of others) for (const [id, item] of overlay) items.set(id, item);
  return items;
}

/** What an overlay covers: as one box, as nobody needs it finer. */
function boundsOf(overlay: Overlay): readonly Box[] {
  const union = unionOf([...overlay.values()].map(({ bounds }) => bounds));
  return union ? [union] : [];
}
