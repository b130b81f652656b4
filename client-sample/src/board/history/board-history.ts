import { revert } from "../../../../rooms/whiteboard/rules/revert.ts";
import { element } from "../../ui/dom.ts";
import type { BoardEditor } from "../editor/editor.ts";
import { personColour } from "../people/person-colour.ts";
import type { BoardSession } from "../session/board-session.ts";
import { readableName } from "../session/visitors.ts";
import type { BoardDocument, Say } from "../words.ts";
import { HistoryPanel, type Restored } from "./history-panel.ts";
import type { BoardHistory, Past } from "./words.ts";

/** What the history of a board needs of its page. */
export interface BoardHistoryParts {
  readonly session: BoardSession;
  readonly editor: BoardEditor;
  readonly past: Past;
  readonly say: Say;
  readonly onOpenChange: (isOpen: boolean) => void;
}

/** Opens the history panel of a board, closed. */
export function openBoardHistory({ session, editor, past, say, onOpenChange }: BoardHistoryParts): HistoryPanel {
  const { document } = session;
  const panel = new HistoryPanel({
    open: () => document.history(),
    past,
    host: element("history", HTMLElement),
    nameOf: (userId) => nameOf(session, userId),
    colourOf: personColour,
    canEdit: () => session.canEdit,
    restore: (seq, history) => restore(session, editor, history.recordsAt(seq)),
    undo: undoOf(document, say),
    say,
    onOpenChange,
  });
  session.onChange(() => panel.rightsChanged());
  return panel;
}

/** By the name under which somebody signed, or is here. */
function nameOf({ document, people }: BoardSession, userId: string): string {
  const { signed }: { signed?: unknown } = Object(document.get(`$person/${userId}`));
  const here = people.find((person) => person.userId === userId && userId !== "");
  return readableName(signed ?? here?.name);
}

function restore(
  { document, role }: BoardSession,
  editor: BoardEditor,
  then: ReturnType<BoardHistory["recordsAt"]>,
): Restored {
  const ops = revert(document, then, role);
  if (ops.length === 0) return "same";
  return editor.attempt(() => document.pushAll(ops)) ? "done" : "failed";
}

/** Takes a restore back, unless something else would be undone in its place by now. Called right after the restore. */
function undoOf(document: BoardDocument, say: Say): () => () => void {
  return () => {
    let { unsaved } = document;
    let isLast = true;
    const stop = document.onUnsaved((now) => {
      if (now > unsaved) isLast = false;
      unsaved = now;
    });
    return () => {
      stop();
      if (!isLast) say("You have changed the board since. Undo that first, step by step.");
      else void document.undo(); // a refusal is told to the document's listeners
    };
  };
}
