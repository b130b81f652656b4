/** The board page: opens the board that the address names, or says why it does not open. */

import { serverEndpoint } from "../net/endpoint.ts";
import { takeTokenOf } from "../net/own-token.ts";
import { element } from "../ui/dom.ts";
import { openBoardPage } from "./board-page.ts";
import { boardIdOf, boardIn, boardLink, invitationIn } from "./session/board-address.ts";
import { type BoardSession, openBoardSession } from "./session/board-session.ts";
import { rememberBoard } from "./session/recent-boards.ts";
import { dressButtons } from "./ui/buttons.ts";
import { showCover } from "./ui/cover.ts";
import { Theme } from "./ui/theme.ts";
import { openToasts } from "./ui/toasts.ts";

const theme = new Theme();
const server = serverEndpoint(location);
dressButtons(document);
takeTokenOf(location, server);
const boardId = boardIn(location);
if (boardId === undefined) showNoBoard();
else void open(boardId);
window.addEventListener("hashchange", () => location.reload()); // another invitation, or another token

async function open(id: string): Promise<void> {
  document.title = `${id} · Whiteboard`;
  element("board-name", HTMLElement).textContent = id;
  element("title-board", HTMLElement).textContent = id;
  try {
    const session = await openBoardSession({
      server,
      boardId: id,
      invite: invitationIn(location),
    });
    rememberBoard(id);
    openBoardPage({ session, theme, say: openToasts() });
    takeInvitationFromAddress(session);
    leaveWithThePage(session);
  } catch (error) {
    showFailure(error);
    throw error;
  }
}

/** Addresses are shown, and handed on: once the invitation in it has let somebody in, this browser keeps it instead. */
function takeInvitationFromAddress(session: BoardSession): void {
  if (invitationIn(location) === undefined) return;
  const look = (): void => {
    if (session.connection.status !== "online") return;
    stop();
    if (session.keepInvitationOfAddress()) history.replaceState(null, "", location.pathname + location.search);
  };
  const stop = session.connection.onStatus(look);
  look();
}

/** The others do not have to wait until the server has given up on who has closed the page. */
function leaveWithThePage(session: BoardSession): void {
  window.addEventListener("pagehide", () => void session.connection.close()); // the document follows
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) location.reload(); // the browser kept a page that has left
  });
}

/** An address that names no board may still say which one was meant. */
function showNoBoard(): void {
  const meant = boardIdOf(new URLSearchParams(location.search).get("id") ?? "");
  showCover({
    icon: "help",
    title: "Which board?",
    text:
      meant === ""
        ? "This address names no board. Choose one, or begin a new one."
        : `No board can be called so: names have letters, digits, - . _ and :, and at most 64 of them.`,
    actions: [
      ...(meant === ""
        ? []
        : [{ label: `Open "${meant}"`, onChoose: () => location.assign(boardLink(location, meant)) }]),
      { label: "To all boards", onChoose: () => location.assign(new URL("../", location.href)) },
    ],
  });
}

function showFailure(error: unknown): void {
  showCover({
    icon: "risk",
    title: "The page has failed",
    text: `It did not start: ${error instanceof Error ? error.message : String(error)}`,
    actions: [{ label: "Load it again", onChoose: () => location.reload() }],
  });
}
