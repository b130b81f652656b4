/** Which shape lies in which. Places are absolute, so that a parent never contradicts them. */
import { OpRefused, type SortableReader } from "../../../src/document/document.ts";
import { idsIn } from "./order.ts";
import { isShape } from "./shape.ts";

/** Most shapes that a shape may lie in, one in another. */
const MAX_DEPTH = 64;
/** Most shapes in one that comes to lie deeper: they are looked at each time. */
const MAX_INSIDE = 250;

/**
 * Refuses a parent that lies inside of the shape, or so deep that what lies in the shape would be too deep. One that is not
 * there may be named, since a deleted one may come back: until then it counts as none.
 *
 * @throws OpRefused INVALID, TOO_LARGE
 */
export function assertParent(records: SortableReader<object>, id: string, parentId: string | null): void {
  if (parentId === null) return;
  const depth = depthOf(records, id, parentId);
  if (depth <= depthOf(records, id, parentOf(records.get(id)))) return; // what lies in it was not too deep before
  if (depth + heightOf(records, id) > MAX_DEPTH) throw tooDeep();
}

/** How many shapes a shape would lie in. */
function depthOf(records: SortableReader<object>, id: string, parentId: string | null): number {
  let depth = 0;
  for (let above = parentId; above !== null; above = parentOf(records.get(above))) {
    if (above === id) throw new OpRefused("INVALID", `"${id}" would lie inside of itself.`);
    if (depth++ === MAX_DEPTH) throw tooDeep();
  }
  return depth;
}

/** How deep the deepest of what lies in a shape lies in it. */
function heightOf(records: SortableReader<object>, id: string): number {
  let level: readonly string[] = [id];
  let seen = 0;
  for (let height = 0; height <= MAX_DEPTH; height++) {
    level = level.flatMap((one) => idsIn(records, one, MAX_INSIDE + 1));
    if (level.length === 0) return height;
    seen += level.length;
    if (seen > MAX_INSIDE)
      throw new OpRefused("TOO_LARGE", `A shape that comes to lie deeper holds at most ${MAX_INSIDE}.`);
  }
  return MAX_DEPTH + 1;
}

function tooDeep(): OpRefused {
  return new OpRefused("INVALID", `Shapes lie in one another at most ${MAX_DEPTH} deep.`);
}

function parentOf(record: object | undefined): string | null {
  return isShape(record) ? (record.g.tree?.parentId ?? null) : null;
}
