import { unionOf } from "../model/geometry.ts";
import type { Box, Draft, Item, Point } from "../words.ts";
import { Carried } from "./carried.ts";
import { compare } from "./order.ts";
import { Layers, type Overlay, overlayOf, type Resting } from "./overlay.ts";

/** Where a change of drafts is seen: among all shapes, and among those that no draft touches. */
export interface DraftDamage {
  readonly damage: readonly Box[];
  readonly restDamage: readonly Box[];
}

interface Running {
  readonly draft: Draft;
  overlay: Overlay;
}

/** More shapes than this that are moved together are carried. */
const MAX_SINGLE = 200;

/** The drafts of all people and what they come to. Where two have the same shape in hand, the one who came last is shown. */
export class Lifted {
  readonly #resting: Resting;
  readonly #drafts = new Map<string, Running>();
  #items: Overlay | undefined = NOTHING;
  #ordered: readonly Item[] | undefined = [];
  #single: readonly Item[] | undefined = [];

  constructor(resting: Resting) {
    this.#resting = resting;
  }

  /** The shapes that drafts make or change, by id. */
  get items(): Overlay {
    this.#items ??= over([...this.#drafts.values()].map(({ overlay }) => overlay));
    return this.#items;
  }

  /** The same, from bottom to top. */
  get ordered(): readonly Item[] {
    this.#ordered ??= [...this.items.values()].sort(compare);
    return this.#ordered;
  }

  /** Those of them that are not carried. The same list until one of them changes. */
  get single(): readonly Item[] {
    const { carried } = this;
    this.#single ??= carried ? [...this.#others(carried).values()].sort(compare) : this.ordered;
    return this.#single;
  }

  /** The shapes that are moved as one, if any are. */
  get carried(): Carried | undefined {
    for (const { overlay } of this.#drafts.values()) if (overlay instanceof Carried) return overlay;
    return undefined;
  }

  /** What all of them cover. */
  get bounds(): readonly Box[] {
    return [...this.#drafts.values()].flatMap(({ overlay }) => boundsOf(overlay));
  }

  /** Begins, changes or ends what somebody is doing. */
  set(owner: string, draft: Draft | undefined): DraftDamage {
    const before = this.#drafts.get(owner)?.overlay ?? NOTHING;
    const after = draft ? (carriedOn(draft, before) ?? this.#overlayOf(draft, before)) : NOTHING;
    if (draft) this.#drafts.set(owner, { draft, overlay: after });
    else this.#drafts.delete(owner);
    const isSame = before instanceof Carried && after instanceof Carried && before.rest === after.rest;
    this.#forget(isSame ? "carried" : "all");
    const moved = isSame ? [] : [...this.#onlyIn(before, after), ...this.#onlyIn(after, before)];
    return { damage: [...boundsOf(before), ...boundsOf(after), ...moved], restDamage: moved };
  }

  /** Takes note that shapes have changed under the drafts; returns where those look different now. */
  refresh(ids: ReadonlySet<string>): readonly Box[] {
    const damage: Box[] = [];
    for (const running of this.#drafts.values()) {
      const { draft, overlay } = running;
      if (!(draft.t === "shape" ? ids.has(draft.id) : draft.ids.some((id) => ids.has(id)))) continue;
      running.overlay = this.#overlayOf(draft, overlay);
      this.#forget("all");
      damage.push(...boundsOf(overlay), ...boundsOf(running.overlay));
    }
    return damage;
  }

  /** @param before what the same person's draft came to until now */
  #overlayOf(draft: Draft, before: Overlay): Overlay {
    const way = wayOf(draft);
    const isOtherCarried = ![undefined, before].includes(this.carried);
    if (draft.t !== "transform" || !way || draft.ids.length <= MAX_SINGLE || isOtherCarried) {
      return overlayOf(draft, this.#resting);
    }
    return Carried.of(draft.ids, this.#resting, way);
  }

  #others(carried: Carried): Overlay {
    return over([...this.#drafts.values()].map(({ overlay }) => overlay).filter((overlay) => overlay !== carried));
  }

  #forget(what: "carried" | "all"): void {
    this.#items = undefined;
    this.#ordered = undefined;
    if (what === "all") this.#single = undefined;
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

/** How far a draft moves what it has in hand; undefined where it does not. What the eraser has passed is a draft that does not. */
function wayOf(draft: Draft): Point | undefined {
  if (draft.t !== "transform" || draft.transform.t !== "move") return undefined;
  const { dx, dy } = draft.transform;
  return dx === 0 && dy === 0 ? undefined : { x: dx, y: dy };
}

/** The same shapes farther on; undefined where it is not the same that was carried. */
function carriedOn(draft: Draft, before: Overlay): Carried | undefined {
  const isSame = before instanceof Carried && draft.t === "transform" && before.ids === draft.ids;
  if (!isSame || draft.transform.t !== "move") return undefined;
  return before.movedTo({ x: draft.transform.dx, y: draft.transform.dy });
}

/** Overlays one over the other, the last one on top. */
function over(overlays: readonly Overlay[]): Overlay {
  const [first = NOTHING, ...others] = overlays;
  if (others.length === 0) return first;
  if (overlays.some((overlay) => overlay instanceof Carried)) return new Layers(overlays);
  const items = new Map<string, Item>();
  for (const overlay of overlays) for (const item of overlay.values()) items.set(item.id, item);
  return items;
}

/** What an overlay covers: as one box, as nobody needs it finer. */
function boundsOf(overlay: Overlay): readonly Box[] {
  const union =
    overlay instanceof Carried ? overlay.bounds : unionOf([...overlay.values()].map(({ bounds }) => bounds));
  return union ? [union] : [];
}
