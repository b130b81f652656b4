/** What is done to shapes: made, written, deleted, brought back. Deletes stay deleted until a restore. */
import {
  OpRefused,
  type OpStamp,
  type RecordChange,
  type Records,
  type SortableReader,
} from "../../../src/document/document.ts";
import { forget } from "./gone.ts";
import { assertMayLock, assertUnlocked } from "./locks.ts";
import { place } from "./order.ts";
import { assertParent } from "./parents.ts";
import { assertRich, countBrims, withUpdates } from "./rich-text.ts";
import { undoingUpdate, wholeUpdate } from "./rich-undo.ts";
import {
  asWritten,
  type BoardGroup,
  type CreateOp,
  type DeleteOp,
  isGone,
  isShape,
  type RestoreOp,
  type Revs,
  type RichOp,
  type SetOp,
  type Shape,
  type ShapeOp,
  type UnsetOp,
} from "./shape.ts";

/**
 * What an op on a shape comes to.
 *
 * @throws OpRefused for an unknown id, an id that was used, a parent that cannot be, a locked shape, a text that is full
 */
export function applyToShape(
  records: SortableReader<object>,
  op: ShapeOp,
  role: string | undefined,
): readonly ShapeOp[] {
  const record = records.get(op.id);
  if (op.t === "create") {
    if (record) throw new OpRefused("INVALID", `The id "${op.id}" was used before.`);
    return put(records, op, role);
  }
  if (op.t === "restore") {
    const isTooLate = isShape(record) || (isGone(record) && isStale(op.ifRev, record.gone));
    return isTooLate ? [] : put(records, op, role); // also one whose delete is no longer remembered
  }
  if (!isShape(record) && !isGone(record)) throw new OpRefused("INVALID", `There is no shape "${op.id}".`);
  if (!isShape(record) || isTooLate(op, record)) return []; // what was deleted meanwhile stays so
  assertUnlocked(record, op, role);
  return change(records, record, op);
}

/** Carries out what was decided. */
export function evolveShape(records: Records<object>, effect: ShapeOp, stamp: OpStamp): void {
  const shape = records.get(effect.id);
  if (effect.t === "del") forget(records, effect.id, stamp.seq);
  else if (effect.t === "create" || effect.t === "restore") records.set(effect.id, newShape(effect, stamp));
  else if (isShape(shape)) records.set(effect.id, changed(shape, effect, stamp.seq));
}

/** How often all of a text has to be read to take ops one after another. */
export function brimsOf(records: Pick<SortableReader<object>, "get">, ops: readonly { readonly t: string }[]): number {
  const updates = new Map<string, Uint8Array[]>();
  for (const op of ops) {
    if (op.t !== "y") continue;
    const { id, u } = op as RichOp; // by its kind
    const before = updates.get(id);
    if (before) before.push(u);
    else updates.set(id, [u]);
  }
  let brims = 0;
  for (const [id, all] of updates) {
    const shape = records.get(id);
    if (isShape(shape)) brims += countBrims(shape.rich ?? [], all);
  }
  return brims;
}

/** What undoes a change: made for what the author's own push did, and empty where somebody else has changed it since. */
export function invertShape({ id, before, after }: RecordChange<object>): readonly ShapeOp[] {
  if (isGone(after)) {
    if (!isShape(before)) return [];
    const { type, g, rich } = before;
    return [{ t: "restore", id, type, g, ...(rich && { rich }), ifRev: after.gone }];
  }
  if (!isShape(after)) return [];
  if (!isShape(before)) return [{ t: "del", id, ifRevs: after.rev }];
  const groups = new Set([...Object.keys(before.g), ...Object.keys(after.g)] as BoardGroup[]); // keys of shapes
  const written = [...groups].filter((g) => before.rev[g] !== after.rev[g]).map((g) => writeBack(id, g, before, after));
  return [...written, ...unwritten(id, before, after)];
}

/** Takes back what was written in a text: the first words as a whole, unless somebody else has written since; and brings such words back. */
function unwritten(id: string, before: Shape, after: Shape): readonly ShapeOp[] {
  if (before.rev.rich === after.rev.rich) return [];
  if (!before.rich) return [{ t: "unset", id, g: "rich", ifRev: after.rev.rich }];
  const u = after.rich ? undoingUpdate(before.rich, after.rich) : wholeUpdate(before.rich);
  return u ? [{ t: "y", id, u }] : [];
}

/** A shape comes to the board, new or again. */
function put<O extends CreateOp | RestoreOp>(
  records: SortableReader<object>,
  op: O,
  role: string | undefined,
): readonly (O | SetOp)[] {
  const { lock, tree } = op.g;
  assertMayLock(lock, role);
  if (op.t === "restore") assertRich(op.rich ?? []);
  if (!tree) return [op];
  assertParent(records, op.id, tree.parentId);
  const placed = place(records, op.id, tree);
  return placed.tree === tree ? [op] : [...placed.moved, { ...op, g: { ...op.g, tree: placed.tree } }];
}

/** A shape that is there, and not locked, becomes another. */
function change(
  records: SortableReader<object>,
  shape: Shape,
  op: SetOp | UnsetOp | DeleteOp | RichOp,
): readonly ShapeOp[] {
  if (op.t === "y") assertRich([op.u], shape.rich);
  return op.t === "set" && op.g === "tree" ? move(records, op) : [op];
}

function move(records: SortableReader<object>, op: SetOp<"tree">): readonly SetOp[] {
  assertParent(records, op.id, op.v.parentId);
  const placed = place(records, op.id, op.v);
  return placed.tree === op.v ? [op] : [...placed.moved, { ...op, v: placed.tree }];
}

/** Whether somebody else was there first, or there is nothing to do. */
function isTooLate(op: SetOp | UnsetOp | DeleteOp | RichOp, { rev }: Shape): boolean {
  if (op.t === "y") return false;
  if (op.t === "del") return op.ifRevs !== undefined && !isSame(op.ifRevs, rev);
  return (op.t === "unset" && rev[op.g] === undefined) || isStale(op.ifRev, rev[op.g] ?? 0);
}

function newShape(effect: CreateOp | RestoreOp, { seq, userId, ts }: OpStamp): Shape {
  const { type } = effect;
  const g = Object.fromEntries(Object.entries(effect.g).map(([name, value]) => [name, asWritten(value)]));
  const rich = effect.t === "restore" && effect.rich ? withUpdates([], effect.rich) : undefined;
  const rev = Object.fromEntries([...Object.keys(g), ...(rich ? ["rich"] : [])].map((group) => [group, seq]));
  return { type, g, rev, ...(rich && { rich }), by: userId, at: ts };
}

function changed(shape: Shape, effect: SetOp | UnsetOp | RichOp, seq: number): Shape {
  if (effect.t === "unset") {
    const rev = without(shape.rev, effect.g);
    return effect.g === "rich" ? { ...without(shape, "rich"), rev } : { ...shape, g: without(shape.g, effect.g), rev };
  }
  if (effect.t === "y") {
    return { ...shape, rich: withUpdates(shape.rich ?? [], [effect.u]), rev: { ...shape.rev, rich: seq } };
  }
  return { ...shape, g: { ...shape.g, [effect.g]: asWritten(effect.v) }, rev: { ...shape.rev, [effect.g]: seq } };
}

/** Writes back what a group was before, or takes it away again. */
function writeBack(id: string, g: BoardGroup, before: Shape, after: Shape): ShapeOp {
  const v = before.g[g];
  const ifRev = after.rev[g] ?? 0;
  return v === undefined ? { t: "unset", id, g, ifRev } : ({ t: "set", id, g, v, ifRev } as SetOp); // v is that group's
}

function without<T extends object>(groups: T, group: keyof T): T {
  const { [group]: _, ...others } = groups;
  return others as T; // only what may be missing is taken away
}

function isStale(ifRev: number | undefined, rev: number): boolean {
  return ifRev !== undefined && ifRev !== rev;
}

function isSame(one: Revs, other: Revs): boolean {
  const groups = Object.keys(one) as (keyof Revs)[]; // Object.keys forgets the keys' type
  return groups.length === Object.keys(other).length && groups.every((group) => one[group] === other[group]);
}
