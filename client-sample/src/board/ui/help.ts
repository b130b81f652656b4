import { make } from "../../ui/dom.ts";
import { openDialog } from "./dialog.ts";
import { keyParts } from "./keys.ts";
import { TOOL_BUTTONS } from "./toolbar.ts";

type Line = readonly [what: string, ...keys: string[]];

const GROUPS: readonly (readonly [title: string, lines: readonly Line[]])[] = [
  ["Tools", TOOL_BUTTONS.map(({ label, keys }): Line => [label, keys])],
  [
    "Change",
    [
      ["Undo", "Mod+Z"],
      ["Redo", "Mod+Shift+Z"],
      ["Copy", "Mod+C"],
      ["Cut", "Mod+X"],
      ["Paste, also pictures", "Mod+V"],
      ["Duplicate", "Mod+D"],
      ["Delete", "Delete"],
      ["Write in the shape", "Enter"],
      ["Lock or unlock", "Mod+Shift+L"],
    ],
  ],
  [
    "Select and place",
    [
      ["Select all", "Mod+A"],
      ["Select nothing", "Escape"],
      ["Add to the selection", "Shift+click"],
      ["Move a little", "Arrows"],
      ["Move ten times as far", "Shift+Arrows"],
      ["Forward, backward", "]", "["],
      ["To the front, to the back", "Shift+]", "Shift+["],
    ],
  ],
  [
    "Look around",
    [
      ["Move the view", "Space+drag"],
      ["Zoom", "Mod+wheel"],
      ["Zoom in, out", "Mod++", "Mod+-"],
      ["Full size", "Mod+0"],
      ["Show everything", "Shift+1"],
      ["Show the selection", "Shift+2"],
      ["This help", "?"],
    ],
  ],
];

/** Shows all shortcuts. */
export function openHelp(): void {
  const columns = make("div", "help");
  for (const [title, lines] of GROUPS) {
    const part = make("section", "");
    const list = make("dl", "");
    for (const [what, ...keys] of lines) {
      const row = make("div", "");
      const shown = make("dd", "");
      for (const key of keys) shown.append(keysOf(key));
      row.append(make("dt", "", what), shown);
      list.append(row);
    }
    part.append(make("h3", "", title), list);
    columns.append(part);
  }
  const touch = make(
    "p",
    "help-touch",
    "By touch: one finger draws, two move and zoom. Hold a shape for its menu. A pen draws with its pressure.",
  );
  openDialog({ title: "Shortcuts", content: [columns, touch], isWide: true });
}

function keysOf(keys: string): HTMLElement {
  const shown = make("span", "keys");
  shown.append(...keyParts(keys).map((key) => make("kbd", "", key)));
  return shown;
}
