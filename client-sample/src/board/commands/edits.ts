/** What becomes of shapes, as ops. Of locked ones nothing but unlocking is asked. */

import type { BoardGroups, BoardOp } from "../../../../rooms/whiteboard/rules/board.ts";
import { itemOf } from "../model/item.ts";
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

/**
 * Gives shapes another look, where it is another.
 *
 * @param refit the ops that bring a shape with words in line with its look: larger letters need a larger shape
 */
export function styleOps(
  items: readonly Item[],
  style: Partial<ShapeStyle>,
  refit: (item: Item) => readonly BoardOp[],
): readonly BoardOp[] {
  return items
    .filter(({ shape }) => Object.entries(style).some(([name, value]) => shape.g.style?.[name] !== value))
    .flatMap(({ id, shape }): readonly BoardOp[] => {
      const v = { ...shape.g.style, ...style };
      return [{ t: "set", id, g: "style", v }, ...refit(itemOf(id, { ...shape, g: { ...shape.g, style: v } }))];
    });
}
