import { type ChatOp, type ChatRecord, chat, messagesOf } from "../../../rooms/chat/rules/chat.ts";
import { type Connection, connect, openDocument, type SharedDocument } from "../../../src/client/client.ts";
import { keptUserId, visitorToken } from "../board/session/visitor-token.ts";
import { readableName } from "../board/session/visitors.ts";
import { make } from "../ui/dom.ts";
import { ChatPanel } from "./chat-panel.ts";

const CHAT_ID = "lobby";

/** The lobby's chat while it is open. */
export interface LobbyChat {
  /** Leaves the chat. What is not sent is delivered with the next visit. */
  close(): void;
}

/**
 * Opens the lobby's chat over a connection of its own.
 *
 * @param section of the page, with a title already
 * @param name what the visitor is called, whenever that is asked
 */
export function openLobbyChat(section: HTMLElement, server: string, name: () => string): LobbyChat {
  const connection = connect({
    url: server,
    room: "chat",
    options: { id: CHAT_ID, name: readableName(name()) },
    token: visitorToken(server),
  });
  let isClosed = false;
  let panel: ChatPanel | undefined;
  let shared: SharedDocument<ChatOp, ChatRecord> | undefined;
  const host = make("div", "lobby-chat");
  section.append(host);

  const open = async (): Promise<void> => {
    const document = await openDocument(connection, {
      document: chat,
      name: JSON.stringify([server, "chat", CHAT_ID]), // the same under another name
      userId: keptUserId(server),
    });
    shared = document;
    if (isClosed) await document.close();
    else
      panel = panelOf({
        document,
        connection,
        host,
        me: () => ({ userId: keptUserId(server) ?? "", name: readableName(name()) }),
      });
  };
  const close = async (): Promise<void> => {
    panel?.dispose();
    host.remove();
    await shared?.close();
    await connection.close();
  };

  void open();
  return {
    close: () => {
      isClosed = true;
      void close();
    },
  };
}

interface PanelParts {
  readonly document: SharedDocument<ChatOp, ChatRecord>;
  readonly connection: Connection;
  readonly host: HTMLElement;
  readonly me: () => { readonly userId: string; readonly name: string };
}

function panelOf({ document, connection, host, me }: PanelParts): ChatPanel {
  // Whoever has said something is called as they were then: a name may have been chosen after joining.
  const nameOf = (sessionId: string): string => {
    const { speakers }: { speakers?: { get(id: string): unknown } } = Object(connection.state);
    const { name, userId }: { name?: unknown; userId?: unknown } = Object(speakers?.get(sessionId));
    return readableName(messagesOf(document).findLast(({ by }) => by !== "" && by === userId)?.name ?? name);
  };
  const { ephemeral } = connection;
  return new ChatPanel({ document, ephemeral, me, nameOf, host, key: CHAT_ID, form: "card" });
}
