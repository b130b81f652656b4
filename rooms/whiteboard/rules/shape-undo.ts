/** Taking back what somebody did to a shape, and nothing that others have done to it since. */
import type { RecordChange } from "../../../src/document/document.ts";
import { undoingUpdate, wholeUpdate } from "./rich-undo.ts";
import { type BoardGroup, isGone, isShape, type SetOp, type Shape, type ShapeOp } from "./shape.ts";

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

/** Writes back what a group was before, or takes it away again. */
function writeBack(id: string, g: BoardGroup, before: Shape, after: Shape): ShapeOp {
  const v = before.g[g];
  const ifRev = after.rev[g] ?? 0;
  return v === undefined ? { t: "unset", id, g, ifRev } : ({ t: "set", id, g, v, ifRev } as SetOp); // v is that group's
}
