import type { BoardGroups, BoardOp, SetOp } from "../../../../rooms/whiteboard/rules/board.ts";
import { remaining } from "../drafts/remaining.ts";
import type { Step } from "../editor/steps.ts";
import { transformed } from "../model/transform.ts";
import type { Item, Transform } from "../words.ts";
import type { Desk } from "./desk.ts";

/** What is done so far of a longer gesture is pushed so often, so that it is not lost with this machine. */
const PUSH_EVERY_MS = 1000;
/** More shapes than a push takes are pushed once, at rest. */
const MAX_SHAPES_UNDERWAY = 100;

/** Shapes that are being moved, resized or turned: shown as a draft, pushed at rest as one step of undo. */
export class Transforming {
  readonly #desk: Desk;
  readonly #items: readonly Item[];
  /** The same list each time: by that the scene knows that it is still the same shapes. */
  readonly #ids: readonly string[];
  readonly #step: Step;
  #transform: Transform | undefined;
  #pushedMs: number;
  #hasPushed = false;

  /** @param items as they are before it begins */
  constructor(desk: Desk, items: readonly Item[], step: Step = desk.beginStep()) {
    this.#desk = desk;
    this.#items = items;
    this.#ids = items.map(({ id }) => id);
    this.#step = step;
    this.#pushedMs = desk.clock.nowMs();
  }

  /** All of the transform, from the beginning. */
  show(transform: Transform): void {
    const { drafts, clock } = this.#desk;
    this.#transform = transform;
    if (clock.nowMs() - this.#pushedMs >= PUSH_EVERY_MS && this.#mayPushUnderway(transform)) this.#push(transform);
    const [first] = this.#items;
    if (!first) return;
    const { pos, size } = first;
    const draft = { t: "transform", ids: this.#ids, transform, lead: { pos, size } } as const;
    drafts.show(draft, { ...draft, transform: this.#left(transform) });
  }

  /** It rests. */
  end(): void {
    if (this.#transform) this.#push(this.#transform);
    this.#desk.drafts.end();
  }

  /** Everything is as it was before. */
  cancel(): void {
    if (this.#hasPushed) this.#step.push(this.#items.flatMap(({ id, shape }) => changesTo(this.#desk, id, shape.g)));
    this.#desk.drafts.cancel();
  }

  /** What of it the records do not have yet. */
  #left(transform: Transform): Transform {
    const [first] = this.#items;
    const now = first && this.#desk.resting(first.id);
    return first && now && this.#hasPushed ? remaining(transform, first, now) : transform;
  }

  /** Of what was mirrored, or stands askew in its frame, nobody could tell from its size how much is left to do. */
  #mayPushUnderway(transform: Transform): boolean {
    if (this.#items.length > MAX_SHAPES_UNDERWAY) return false;
    if (transform.t !== "resize") return true;
    const isMirrored = transform.to.w < 0 || transform.to.h < 0;
    return !isMirrored && this.#items[0]?.pos.r === (transform.r ?? 0);
  }

  #push(transform: Transform): void {
    this.#pushedMs = this.#desk.clock.nowMs();
    const ops = this.#items.flatMap(({ id, shape }) => changesTo(this.#desk, id, transformed(shape, transform)));
    if (ops.length > 0) this.#hasPushed = this.#step.push(ops) || this.#hasPushed;
  }
}

/** The ops that give a shape these groups, without those that it has. */
function changesTo(desk: Desk, id: string, groups: Partial<BoardGroups>): readonly BoardOp[] {
  const shape = desk.resting(id)?.shape;
  if (!shape) return [];
  const names = Object.keys(groups) as (keyof BoardGroups)[]; // Object.keys forgets the keys' type
  const changed = names.filter((g) => !isSame(shape.g[g], groups[g]));
  return changed.map((g) => ({ t: "set", id, g, v: groups[g] }) as SetOp); // v is that group's
}

function isSame(one: BoardGroups[keyof BoardGroups] | undefined, other: typeof one): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one instanceof Uint8Array) return false;
  return JSON.stringify(one) === JSON.stringify(other);
}
