import { ChatPanel } from "../chat/chat-panel.ts";
import { badgeText } from "../chat/title-badge.ts";
import { element, setText } from "../ui/dom.ts";
import type { Engine } from "./engine.ts";
import { openBoardHistory } from "./history/board-history.ts";
import type { BoardSession } from "./session/board-session.ts";
import { keptUserId } from "./session/visitor-token.ts";
import { setPressed } from "./ui/buttons.ts";
import type { Say } from "./words.ts";

/** The panels beside the board. */
export interface Panels {
  /** Opens the history, or closes it. */
  toggleHistory(): void;
}

/** What the panels need of the page. */
export interface PanelsParts {
  readonly session: BoardSession;
  readonly engine: Engine;
  readonly say: Say;
}

/** Opens the panels of chat and history, closed. They have one place, so that one at a time is seen. */
export function openPanels({ session, engine, say }: PanelsParts): Panels {
  const chatButton = element("chat-button", HTMLButtonElement);
  const unread = element("chat-unread", HTMLElement);
  const chat = new ChatPanel({
    document: session.document,
    ephemeral: session.connection.ephemeral,
    me: () => ({ userId: ownUserId(session), name: session.name }),
    nameOf: (sessionId) => session.people.find((person) => person.sessionId === sessionId)?.name,
    host: element("chat", HTMLElement),
    key: `board/${session.boardId}`,
    onOpenChange: (isOpen) => {
      setPressed(chatButton, isOpen);
      if (isOpen) history.close();
    },
    onUnread: (count) => {
      unread.hidden = count === 0;
      setText(unread, badgeText(count));
      chatButton.setAttribute("aria-label", count === 0 ? "Chat" : `Chat: ${count} new`);
    },
  });
  chatButton.addEventListener("click", () => chat.toggle());
  const historyButton = element("history-button", HTMLButtonElement);
  const history = openBoardHistory({
    session,
    editor: engine.editor,
    past: engine.past,
    say,
    onOpenChange: (isOpen) => {
      setPressed(historyButton, isOpen);
      if (isOpen) chat.close();
    },
  });
  historyButton.addEventListener("click", () => history.toggle());
  return { toggleHistory: () => history.toggle() };
}

function ownUserId({ people, server }: BoardSession): string {
  return people.find(({ isMe }) => isMe)?.userId ?? keptUserId(server) ?? "";
}
