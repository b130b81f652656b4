import { element, textButton } from "../../ui/dom.ts";
import { type IconName, icon } from "./icons.ts";

/** Something that one can do about it. */
export interface CoverAction {
  readonly label: string;
  readonly onChoose: () => void;
}

/** What stands in the place of the board. */
export interface CoverWords {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  /** What is to be filled in. */
  readonly form?: HTMLFormElement | undefined;
  /** The first is what most want. */
  readonly actions: readonly CoverAction[];
}

/** A page that says why there is no board, or hides it when there is. */
export function showCover(words: CoverWords | undefined): void {
  const root = element("cover", HTMLElement);
  const wasHidden = root.hidden;
  root.hidden = words === undefined;
  for (const other of document.body.children) {
    if (other !== root && other instanceof HTMLElement) other.inert = words !== undefined;
  }
  if (!words) return;
  element("cover-icon", HTMLElement).replaceChildren(icon(words.icon));
  element("cover-title", HTMLElement).textContent = words.title;
  element("cover-text", HTMLElement).textContent = words.text;
  const buttons = words.actions.map(({ label, onChoose }, at) =>
    textButton(label, onChoose, at === 0 && !words.form ? "primary" : ""),
  );
  element("cover-form", HTMLElement).replaceChildren(...(words.form ? [words.form] : []));
  element("cover-actions", HTMLElement).replaceChildren(...buttons);
  if (wasHidden) root.querySelector<HTMLElement>("input, button")?.focus();
}
