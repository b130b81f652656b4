/** Brings back an earlier state of a board by ordinary ops, so that it is one more step of its history, and can be undone. */
import type { RecordReader } from "../../../src/document/document.ts";
import { isOwner } from "./locks.ts";
import { placeOf } from "./order.ts";
import { isSameText } from "./rich-text.ts";
import { type BoardGroup, isShape, type SetOp, type Shape, type ShapeOp } from "./shape.ts";

/** A shape that looks different now. What is missing is not there. */
interface Change {
  readonly id: string;
  readonly now: Shape | undefined;
  readonly before: Shape | undefined;
  /** Rich text only grows, so a shape with other rich text, or of another type, is deleted and brought back. */
  readonly isRemade: boolean;
}

/**
 * Ops after which the shapes look as they did then. Shapes that an owner has locked are left alone unless it is an owner who asks.
 * Who made a shape that is brought back, and when, is told anew.
 *
 * @param now the board as it is
 * @param then an earlier state of the same board
 * @param role of who asks; undefined where that is not known, and then for owners
 */
export function revert(
  now: RecordReader<object>,
  then: RecordReader<object>,
  role?: string | undefined,
): readonly ShapeOp[] {
  const changes = changesBetween(now, then, role);
  const wanted = new Set(changes.flatMap(({ before }) => (before && placeOf(before)) ?? []));
  // Nothing may stand in the way of what follows: no lock, no shape in the place of another, none in which it would lie in turn.
  return [unlock, remove, makeWay, bringBack, rewrite, lockAgain].flatMap((step) =>
    changes.flatMap((change) => step(change, wanted)),
  );
}

function changesBetween(
  now: RecordReader<object>,
  then: RecordReader<object>,
  role: string | undefined,
): readonly Change[] {
  const ids = new Set([...now.entries(), ...then.entries()].map(([id]) => id));
  return [...ids].flatMap((id) => {
    const [one, other] = [shapeIn(now, id), shapeIn(then, id)];
    if (one?.g.lock?.by === "owner" && !isOwner(role)) return [];
    const target = other?.g.lock?.by === "owner" && !isOwner(role) ? withoutLock(other) : other;
    const isRemade = Boolean(one && target && !(one.type === target.type && isSameText(one.rich, target.rich)));
    const isSame = one === target || (one && target && !isRemade && groupsThatDiffer(one, target).length === 0);
    return isSame ? [] : [{ id, now: one, before: target, isRemade }];
  });
}

function unlock({ id, now }: Change): readonly ShapeOp[] {
  return now?.g.lock ? [{ t: "unset", id, g: "lock" }] : [];
}

function remove({ id, now, before, isRemade }: Change): readonly ShapeOp[] {
  return now && (!before || isRemade) ? [{ t: "del", id }] : [];
}

function makeWay({ id, now, before, isRemade }: Change, wanted: ReadonlySet<string>): readonly ShapeOp[] {
  if (!now?.g.tree || !before || isRemade) return [];
  const [from, to] = [placeOf(now) ?? "", placeOf(before)];
  const isMovedOut = now.g.tree.parentId !== (before.g.tree?.parentId ?? null);
  return from !== to && (wanted.has(from) || isMovedOut) ? [{ t: "unset", id, g: "tree" }] : [];
}

function bringBack({ id, now, before, isRemade }: Change): readonly ShapeOp[] {
  if (!before || (now && !isRemade)) return [];
  const { type, g, rich } = before;
  return [{ t: "restore", id, type, g, ...(rich && { rich }) }];
}

function rewrite({ id, now, before, isRemade }: Change): readonly ShapeOp[] {
  if (!now || !before || isRemade) return [];
  return groupsThatDiffer(now, before)
    .filter((g) => g !== "lock")
    .map((g) => writeTo(id, g, before));
}

function lockAgain({ id, now, before, isRemade }: Change): readonly ShapeOp[] {
  return now && !isRemade && before?.g.lock ? [writeTo(id, "lock", before)] : [];
}

function writeTo(id: string, g: BoardGroup, { g: { [g]: v } }: Shape): ShapeOp {
  return v === undefined ? { t: "unset", id, g } : ({ t: "set", id, g, v } as SetOp); // v is that group's
}

function groupsThatDiffer(now: Shape, before: Shape): readonly BoardGroup[] {
  const groups = new Set([...Object.keys(now.g), ...Object.keys(before.g)] as BoardGroup[]); // keys of shapes
  return [...groups].filter((g) => !isSame(now.g[g], before.g[g]));
}

/** Whether two values of a group are the same. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  const [fields, others] = [Object.entries(one), Object.entries(other)];
  return fields.length === others.length && fields.every(([name, value]) => Object.is(value, Reflect.get(other, name)));
}

function shapeIn(records: RecordReader<object>, id: string): Shape | undefined {
  const record = records.get(id);
  return isShape(record) ? record : undefined;
}

function withoutLock({ g: { lock: _, ...g }, ...shape }: Shape): Shape {
  return { ...shape, g };
}
