import { make } from "../../ui/dom.ts";
import { saveName, tidyName } from "../../ui/player-name.ts";
import type { BoardSession } from "../session/board-session.ts";
import { openDialog } from "../ui/dialog.ts";

const MAX_CHARACTERS = 24;

/** Asks the person what they want to be called. */
export function openRename(session: BoardSession): void {
  const form = document.createElement("form");
  form.className = "share-part";
  const label = document.createElement("label");
  label.textContent = "The others see it at your cursor and in the chat.";
  const input = document.createElement("input");
  input.maxLength = MAX_CHARACTERS;
  input.value = session.name;
  input.setAttribute("autocomplete", "nickname");
  input.setAttribute("aria-label", "Your name");
  const save = make("button", "primary", "Save");
  const dialog = openDialog({ title: "Your name", content: [form] });
  form.append(label, input, save);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = tidyName(input.value);
    if (name === "") return;
    saveName(name);
    session.rename(name);
    dialog.close();
  });
  input.select();
}
