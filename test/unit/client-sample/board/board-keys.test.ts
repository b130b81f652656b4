import assert from "node:assert/strict";
import { type KeyPress, keyAction } from "../../../../client-sample/src/board/input/keys.ts";

function press(key: string, more: Partial<KeyPress> = {}): KeyPress {
  const code = /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key;
  return { key, code, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more };
}

const CTRL = { ctrlKey: true };
const META = { metaKey: true };
const SHIFT = { shiftKey: true };

describe("keys of the board", () => {
  for (const [name, key, isMac, expected] of [
    ["takes a tool", press("v"), false, { t: "tool", tool: "select" }],
    ["takes a tool whatever caps lock does", press("P"), false, { t: "tool", tool: "pen" }],
    [
      "takes the key's place on a keyboard of another alphabet",
      press("з", { code: "KeyP" }),
      false,
      { t: "tool", tool: "pen" },
    ],
    [
      "takes the letter, not the place, on another Latin keyboard",
      press("a", { code: "KeyQ" }),
      false,
      { t: "tool", tool: "arrow" },
    ],
    ["undoes", press("z", CTRL), false, { t: "command", command: "undo" }],
    ["undoes on a Mac", press("z", META), true, { t: "command", command: "undo" }],
    ["does again", press("Z", { ...CTRL, ...SHIFT }), false, { t: "command", command: "redo" }],
    ["does again with Y", press("y", CTRL), false, { t: "command", command: "redo" }],
    ["leaves copying to the browser", press("c", CTRL), false, undefined],
    ["leaves Ctrl on a Mac to the system", press("a", CTRL), true, undefined],
    ["leaves the Windows key to the system", press("d", META), false, undefined],
    ["locks", press("L", { ...CTRL, ...SHIFT }), false, { t: "toggleLock" }],
    ["keeps the browser from zooming the page", press("=", CTRL), false, { t: "command", command: "zoomIn" }],
    ["brings forward", press("]", { code: "BracketRight" }), false, { t: "command", command: "forward" }],
    [
      "brings to the front",
      press("}", { ...SHIFT, code: "BracketRight" }),
      false,
      { t: "command", command: "toFront" },
    ],
    [
      "takes a bracket that is typed with AltGr",
      press("[", { altKey: true, code: "Digit8" }),
      false,
      { t: "command", command: "backward" },
    ],
    ["fits the view", press("!", { ...SHIFT, code: "Digit1" }), false, { t: "command", command: "zoomToFit" }],
    ["nudges", press("ArrowUp"), false, { t: "nudge", by: { x: 0, y: -1 } }],
    ["nudges far", press("ArrowRight", SHIFT), false, { t: "nudge", by: { x: 10, y: 0 } }],
    ["walks back", press("Tab", SHIFT), false, { t: "step", direction: -1 }],
    ["does nothing with shift and a letter", press("V", SHIFT), false, undefined],
    ["takes no name of an object's property for a key", press("constructor"), false, undefined],
  ] as const) {
    it(name, () => {
      assert.deepEqual(keyAction(key, isMac), expected);
    });
  }
});
