/** What becomes of shapes, as ops. Of locked ones nothing but unlocking is asked. */
import type { BoardGroups, BoardOp } from "../../../../rooms/whiteboard/rules/board.ts";
import type { Item, Point, ShapeStyle } from "../words.ts";

/** Deletes shapes. */
export function deleteOps(items: readonly Item[]): readonly BoardOp[] {
  return items.map(({ id }) => ({ t: "del", id }));
}

/** Moves shapes. */
export function moveOps(items: readonly Item[], by: Point): readonly BoardOp[] {
  return items.map(({ id, pos }) => ({ t: "set", id, g: "pos", v: { ...pos, x: pos.x + by.x, y: pos.y + by.y } }));
}

/** Locks shapes, so that nobody changes them by mistake. */
export function lockOps(items: readonly Item[], by: BoardGroups["lock"]["by"]): readonly BoardOp[] {
  return items.filter(({ isLocked }) => !isLocked).map(({ id }) => ({ t: "set", id, g: "lock", v: { by } }));
}

/** Unlocks shapes. */
export function unlockOps(items: readonly Item[]): readonly BoardOp[] {
  return items.filter(({ isLocked }) => isLocked).map(({ id }) => ({ t: "unset", id, g: "lock" }));
}

/** Gives shapes another look, where it is another. */
export function styleOps(items: readonly Item[], style: Partial<ShapeStyle>): readonly BoardOp[] {
  return items
    .filter((item) => Object.entries(style).some(([name, value]) => item.shape.g.style?.[name] !== value))
    .map(({ id, shape }) => ({ t: "set", id, g: "style", v: { ...shape.g.style, ...style } }));
}
