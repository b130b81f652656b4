import { ChatPanel } from "../chat/chat-panel.ts";
import { badgeText } from "../chat/title-badge.ts";
import { element, setText } from "../ui/dom.ts";
import type { Engine } from "./engine.ts";
import { openBoardHistory } from "./history/board-history.ts";
import { openPeopleSide } from "./people/people-side.ts";
import type { BoardSession } from "./session/board-session.ts";
import { keptUserId } from "./session/visitor-token.ts";
import { setPressed } from "./ui/buttons.ts";
import type { Say } from "./words.ts";

/** The panels beside the board. */
export interface Panels {
  /** Opens the people, or closes them. */
  togglePeople(): void;
  /** Opens the history, or closes it. */
  toggleHistory(): void;
}

/** What the panels need of the page. */
export interface PanelsParts {
  readonly session: BoardSession;
  readonly engine: Engine;
  readonly say: Say;
}

/** Opens the panels of people, chat and history, closed. They have one place, so that one at a time is seen. */
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
      if (isOpen) closeOthers("chat");
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
      if (isOpen) closeOthers("history");
    },
  });
  historyButton.addEventListener("click", () => history.toggle());
  const people = openPeopleSide(session, (isOpen) => isOpen && closeOthers("people"));
  const panels = { chat, history, people };
  const closeOthers = (opened: keyof typeof panels): void => {
    for (const [name, panel] of Object.entries(panels)) if (name !== opened) panel.close();
  };
  return { togglePeople: () => people.toggle(), toggleHistory: () => history.toggle() };
}

function ownUserId({ people, server }: BoardSession): string {
  return people.find(({ isMe }) => isMe)?.userId ?? keptUserId(server) ?? "";
}
