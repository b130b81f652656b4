import type { CommandName, Point, ToolName } from "../words.ts";

/** Of a key event what is needed. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** What a key means. */
export type KeyAction =
  | { readonly t: "command"; readonly command: CommandName }
  | { readonly t: "tool"; readonly tool: ToolName }
  /** In units of the board; where nothing is selected, what is seen moves instead. */
  | { readonly t: "nudge"; readonly by: Point }
  | { readonly t: "toggleLock" }
  | { readonly t: "escape" }
  | { readonly t: "enter" }
  | { readonly t: "step"; readonly direction: 1 | -1 };

const TOOLS: Readonly<Record<string, ToolName>> = {
  v: "select",
  h: "hand",
  p: "pen",
  d: "pen",
  e: "eraser",
  r: "rect",
  o: "ellipse",
  l: "line",
  a: "arrow",
  n: "note",
  t: "text",
};

/** With Ctrl, or ⌘ on a Mac. Copy, cut and paste are told by the browser as events of their own. */
const WITH_MOD: Readonly<Record<string, CommandName>> = {
  z: "undo",
  y: "redo",
  d: "duplicate",
  a: "selectAll",
  "+": "zoomIn",
  "=": "zoomIn",
  "-": "zoomOut",
  "0": "zoomReset",
};

const WITH_MOD_AND_SHIFT: Readonly<Record<string, CommandName>> = { z: "redo", "+": "zoomIn", "-": "zoomOut" };

const PLAIN: Readonly<Record<string, CommandName>> = {
  Delete: "delete",
  Backspace: "delete",
  "+": "zoomIn",
  "=": "zoomIn",
  "-": "zoomOut",
  "0": "zoomReset",
  "[": "backward",
  "]": "forward",
};

/** By their place on the keyboard, since shift makes other characters of them in each country. */
const WITH_SHIFT: Readonly<Record<string, CommandName>> = {
  Digit1: "zoomToFit",
  Digit2: "zoomToSelection",
  BracketLeft: "toBack",
  BracketRight: "toFront",
};

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

const FAR = 10;

/** What a key means on the board; undefined where it is the browser's. */
export function keyAction(press: KeyPress, isMac: boolean): KeyAction | undefined {
  const isMod = isMac ? press.metaKey : press.ctrlKey;
  const isOther = isMac ? press.ctrlKey : press.metaKey;
  if (isOther) return undefined;
  if (isMod) return press.altKey ? undefined : withMod(press);
  return byCharacter(press) ?? byName(press);
}

function withMod({ key, code, shiftKey }: KeyPress): KeyAction | undefined {
  const name = letterOf(key, code);
  if (shiftKey && name === "l") return { t: "toggleLock" };
  const command = own(shiftKey ? WITH_MOD_AND_SHIFT : WITH_MOD, name);
  return command && { t: "command", command };
}

/** Brackets are typed with Alt on some keyboards; letters mean something only by themselves. */
function byCharacter({ key, code, shiftKey, altKey }: KeyPress): KeyAction | undefined {
  const shifted = shiftKey ? own(WITH_SHIFT, code) : undefined;
  const bracket = key === "[" || key === "]";
  const command = shifted ?? (altKey && !bracket ? undefined : own(PLAIN, key));
  if (command) return { t: "command", command };
  const tool = shiftKey || altKey ? undefined : own(TOOLS, letterOf(key, code));
  return tool && { t: "tool", tool };
}

function byName({ key, shiftKey, altKey }: KeyPress): KeyAction | undefined {
  if (altKey) return undefined;
  const arrow = own(ARROWS, key);
  const far = shiftKey ? FAR : 1;
  if (arrow) return { t: "nudge", by: { x: arrow.x * far, y: arrow.y * far } };
  if (key === "Escape") return { t: "escape" };
  if (key === "Enter") return { t: "enter" };
  return key === "Tab" ? { t: "step", direction: shiftKey ? -1 : 1 } : undefined;
}

/** The letter of a key; on keyboards of other alphabets the one at that place of a Latin one. */
function letterOf(key: string, code: string): string {
  const isOfOtherAlphabet = key.length === 1 && key.charCodeAt(0) > 0x24f;
  return isOfOtherAlphabet && code.startsWith("Key") ? code.slice(3).toLowerCase() : key.toLowerCase();
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
