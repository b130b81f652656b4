/** Which shape lies in which. Places are absolute, so that a parent never contradicts them. */
import { OpRefused, type RecordReader } from "../../../src/document/document.ts";
import { isGone, isShape } from "./shape.ts";

/** Most shapes that a shape may lie in, one in another. */
const MAX_DEPTH = 64;

/**
 * Refuses a parent that never was, or lies inside of the shape. One that was deleted may stay named: it counts as none until it
 * is brought back.
 *
 * @throws OpRefused INVALID
 */
export function assertParent(records: RecordReader<object>, id: string, parentId: string | null): void {
  if (parentId === null) return;
  const parent = records.get(parentId);
  if (!isShape(parent) && !isGone(parent)) {
    throw new OpRefused("INVALID", `There is no shape "${parentId}" to put it into.`);
  }
  let depth = 0;
  for (let above: string | null = parentId; above !== null; above = parentOf(records.get(above))) {
    if (above === id) throw new OpRefused("INVALID", `"${id}" would lie inside of itself.`);
    if (depth++ === MAX_DEPTH) throw new OpRefused("INVALID", `Shapes lie in one another at most ${MAX_DEPTH} deep.`);
  }
}

function parentOf(record: object | undefined): string | null {
  return isShape(record) ? (record.g.tree?.parentId ?? null) : null;
}
