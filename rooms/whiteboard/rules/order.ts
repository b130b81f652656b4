/**
 * Which shape lies over which: each has a key among its siblings that sorts as text, and clients make keys between those that
 * they see. Two may make the same one at a time; here each becomes one of its own, so that there is always room between two.
 */
import { generateNKeysBetween } from "fractional-indexing";
import type { SortableReader, Sorted } from "../../../src/document/document.ts";
import { type BoardGroups, isShape, type SetOp } from "./shape.ts";

type Tree = BoardGroups["tree"];

/** A place, and what has to move for it. */
export interface Placed {
  readonly tree: Tree;
  readonly moved: readonly SetOp<"tree">[];
}

/** Keys that are longer make the server spread the siblings around them anew, under keys of at most this many characters. */
const MAX_KEY_LENGTH = 48;
const SPREAD_KEY_LENGTH = 24;
/** How many siblings on either side are spread at first; more where that makes no room. */
const SPREAD = 16;

/**
 * The place that was asked for, where the key is free, not too long, and one that others can be made beside; else the place
 * directly above the shape whose key it is, or would be below it, and below the next.
 */
export function place(records: SortableReader<object>, id: string, tree: Tree): Placed {
  const siblings = new Siblings(records.sortedBy(placeOf), id, tree.parentId);
  const { index } = tree;
  const [same] = siblings.from(index);
  const isGood = isKey(index) && index.length <= MAX_KEY_LENGTH;
  if (isGood && same?.index !== index) return { tree, moved: [] };
  const [below] = siblings.upTo(index);
  const [above] = siblings.over(index);
  const [free] = keysBetween(below?.index, above?.index, 1) ?? [];
  if (free !== undefined && free.length <= MAX_KEY_LENGTH) return { tree: { ...tree, index: free }, moved: [] };
  return spread(siblings, id, tree);
}

/** Where a shape stands among all: by its parent, then by its key. */
export function placeOf(record: object): string | undefined {
  const tree = isShape(record) ? record.g.tree : undefined;
  return tree && prefixOf(tree.parentId) + tree.index;
}

/** A blank sorts before whatever ids are made of, so that siblings stand together. */
function prefixOf(parentId: string | null): string {
  return `${parentId ?? ""} `;
}

/** The first shapes that lie directly in one, at most so many. */
export function idsIn(records: SortableReader<object>, parentId: string, most: number): readonly string[] {
  return first(most, new Siblings(records.sortedBy(placeOf), "", parentId).from("")).map(({ id }) => id);
}

interface Sibling {
  readonly id: string;
  readonly index: string;
}

/** The shapes in the same parent but one. */
class Siblings {
  readonly #sorted: Sorted;
  readonly #id: string;
  readonly #prefix: string;

  constructor(sorted: Sorted, id: string, parentId: string | null) {
    this.#sorted = sorted;
    this.#id = id;
    this.#prefix = prefixOf(parentId);
  }

  /** Upwards, from this key on. */
  from(index: string): Iterable<Sibling> {
    return this.#of(this.#sorted.from(this.#prefix + index));
  }

  /** Upwards, behind this key. */
  over(index: string): Iterable<Sibling> {
    return this.from(after(index));
  }

  /** Downwards, from this key on. */
  upTo(index: string): Iterable<Sibling> {
    return this.#of(this.#sorted.before(this.#prefix + after(index)));
  }

  *#of(ids: Iterable<readonly [place: string, id: string]>): Generator<Sibling> {
    for (const [at, id] of ids) {
      if (!at.startsWith(this.#prefix)) return;
      if (id !== this.#id) yield { id, index: at.slice(this.#prefix.length) };
    }
  }
}

/** The first text behind another. */
function after(index: string): string {
  return `${index}\0`;
}

/** Gives a shape and those around it new keys, in the same order, between the first ones on either side that leave room. */
function spread(siblings: Siblings, id: string, tree: Tree): Placed {
  for (let reach = SPREAD; ; reach *= 2) {
    const [below, above] = [first(reach + 1, siblings.upTo(tree.index)), first(reach + 1, siblings.over(tree.index))];
    const around = [...below.slice(0, reach).reverse(), { id, index: "" }, ...above.slice(0, reach)];
    const keys = keysBetween(below[reach]?.index, above[reach]?.index, around.length);
    const isAll = below.length <= reach && above.length <= reach;
    if (!keys || (!isAll && keys.some(({ length }) => length > SPREAD_KEY_LENGTH))) continue;
    const placed = around.map((sibling, at) => ({ ...sibling, key: keys[at] ?? "" }));
    return {
      tree: { ...tree, index: placed.find((one) => one.id === id)?.key ?? "" },
      moved: placed
        .filter((one) => one.id !== id && one.index !== one.key)
        .map((one) => ({ t: "set", id: one.id, g: "tree", v: { ...tree, index: one.key } })),
    };
  }
}

function first(count: number, siblings: Iterable<Sibling>): readonly Sibling[] {
  const found: Sibling[] = [];
  for (const sibling of siblings) {
    found.push(sibling);
    if (found.length === count) break;
  }
  return found;
}

/** Keys in a row between two; undefined where there is no room, or where one of the two is none that others can be made beside. */
function keysBetween(
  below: string | undefined,
  above: string | undefined,
  count: number,
): readonly string[] | undefined {
  if (below !== undefined && above !== undefined && below >= above) return undefined;
  try {
    return generateNKeysBetween(below, above, count);
  } catch {
    return undefined; // as it says of what is no key
  }
}

function isKey(index: string): boolean {
  return keysBetween(index, undefined, 1) !== undefined;
}
