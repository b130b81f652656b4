import type { BoardGroups } from "../../../../rooms/whiteboard/rules/board.ts";
import { newId } from "../model/new-id.ts";
import { encodeGeom } from "../model/packed-points.ts";
import type { Kind, Point } from "../words.ts";
import { PLACED_SIZE, placedAt } from "./box.ts";
import type { Desk } from "./desk.ts";
import { placeNote } from "./note.ts";
import { placeText } from "./text.ts";

/** Places what the tool in the hand makes, without drawing, with its middle there; says whether it makes something that can be. */
export function placeShape(desk: Desk, middle: Point): boolean {
  const { tool } = desk;
  if (tool === "note") placeNote(desk, middle);
  else if (tool === "text") placeText(desk, middle);
  else if (tool === "rect" || tool === "ellipse") place(desk, tool, placedAt(middle, PLACED_SIZE));
  else if (tool === "line" || tool === "arrow") place(desk, tool, lineThrough(middle));
  else return false;
  return true;
}

function place(desk: Desk, kind: Kind, g: Partial<BoardGroups>): void {
  const id = newId();
  desk.push([{ t: "create", id, type: kind, g: { ...g, ...desk.groupsFor(kind) } }]);
  desk.setTool("select");
  desk.select([id]);
}

function lineThrough({ x, y }: Point): Partial<BoardGroups> {
  const half = PLACED_SIZE.w / 2;
  return encodeGeom([
    { x: x - half, y },
    { x: x + half, y },
  ]);
}
