import type { BoardOp } from "../../../../rooms/whiteboard/rules/board.ts";
import { compare } from "../scene/order.ts";
import type { Item, Scene } from "../words.ts";
import { keysBetween } from "./order-keys.ts";

/** The ways to change the order. */
export type OrderCommand = "toFront" | "forward" | "backward" | "toBack";

/** Brings shapes to another place in the order; among themselves they stay as they are. */
export function orderOps(scene: Scene, items: readonly Item[], command: OrderCommand): readonly BoardOp[] {
  const sorted = [...items].sort(compare);
  if (command === "toFront") return isAtEnd(scene, sorted, "above") ? [] : placed(sorted, scene.top, undefined);
  if (command === "toBack") return isAtEnd(scene, sorted, "below") ? [] : placed(sorted, undefined, scene.bottom);
  return stepped(scene, sorted, command === "forward" ? "above" : "below");
}

type Side = "above" | "below";

/** Each shape goes past the next one on that side that it overlaps; those that go past the same one keep their order. */
function stepped(scene: Scene, sorted: readonly Item[], side: Side): readonly BoardOp[] {
  const selected = new Set(sorted.map(({ id }) => id));
  const byPassed = new Map<Item, Item[]>();
  for (const item of sorted) {
    const passed = nextOverlapping(scene, item, { selected, side });
    if (passed) byPassed.set(passed, [...(byPassed.get(passed) ?? []), item]);
  }
  return [...byPassed].flatMap(([passed, items]) => {
    const beyond = beside(scene, passed, side);
    return side === "above" ? placed(items, passed.z, beyond?.z) : placed(items, beyond?.z, passed.z);
  });
}

function nextOverlapping(
  scene: Scene,
  item: Item,
  { selected, side }: { readonly selected: ReadonlySet<string>; readonly side: Side },
): Item | undefined {
  const found = scene.in(item.bounds).filter(({ id }) => !selected.has(id));
  return side === "above"
    ? found.find((other) => compare(other, item) > 0)
    : found.findLast((other) => compare(other, item) < 0);
}

/** The next shape on that side that has another place than this one: between equal ones nothing fits. */
function beside(scene: Scene, item: Item, side: Side): Item | undefined {
  let next = scene.neighbour(item.id, side);
  while (next && next.z === item.z) next = scene.neighbour(next.id, side);
  return next;
}

/** Whether the shapes are the first ones from that end already. */
function isAtEnd(scene: Scene, sorted: readonly Item[], side: Side): boolean {
  const selected = new Set(sorted.map(({ id }) => id));
  const last = side === "above" ? sorted[0] : sorted.at(-1);
  for (let next = last && scene.neighbour(last.id, side); next; next = scene.neighbour(next.id, side)) {
    if (!selected.has(next.id)) return false;
  }
  return true;
}

function placed(items: readonly Item[], below: string | undefined, above: string | undefined): readonly BoardOp[] {
  const keys = keysBetween(below, above, items.length);
  return items.map(({ id, shape }, n) => {
    const v = { parentId: shape.g.tree?.parentId ?? null, index: keys[n] ?? "" };
    return { t: "set", id, g: "tree", v };
  });
}
