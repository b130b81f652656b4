import { type IconName, icon, isIcon } from "./icons.ts";
import { keysText } from "./keys.ts";

/** What a button looks like and is called. */
export interface ButtonLook {
  readonly icon: IconName;
  /** What it does, for those who do not see the icon, and as its tooltip. */
  readonly label: string;
  /** Its shortcut, as in {@link keysText}. */
  readonly keys?: string | undefined;
}

/** Gives the buttons of index.html their icons, and their names and shortcuts as tooltips. */
export function dressButtons(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLElement>("[data-icon]")) {
    const { icon: name, keys } = button.dataset;
    if (isIcon(name)) button.prepend(icon(name));
    const label = button.getAttribute("aria-label");
    if (label !== null) setTip(button, label, keys);
  }
}

/** A new button that shows an icon only. */
export function iconButton({ icon: name, label, keys }: ButtonLook, onClick: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "icon";
  button.setAttribute("aria-label", label);
  button.append(icon(name));
  setTip(button, label, keys);
  button.addEventListener("click", onClick);
  return button;
}

/** Sets what a button says when it is pointed at. */
function setTip(button: HTMLElement, label: string, keys?: string): void {
  button.dataset["tip"] = keys === undefined ? label : `${label}  ${keysText(keys)}`;
}

/** Says whether a button that stays in is in. */
export function setPressed(button: HTMLElement, isPressed: boolean): void {
  if (button.getAttribute("aria-pressed") !== String(isPressed)) button.setAttribute("aria-pressed", String(isPressed));
}
