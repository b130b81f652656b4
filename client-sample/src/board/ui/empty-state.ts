import { element } from "../../ui/dom.ts";
import type { BoardSession } from "../session/board-session.ts";
import type { Editor } from "../words.ts";

/** On a board with nothing on it, one line says how to begin. */
export function openEmptyState(editor: Editor, session: BoardSession): void {
  const hint = element("empty", HTMLElement);
  const { scene, document } = editor;
  const show = (): void => {
    const isEmpty = scene.count === 0 && !scene.bounds; // which somebody's first stroke has while it is being drawn
    hint.hidden = !isEmpty || !document.isLive || !editor.canEdit;
  };
  scene.onChange(show);
  session.onChange(show);
  editor.onChange(show);
  show();
}
