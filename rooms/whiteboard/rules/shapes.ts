/** What is done to shapes: made, written, deleted, brought back. Deletes stay deleted until a restore. */
import { OpRefused, type OpStamp, type Records, type SortableReader } from "../../../src/document/document.ts";
import { forget } from "./gone.ts";
import { assertMayLock, assertUnlocked } from "./locks.ts";
import { place } from "./order.ts";
import { assertParent } from "./parents.ts";
import { assertRich, withUpdates } from "./rich-text.ts";
import {
  asWritten,
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
