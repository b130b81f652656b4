import type { BoardGroups } from "../../../../rooms/whiteboard/rules/board.ts";
import { defaultStyle, styleOf } from "../model/style.ts";
import { readKeptJson, writeKept } from "../session/kept.ts";
import type { Kind, ShapeStyle, ToolName } from "../words.ts";

const KEY = "arena.board.style";

/** Which properties make a difference to a kind. */
const FITS: Readonly<Record<Kind, readonly (keyof ShapeStyle)[]>> = {
  stroke: ["color", "width"],
  rect: ["color", "fill", "width", "dash", "fontSize", "align"],
  ellipse: ["color", "fill", "width", "dash", "fontSize", "align"],
  line: ["color", "width", "dash"],
  arrow: ["color", "width", "dash"],
  note: ["fill", "fontSize", "align"],
  text: ["color", "fontSize", "align"],
  image: [],
};

/** What a tool makes; the others make nothing, and look as the pen does. */
const MADE_BY: Readonly<Partial<Record<ToolName, Kind>>> = {
  rect: "rect",
  ellipse: "ellipse",
  line: "line",
  arrow: "arrow",
  note: "note",
  text: "text",
};

/** The looks that this person has chosen, kept for the next visit. What was never chosen is as is usual for each kind. */
export class ChosenStyle {
  #chosen: Partial<ShapeStyle> = readChosen();

  /** Chooses some properties. */
  choose(style: Partial<ShapeStyle>): void {
    this.#chosen = { ...this.#chosen, ...style };
    writeKept(KEY, JSON.stringify(this.#chosen));
  }

  /** How the next shape of a tool will look. */
  ofTool(tool: ToolName): ShapeStyle {
    const kind = MADE_BY[tool] ?? "stroke";
    return { ...defaultStyle(kind), ...this.#fitting(kind) };
  }

  /** The group of the next shape of a kind. */
  groupOf(kind: Kind): BoardGroups["style"] {
    return this.#fitting(kind);
  }

  #fitting(kind: Kind): Partial<ShapeStyle> {
    const named = FITS[kind].map((name) => [name, this.#chosen[name]] as const);
    // Paper has a colour, whatever outlines are filled with.
    return Object.fromEntries(
      named.filter(([, value]) => value !== undefined && !(kind === "note" && value === "none")),
    );
  }
}

/** What was kept, without what is no style any more. */
function readChosen(): Partial<ShapeStyle> {
  const kept = readKeptJson(KEY);
  if (typeof kept !== "object" || kept === null) return {};
  const given = kept as BoardGroups["style"]; // each value is checked by styleOf
  const read = styleOf("stroke", given);
  return Object.fromEntries(Object.entries(read).filter(([name, value]) => given[name] === value));
}
