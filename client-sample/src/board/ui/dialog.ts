import { make } from "../../ui/dom.ts";
import { icon } from "./icons.ts";

/** What a dialog shows. */
export interface DialogOptions {
  readonly title: string;
  readonly content: readonly Node[];
  readonly isWide?: boolean;
  readonly onClosed?: () => void;
}

/** A dialog that is open. */
export interface Dialog {
  close(): void;
}

/** Opens a dialog over the page. Escape, its button and a click beside it close it, and the focus goes back to where it was. */
export function openDialog({ title, content, isWide = false, onClosed }: DialogOptions): Dialog {
  const dialog = document.createElement("dialog");
  dialog.className = isWide ? "wide" : "";
  dialog.setAttribute("aria-label", title);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon";
  close.setAttribute("aria-label", "Close");
  close.append(icon("close"));
  close.addEventListener("click", () => dialog.close());
  const head = make("header", "");
  head.append(make("h2", "", title), close);
  const body = make("div", "dialog-body");
  body.append(...content);
  dialog.append(head, body);
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target === dialog) dialog.close(); // beside it: its own area is covered by what is in it
  });
  // No key is for the board, whatever has the focus: what had it may just have been replaced.
  const open = new AbortController();
  const keep = (event: KeyboardEvent): void => event.stopPropagation();
  dialog.addEventListener("keydown", keep);
  document.body.addEventListener("keydown", (event) => event.target === document.body && keep(event), {
    signal: open.signal,
  });
  dialog.addEventListener("close", () => {
    open.abort();
    dialog.remove();
    onClosed?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { close: () => dialog.close() };
}
