import { element } from "../../ui/dom.ts";
import type { Editor } from "../words.ts";

/** Undo and redo, which can be pressed where there is something to do. */
export function openUndoButtons(editor: Editor): void {
  const undo = element("undo", HTMLButtonElement);
  const redo = element("redo", HTMLButtonElement);
  const show = (): void => {
    undo.disabled = !(editor.canEdit && editor.document.canUndo);
    redo.disabled = !(editor.canEdit && editor.document.canRedo);
  };
  undo.addEventListener("click", () => editor.run("undo"));
  redo.addEventListener("click", () => editor.run("redo"));
  editor.document.onChange(show);
  editor.document.onUnsaved(show);
  editor.onChange(show);
  show();
}
