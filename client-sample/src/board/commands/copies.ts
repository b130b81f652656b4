import { mergeUpdates } from "yjs";
import type { BoardGroups, BoardOp } from "../../../../rooms/whiteboard/rules/board.ts";
import { newId } from "../model/new-id.ts";
import type { Item, Point, Scene } from "../words.ts";
import { keysOnTop } from "./order-keys.ts";

/** What a copy is made from: a shape that is there, or one that was pasted. */
export interface Original {
  readonly id: string;
  readonly type: string;
  readonly g: Readonly<Partial<BoardGroups>>;
  readonly rich?: readonly Uint8Array[] | undefined;
}

/** Copies, and their ids in the same order. */
export interface Copies {
  readonly ops: readonly BoardOp[];
  readonly ids: readonly string[];
}

/** One update may be so large. */
const MAX_UPDATE_BYTES = 60_000;

/** What a copy of a shape is made from. */
export function originalOf({ id, shape: { type, g, rich } }: Item): Original {
  return { id, type, g, rich };
}

/** Copies of shapes, on top of all, so far beside them. */
export function copiesOf(items: readonly Item[], scene: Pick<Scene, "top">, by: Point = { x: 0, y: 0 }): Copies {
  return copiesOfOriginals(items.map(originalOf), scene, by);
}

/** Copies of shapes under new ids, in the order that they have. Locks are not copied; what lay in one of them lies in its copy. */
export function copiesOfOriginals(originals: readonly Original[], scene: Pick<Scene, "top">, by: Point): Copies {
  const ids = originals.map(() => newId());
  const keys = keysOnTop(scene, originals.length);
  const created = originals.flatMap(({ type, g: { lock: _, ...g }, rich = [] }, n): BoardOp[] => {
    const id = ids[n] ?? "";
    const pos = g.pos && { ...g.pos, x: g.pos.x + by.x, y: g.pos.y + by.y };
    const tree = { parentId: null, index: keys[n] ?? "" };
    const create: BoardOp = { t: "create", id, type, g: { ...g, ...(pos && { pos }), tree } };
    return [create, ...inOne(rich).map((u): BoardOp => ({ t: "y", id, u }))];
  });
  return { ops: [...created, ...nestedOps(originals, ids, keys)], ids };
}

/** Puts copies into the copies of what the originals lay in, once all are there. */
function nestedOps(
  originals: readonly Original[],
  ids: readonly string[],
  keys: readonly string[],
): readonly BoardOp[] {
  const copyOf = new Map(originals.map(({ id }, n) => [id, ids[n]]));
  return originals.flatMap(({ g }, n): BoardOp[] => {
    const parentId = copyOf.get(g.tree?.parentId ?? "");
    const v = parentId !== undefined && { parentId, index: keys[n] ?? "" };
    return v ? [{ t: "set", id: ids[n] ?? "", g: "tree", v }] : [];
  });
}

/** Updates of a rich text as one, unless that were too large for a push. */
function inOne(updates: readonly Uint8Array[]): readonly Uint8Array[] {
  if (updates.length === 0) return updates;
  try {
    const merged = mergeUpdates([...updates]);
    return merged.byteLength <= MAX_UPDATE_BYTES ? [merged] : updates;
  } catch {
    return []; // what was pasted may be anything
  }
}
