/** The shapes of a board, found by place and in their order, with what people are doing to them at this moment. */
import { type BoardRecord, isShape, type Shape } from "../../../../rooms/whiteboard/rules/board.ts";
import type { RecordReader } from "../../../../src/client/client.ts";
import { joined, touches, unionOf } from "../model/geometry.ts";
import { hit } from "../model/hit.ts";
import { itemOf } from "../model/item.ts";
import type { Box, Draft, Item, Point, Scene, Stop } from "../words.ts";
import type { Carried } from "./carried.ts";
import { ItemIndex } from "./item-index.ts";
import { Lifted } from "./lifted.ts";
import { compare } from "./order.ts";
import type { Overlay } from "./overlay.ts";

/** What a scene shows: a document, or any records that stay as they are. */
export interface SceneSource extends RecordReader<BoardRecord> {
  onChange?(listener: (ids: readonly string[]) => void): Stop;
}

/** A scene, with what those need who draw it. */
export interface BoardScene extends Scene {
  /** Shapes whose bounds touch a box and that no draft touches, from bottom to top: what may be kept as a picture. */
  resting(box: Box): readonly Item[];
  /** Shapes that drafts make or change, as they look meanwhile, from bottom to top, without those that are carried. */
  lifted(): readonly Item[];
  /** Many shapes that are moved as one, if there are such. */
  carried(): Carried | undefined;
  /** Of those the ones whose bounds touch a box where they rest, from bottom to top. */
  carriedAtRest(carried: Carried, box: Box): readonly Item[];
  /** Tells where what rests looks different now. Told before the listeners of `onChange`. */
  onRestChange(listener: (damage: readonly Box[]) => void): Stop;
  /** Shows other records in place of the source, without drafts; undefined ends it. */
  showing(records: RecordReader<BoardRecord> | undefined): void;
  /** Ends following the source. */
  close(): void;
}

/** More places than this are told as one that holds them all. */
const MAX_BOXES = 64;

/** Opens the scene of a document, or of records. */
export function openScene(source: SceneSource): BoardScene {
  return new DocumentScene(source);
}

class DocumentScene implements BoardScene {
  readonly #source: SceneSource;
  readonly #index = new ItemIndex();
  readonly #lifted: Lifted;
  readonly #listeners = new Set<(damage: readonly Box[]) => void>();
  readonly #restListeners = new Set<(damage: readonly Box[]) => void>();
  readonly #stop: Stop | undefined;
  #shown: RecordReader<BoardRecord> | undefined;

  constructor(source: SceneSource) {
    this.#source = source;
    this.#lifted = new Lifted(this.#index);
    this.#takeAll(source);
    this.#stop = source.onChange?.((ids) => {
      if (!this.#shown) this.#take(ids);
    });
  }

  get count(): number {
    return this.#index.size;
  }

  get bounds(): Box | undefined {
    const lifted = this.#shown ? [] : this.#lifted.bounds;
    return unionOf([this.#index.bounds, ...lifted].filter((box) => box !== undefined));
  }

  get top(): string | undefined {
    return this.#index.all().at(-1)?.item.z;
  }

  get bottom(): string | undefined {
    return this.#index.all().at(0)?.item.z;
  }

  get(id: string): Item | undefined {
    return this.#overlay.get(id) ?? this.#index.get(id);
  }

  in(box: Box): readonly Item[] {
    return this.#withLifted(
      this.#index.in(box).map(({ item }) => item),
      ({ bounds }) => touches(bounds, box),
    );
  }

  resting(box: Box): readonly Item[] {
    const overlay = this.#overlay;
    const items = this.#index.in(box).map(({ item }) => item);
    return overlay.size === 0 ? items : items.filter(({ id }) => !overlay.has(id));
  }

  lifted(): readonly Item[] {
    return this.#shown ? NOTHING : this.#lifted.single;
  }

  carried(): Carried | undefined {
    return this.#shown ? undefined : this.#lifted.carried;
  }

  carriedAtRest(carried: Carried, box: Box): readonly Item[] {
    return this.#index.in(box).flatMap(({ item }) => (carried.has(item.id) ? [item] : []));
  }

  at(point: Point, reach: number): Item | undefined {
    const found = this.in({ x: point.x - reach, y: point.y - reach, w: 2 * reach, h: 2 * reach });
    let around: Item | undefined;
    for (const item of found.toReversed()) {
      const part = hit(item, point, reach);
      if (part === "on") return item;
      if (part === "inside" && (!around || areaOf(item) < areaOf(around))) around = item;
    }
    return around;
  }

  all(): readonly Item[] {
    return this.#withLifted(
      this.#index.all().map(({ item }) => item),
      () => true,
    );
  }

  neighbour(id: string, side: "above" | "below"): Item | undefined {
    const item = this.#index.get(id);
    return item && this.#index.beside(item, side === "above" ? 1 : -1);
  }

  onChange(listener: (damage: readonly Box[]) => void): Stop {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onRestChange(listener: (damage: readonly Box[]) => void): Stop {
    this.#restListeners.add(listener);
    return () => this.#restListeners.delete(listener);
  }

  setDraft(owner: string, draft: Draft | undefined): void {
    const { damage, restDamage } = this.#lifted.set(owner, draft);
    if (!this.#shown) this.#tell(damage, restDamage);
  }

  showing(records: RecordReader<BoardRecord> | undefined): void {
    this.#shown = records;
    this.#takeAll(records ?? this.#source);
  }

  close(): void {
    this.#stop?.();
    this.#listeners.clear();
    this.#restListeners.clear();
  }

  get #overlay(): Overlay {
    return this.#shown ? NO_OVERLAY : this.#lifted.items;
  }

  /** Items with the drafts over them, in their order. */
  #withLifted(items: readonly Item[], isMeant: (item: Item) => boolean): readonly Item[] {
    const overlay = this.#overlay;
    if (overlay.size === 0) return items;
    const others = items.filter(({ id }) => !overlay.has(id));
    const lifted = this.#lifted.ordered.filter(isMeant);
    return lifted.length === 0 ? others : merged(others, lifted);
  }

  #take(ids: readonly string[]): void {
    const changed: { readonly id: string; readonly shape: Shape | undefined }[] = [];
    for (const id of ids) {
      const record = this.#source.get(id);
      const shape = isShape(record) ? record : undefined;
      if (shape !== this.#index.get(id)?.shape) changed.push({ id, shape });
    }
    this.#change(changed);
  }

  #takeAll(records: RecordReader<BoardRecord>): void {
    const gone = new Set(this.#index.ids());
    const changed: { readonly id: string; readonly shape: Shape | undefined }[] = [];
    for (const [id, record] of records.entries()) {
      if (!isShape(record)) continue;
      gone.delete(id);
      const before = this.#index.get(id)?.shape;
      if (before !== record && !(before && isSame(before, record))) changed.push({ id, shape: record });
    }
    for (const id of gone) changed.push({ id, shape: undefined });
    this.#change(changed);
  }

  #change(changed: readonly { readonly id: string; readonly shape: Shape | undefined }[]): void {
    if (changed.length === 0) return;
    const damage: Box[] = [];
    const items: Item[] = [];
    for (const { id, shape } of changed) {
      const before = this.#index.get(id);
      if (before) damage.push(before.bounds);
      if (shape) items.push(itemOf(id, shape));
      else this.#index.remove(id);
    }
    this.#index.put(items);
    for (const { bounds } of items) damage.push(bounds);
    const lifted = this.#lifted.refresh(new Set(changed.map(({ id }) => id)));
    this.#tell([...damage, ...lifted], damage);
  }

  #tell(damage: readonly Box[], restDamage: readonly Box[]): void {
    if (restDamage.length > 0) for (const listener of this.#restListeners) listener(few(restDamage));
    if (damage.length > 0) for (const listener of this.#listeners) listener(few(damage));
  }
}

const NOTHING: readonly Item[] = [];
const NO_OVERLAY: Overlay = new Map();

function merged(one: readonly Item[], other: readonly Item[]): readonly Item[] {
  const all: Item[] = [];
  let next = 0;
  for (const item of other) {
    for (let below = one[next]; below && compare(below, item) < 0; below = one[++next]) all.push(below);
    all.push(item);
  }
  return all.concat(one.slice(next));
}

/** Whether two states of a shape look the same: each write leaves its seq. */
function isSame(one: Shape, other: Shape): boolean {
  const names = Object.keys(one.rev) as (keyof Shape["rev"])[]; // Object.keys forgets the keys' type
  return names.length === Object.keys(other.rev).length && names.every((name) => one.rev[name] === other.rev[name]);
}

function few(damage: readonly Box[]): readonly Box[] {
  return damage.length > MAX_BOXES ? [damage.reduce(joined)] : damage;
}

function areaOf({ size }: Item): number {
  return size.w * size.h;
}
