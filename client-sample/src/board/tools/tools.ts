import type { ToolName } from "../words.ts";
import { boxTool } from "./box.ts";
import type { Desk } from "./desk.ts";
import { eraserTool } from "./eraser.ts";
import { handTool } from "./hand.ts";
import { lineTool } from "./line.ts";
import { noteTool } from "./note.ts";
import { penTool } from "./pen.ts";
import { selectTool } from "./select.ts";
import { textTool } from "./text.ts";
import type { Tool } from "./tool.ts";

/** All tools of a desk. */
export function makeTools(desk: Desk): Readonly<Record<ToolName, Tool>> {
  return {
    select: selectTool(desk),
    hand: handTool(desk),
    pen: penTool(desk),
    eraser: eraserTool(desk),
    rect: boxTool(desk, "rect"),
    ellipse: boxTool(desk, "ellipse"),
    line: lineTool(desk, "line"),
    arrow: lineTool(desk, "arrow"),
    note: noteTool(desk),
    text: textTool(desk),
  };
}

/** Tools with which nothing is changed. */
export const VIEWER_TOOLS: ReadonlySet<ToolName> = new Set(["select", "hand"]);
