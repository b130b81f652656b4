import { element } from "../../ui/dom.ts";
import type { Editor } from "../words.ts";

/** Deletes what is selected, for those who have no key for it; seen where there is something to delete. */
export function openDeleteButton(editor: Editor): void {
  const button = element("delete", HTMLButtonElement);
  const show = (): void => {
    button.hidden = !editor.canEdit || editor.selection.length === 0;
  };
  button.addEventListener("click", () => editor.run("delete"));
  editor.onChange(show);
  show();
}
