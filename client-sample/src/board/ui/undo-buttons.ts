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
  const turn = (direction: "undo" | "redo"): void => {
    if (!editor.run(direction)) show(); // there only seemed to be something: others have changed it since
  };
  undo.addEventListener("click", () => turn("undo"));
  redo.addEventListener("click", () => turn("redo"));
  editor.document.onChange(show);
  editor.document.onUnsaved(show);
  editor.onChange(show);
  show();
}
