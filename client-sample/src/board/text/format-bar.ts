import { keysText } from "../ui/keys.ts";
import type { Formats } from "./delta.ts";

/** What a button of the bar, or a key, switches. */
export type Switch = "bold" | "italic" | "underline" | "strike" | "bullet" | "ordered";

interface Look {
  readonly name: Switch;
  readonly sign: string;
  readonly label: string;
  /** As `keysText` takes them. */
  readonly keys: string;
}

const SWITCHES: readonly Look[] = [
  { name: "bold", sign: "B", label: "Bold", keys: "Mod+B" },
  { name: "italic", sign: "I", label: "Italic", keys: "Mod+I" },
  { name: "underline", sign: "U", label: "Underline", keys: "Mod+U" },
  { name: "strike", sign: "S", label: "Strike through", keys: "Mod+Shift+X" },
  { name: "bullet", sign: "•", label: "Bullets", keys: "Mod+Shift+8" },
  { name: "ordered", sign: "1.", label: "Numbers", keys: "Mod+Shift+7" },
];

/** The switch that a key means; the keys with which a letter is made are told apart by where they are. */
export function switchOf(event: Pick<KeyboardEvent, "code" | "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return undefined;
  const pressed = `Mod+${event.shiftKey ? "Shift+" : ""}`;
  const named = [event.key.toUpperCase(), event.code.replace(/^(Key|Digit)/, "")];
  return SWITCHES.find(({ keys }) => named.some((name) => keys === pressed + name))?.name;
}

/** A bar of switches for the looks of words; it never takes the caret from them. */
export class FormatBar {
  readonly element = document.createElement("div");
  readonly #buttons = new Map<Switch, HTMLButtonElement>();

  constructor(onSwitch: (name: Switch) => void) {
    this.element.className = "text-bar panel bar";
    this.element.setAttribute("role", "toolbar");
    this.element.setAttribute("aria-label", "Looks of words");
    this.element.addEventListener("pointerdown", (event) => event.preventDefault());
    for (const look of SWITCHES) this.element.append(this.#button(look, onSwitch));
  }

  /** Shows which looks are on. */
  show({ bold, italic, underline, strike, list }: Formats): void {
    const on = { bold, italic, underline, strike, bullet: list === "bullet", ordered: list === "ordered" };
    for (const [name, button] of this.#buttons) button.setAttribute("aria-pressed", String(on[name] === true));
  }

  #button({ name, sign, label, keys }: Look, onSwitch: (name: Switch) => void): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `icon text-${name}`;
    button.textContent = sign;
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-pressed", "false");
    button.dataset["tip"] = `${label}  ${keysText(keys)}`;
    button.addEventListener("click", () => onSwitch(name));
    this.#buttons.set(name, button);
    return button;
  }
}
