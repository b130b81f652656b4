import { make } from "../../ui/dom.ts";
import { type IconName, icon } from "./icons.ts";
import { keysText } from "./keys.ts";
import { type Anchor, makePopover, openPopover, togglePopoverWith } from "./popover.ts";

/** A line of a menu. */
export interface MenuItem {
  readonly label: string;
  readonly onChoose: () => void;
  readonly keys?: string | undefined;
  readonly icon?: IconName | undefined;
  /** Whether it can be chosen. @default true */
  readonly isEnabled?: boolean;
  /** For one of several that exclude each other: whether it holds. */
  readonly isChecked?: boolean;
  /** Takes something away. */
  readonly isDanger?: boolean;
}

/** Lines, and what stands between groups of them: nothing, or a title. */
export type MenuEntry = MenuItem | "line" | { readonly title: string };

/** A menu that is filled anew each time it opens. Arrows go through it, Escape and a click elsewhere close it. */
export class Menu {
  readonly #popover: HTMLElement;

  /** @param label what it is called */
  constructor(label: string) {
    this.#popover = makePopover("menu");
    this.#popover.setAttribute("role", "menu");
    this.#popover.setAttribute("aria-label", label);
    this.#popover.addEventListener("keydown", (event) => this.#onKey(event));
    this.#popover.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** Opens with a click on a button. */
  openWith(button: HTMLElement, entries: () => readonly MenuEntry[]): void {
    togglePopoverWith(button, this.#popover, () => this.open(button, entries()));
  }

  /** Opens beside an element or at a place. */
  open(anchor: Anchor, entries: readonly MenuEntry[]): void {
    this.#popover.replaceChildren(...entries.map((entry) => this.#entry(entry)));
    openPopover(this.#popover, anchor);
    this.#items[0]?.focus({ preventScroll: true });
  }

  get isOpen(): boolean {
    return this.#popover.matches(":popover-open");
  }

  get #items(): readonly HTMLButtonElement[] {
    return [...this.#popover.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")];
  }

  #entry(entry: MenuEntry): HTMLElement {
    if (entry === "line") return make("hr", "");
    if ("title" in entry) return make("p", "menu-title", entry.title);
    return this.#item(entry);
  }

  #item({ label, onChoose, keys, icon: name, isEnabled = true, isChecked, isDanger = false }: MenuItem): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.disabled = !isEnabled;
    button.setAttribute("role", isChecked === undefined ? "menuitem" : "menuitemradio");
    if (isChecked !== undefined) button.setAttribute("aria-checked", String(isChecked));
    button.classList.toggle("danger", isDanger);
    const sign = isChecked === true ? "check" : name;
    const mark = make("span", "menu-mark");
    if (sign) mark.append(icon(sign));
    button.append(mark, make("span", "menu-label", label));
    if (keys !== undefined) button.append(make("kbd", "", keysText(keys)));
    button.addEventListener("click", () => {
      this.#popover.hidePopover();
      onChoose();
    });
    return button;
  }

  #onKey(event: KeyboardEvent): void {
    const items = this.#items;
    const at = items.indexOf(document.activeElement as HTMLButtonElement); // -1 for anything else
    const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Tab") this.#popover.hidePopover();
    event.stopPropagation(); // while it is open, no key is for the board
    if (next === undefined || items.length === 0) return;
    event.preventDefault();
    items.at(next === items.length ? 0 : next)?.focus();
  }
}
