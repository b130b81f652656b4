import { element, make, textButton } from "../../ui/dom.ts";
import type { Say, SayAction } from "../words.ts";
import { iconButton } from "./buttons.ts";

const INFO_MS = 4000;
const PROBLEM_MS = 9000;
const MAX_TOASTS = 4;

/**
 * Tells the person things at the edge of the page. What is said already is not said twice, but longer. All but its buttons lets
 * the pointer through.
 */
export function openToasts(): Say {
  const root = element("toasts", HTMLElement);
  return (message, kind = "info", action) => {
    makeRoom(root, message);
    const toast = make("div", `toast ${kind}`);
    toast.setAttribute("role", kind === "problem" ? "alert" : "status");
    const close = iconButton({ icon: "close", label: "Close this message" }, () => toast.remove());
    toast.append(make("span", "", message), close);
    if (action) close.before(actionButton(toast, action));
    root.append(toast);
    waitWhileRead(toast, kind === "problem" || action ? PROBLEM_MS : INFO_MS);
  };
}

/** For a message that may be there already. */
function makeRoom(root: HTMLElement, message: string): void {
  for (const shown of [...root.children]) if (shown.firstChild?.textContent === message) shown.remove();
  while (root.children.length >= MAX_TOASTS) root.firstElementChild?.remove();
}

function actionButton(toast: HTMLElement, { label, onChoose }: SayAction): HTMLButtonElement {
  return textButton(label, () => {
    toast.remove();
    onChoose();
  });
}

/** Whoever points at one of its buttons is not done with a message. */
function waitWhileRead(toast: HTMLElement, lifeMs: number): void {
  let timer = window.setTimeout(() => toast.remove(), lifeMs);
  const hold = (): void => window.clearTimeout(timer);
  const goOn = (): void => {
    hold();
    timer = window.setTimeout(() => toast.remove(), lifeMs);
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", goOn);
  toast.addEventListener("focusout", goOn);
}
