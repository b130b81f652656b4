import { element } from "../ui/dom.ts";
import { exposeBoardDebug } from "./board-debug.ts";
import { watchDoor } from "./closed-door.ts";
import { openEngine } from "./engine.ts";
import { openPanels } from "./panels.ts";
import { Cursors } from "./people/cursors.ts";
import { Follower } from "./people/follower.ts";
import { PeopleBar } from "./people/people-bar.ts";
import { openRename } from "./people/rename.ts";
import { type BoardSession, isOfShapes } from "./session/board-session.ts";
import { showPresence } from "./session/own-presence.ts";
import { refusalWords } from "./session/status-words.ts";
import { openShare } from "./share/share-dialog.ts";
import { openAnnouncer } from "./ui/announcer.ts";
import { openBanner } from "./ui/banner.ts";
import { openBoardMenu } from "./ui/board-menu.ts";
import { openContextMenu } from "./ui/context-menu.ts";
import { openDeleteButton } from "./ui/delete-button.ts";
import { openEmptyState } from "./ui/empty-state.ts";
import { openFocusRing } from "./ui/focus-ring.ts";
import { openHindranceSign } from "./ui/hindrance-sign.ts";
import { Minimap } from "./ui/minimap.ts";
import { guardUnsaved, SavedSign } from "./ui/saved-sign.ts";
import { StylePanel } from "./ui/style-panel.ts";
import type { Theme } from "./ui/theme.ts";
import { Toolbar } from "./ui/toolbar.ts";
import { openUndoButtons } from "./ui/undo-buttons.ts";
import { openZoomControl } from "./ui/zoom-control.ts";
import type { Say } from "./words.ts";

/** What the page of a board is made of. */
export interface BoardPageParts {
  readonly session: BoardSession;
  readonly theme: Theme;
  readonly say: Say;
}

/** Puts the page of an open board together: the board itself, and around it what one works with. */
export function openBoardPage({ session, theme, say }: BoardPageParts): void {
  const stage = element("stage", HTMLElement);
  const engine = openEngine({ session, theme, say });
  const { editor } = engine;
  const panels = openPanels({ session, engine, say });

  const style = new StylePanel(editor, theme);
  new Toolbar(editor, { onImage: engine.chooseImage, onStyle: () => style.toggle() });
  openUndoButtons(editor);
  openDeleteButton(editor);
  openZoomControl(editor);
  openEmptyState(editor, session);
  openContextMenu(editor, stage, engine.paste);
  const { togglePeople: onPeople, toggleHistory: onHistory } = panels;
  openBoardMenu({ editor, theme, onPeople, onHistory, onRename: () => openRename(session) });
  const minimap = new Minimap(editor.scene, editor.camera);
  theme.onChange(() => minimap.redraw());

  openHindranceSign(editor);
  new SavedSign(session);
  guardUnsaved(session);
  openBanner(session);
  openAnnouncer(editor, session);
  openFocusRing(element("canvas", HTMLCanvasElement));
  session.document.onRefused((refused) => {
    if (isOfShapes(refused)) say(refusalWords(refused), "problem"); // of its messages, the chat tells itself
  });
  watchDoor(session);

  const follower = new Follower(session, editor.camera, stage);
  new PeopleBar({ session, follower, onRename: () => openRename(session) });
  new Cursors(session, editor.camera, editor.scene);
  showPresence(session.connection, editor, stage);
  element("share-button", HTMLButtonElement).addEventListener("click", () => openShare(session, say));
  exposeBoardDebug(session, engine, stage);
}
