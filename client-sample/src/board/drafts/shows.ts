import type { Draft, ShapeStyle, Transform } from "../words.ts";
import { type Mix, mixNumber, mixPoint, mixTransform, Track } from "./interpolation.ts";
import type { Ink } from "./read.ts";
import { type Placed, remaining } from "./remaining.ts";
import { NUMBERS_OF_POINT, strokeOf } from "./stroke-of.ts";

/** Something that somebody does, as it is shown here while it lasts, and until what came of it is there. */
export interface Show {
  /** What to show at a moment; nothing while that is not known yet. */
  at(nowMs: number): Draft | undefined;
  /** Whether what it comes to is in the records; asked once it has ended. */
  hasArrived(nowMs: number): boolean;
}

/** Where a shape is according to its record. */
export type PlacedById = (id: string) => Placed | undefined;

type TransformDraft = Extract<Draft, { t: "transform" }>;
type ShapeDraft = Extract<Draft, { t: "shape" }>;

/** What is first heard of a gesture is shown as having taken so long. */
const BEGIN_MS = 100;
/** Beyond what rounding does, in units or radians. */
const CLOSE = 0.01;

/** Shapes that somebody moves, resizes or rotates. */
export class TransformShow implements Show {
  readonly #placed: PlacedById;
  readonly #track = new Track<Transform>(mixTransform);
  #draft: TransformDraft;
  #shown: { readonly transform: Transform; readonly now: Placed | undefined; readonly draft: Draft } | undefined;

  constructor(draft: TransformDraft, placed: PlacedById, nowMs: number) {
    this.#draft = draft;
    this.#placed = placed;
    this.#track.add(still(draft.transform), nowMs - BEGIN_MS);
    this.add(draft, nowMs);
  }

  add(draft: TransformDraft, nowMs: number): void {
    this.#draft = draft;
    this.#track.add(draft.transform, nowMs);
  }

  at(nowMs: number): Draft | undefined {
    const transform = this.#track.at(nowMs);
    if (!transform) return undefined;
    const now = this.#now;
    if (this.#shown?.transform !== transform || this.#shown.now !== now) {
      const draft: Draft = { t: "transform", ids: this.#draft.ids, transform: this.#left(transform, now) };
      this.#shown = { transform, now, draft };
    }
    return this.#shown.draft;
  }

  hasArrived(nowMs: number): boolean {
    return this.#track.isAtRest(nowMs) && isNothing(this.#left(this.#draft.transform, this.#now));
  }

  /** Where the first of the shapes is by now. */
  get #now(): Placed | undefined {
    return this.#placed(this.#draft.ids[0] ?? "");
  }

  #left(transform: Transform, now: Placed | undefined): Transform {
    const { lead } = this.#draft;
    return lead && now ? remaining(transform, lead, now) : transform;
  }
}

/** A shape that somebody draws out, or one that is given another form. */
export class ShapeShow implements Show {
  readonly #placed: PlacedById;
  readonly #track = new Track<Placed>(mixPlaced);
  #draft: ShapeDraft;
  #shown: { readonly placed: Placed; readonly draft: Draft } | undefined;

  constructor(draft: ShapeDraft, placed: PlacedById, nowMs: number) {
    this.#draft = draft;
    this.#placed = placed;
    this.add(draft, nowMs);
  }

  add(draft: ShapeDraft, nowMs: number): void {
    this.#draft = draft;
    const placed = placedBy(draft);
    if (placed) this.#track.add(placed, nowMs);
  }

  at(nowMs: number): Draft | undefined {
    const placed = this.#track.at(nowMs);
    if (!placed) return undefined;
    if (this.#shown?.placed !== placed) {
      this.#shown = { placed, draft: { ...this.#draft, g: { ...this.#draft.g, ...placed } } };
    }
    return this.#shown.draft;
  }

  hasArrived(nowMs: number): boolean {
    const is = this.#placed(this.#draft.id);
    const will = placedBy(this.#draft);
    if (!is || !will || !this.#track.isAtRest(nowMs)) return false;
    return (
      Math.hypot(is.pos.x - will.pos.x, is.pos.y - will.pos.y, is.size.w - will.size.w, is.size.h - will.size.h) < CLOSE
    );
  }
}

/** A stroke that somebody draws; its points come in parts. */
export class InkShow implements Show {
  readonly #id: string;
  readonly #placed: PlacedById;
  readonly #parts: (readonly number[])[] = [];
  readonly #shownPoints = new Track<number>(mixNumber);
  #style: Partial<ShapeStyle> = {};
  #points: readonly number[] = [];
  #drawn: { readonly points: number; readonly draft: Draft } | undefined;

  constructor(id: string, placed: PlacedById) {
    this.#id = id;
    this.#placed = placed;
  }

  /** A part came. Those after one that is missing wait for it. */
  add(part: number, { style, points }: Ink, nowMs: number): void {
    this.#style = style;
    this.#parts[part] = points;
    const missing = Array.from(this.#parts, (some) => some === undefined).indexOf(true);
    this.#points = (missing < 0 ? this.#parts : this.#parts.slice(0, missing)).flat();
    this.#shownPoints.add(this.#points.length / NUMBERS_OF_POINT, nowMs);
  }

  at(nowMs: number): Draft | undefined {
    const points = Math.max(1, Math.round(this.#shownPoints.at(nowMs) ?? 0));
    if (this.#points.length === 0) return undefined;
    if (this.#drawn?.points !== points) {
      const g = strokeOf(this.#points.slice(0, points * NUMBERS_OF_POINT), this.#style);
      this.#drawn = { points, draft: { t: "shape", id: this.#id, type: "stroke", g } };
    }
    return this.#drawn?.draft;
  }

  /** The stroke as it was pushed is the better one. */
  hasArrived(): boolean {
    return this.#placed(this.#id) !== undefined;
  }
}

function placedBy({ g: { pos, size } }: ShapeDraft): Placed | undefined {
  return pos && size && { pos, size };
}

const mixPlaced: Mix<Placed> = (from, to, share) => ({
  pos: { ...mixPoint(from.pos, to.pos, share), r: to.pos.r },
  size: { w: mixNumber(from.size.w, to.size.w, share), h: mixNumber(from.size.h, to.size.h, share) },
});

/** The same transform before anything of it is done. */
function still(transform: Transform): Transform {
  switch (transform.t) {
    case "move":
      return { t: "move", dx: 0, dy: 0 };
    case "rotate":
      return { ...transform, by: 0 };
    case "resize":
      return { ...transform, to: transform.from };
    default:
      return transform satisfies never;
  }
}

function isNothing(transform: Transform): boolean {
  if (transform.t === "move") return Math.hypot(transform.dx, transform.dy) < CLOSE;
  if (transform.t === "rotate") return Math.abs(transform.by) < CLOSE;
  const { from, to } = transform;
  return Math.hypot(from.x - to.x, from.y - to.y, from.w - to.w, from.h - to.h) < CLOSE;
}
