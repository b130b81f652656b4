import { keepGoal } from "../../net/kept-goal.ts";
import { PeopleLink } from "../../people/people-link.ts";
import { PeoplePanel } from "../../people/people-panel.ts";
import { Together } from "../../people/together.ts";
import { NoTarget, type Ways } from "../../people/ways.ts";
import { element, make } from "../../ui/dom.ts";
import { tidyName } from "../../ui/player-name.ts";
import { boardLink, isNewBoardId } from "../session/board-address.ts";
import type { BoardSession } from "../session/board-session.ts";
import { lobbyAddress } from "../ui/board-menu.ts";
import { iconButton, setPressed } from "../ui/buttons.ts";

/** The panel of everybody, on this board and elsewhere. */
export interface PeopleSide {
  toggle(): void;
  close(): void;
}

/**
 * Opens the panel, closed. The others are told which board this is, unless nobody could guess its id: then it is known only to who
 * has the link.
 */
export function openPeopleSide(session: BoardSession, onOpenChange: (isOpen: boolean) => void): PeopleSide {
  const { boardId, server } = session;
  const toldId = isNewBoardId(boardId) ? undefined : boardId;
  const link = new PeopleLink({ server, name: () => session.name, boardId: toldId, after: shown(session) });
  session.onChange(() => link.renamed());
  const together = new Together(link, waysOf(session, toldId));
  const host = element("people-panel", HTMLElement);
  const button = element("people-button", HTMLButtonElement);
  const show = (isOpen: boolean): void => {
    host.hidden = !isOpen;
    setPressed(button, isOpen);
    if (isOpen) panel.show();
    onOpenChange(isOpen);
  };
  const body = make("div", "people-body");
  host.append(
    header(() => show(false)),
    body,
  );
  const panel = new PeoplePanel({ link, host: body, together });
  const toggle = (): void => show(host.hidden === true);
  button.addEventListener("click", toggle);
  host.addEventListener("keydown", (event) => {
    event.stopPropagation(); // no key is for the board
    if (event.key === "Escape") show(false);
  });
  return { toggle, close: () => !host.hidden && show(false) };
}

/** Settles when the board has come and there was time to draw it. */
function shown(session: BoardSession): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!session.document.isLive) return;
      stop();
      requestAnimationFrame(() => setTimeout(resolve));
    };
    const stop = session.onChange(look);
    look();
  });
}

function waysOf(session: BoardSession, toldId: string | undefined): Ways {
  const { boardId, connection } = session;
  let roomId: string | undefined;
  connection.onState((_, room) => {
    roomId = room.roomId;
  });
  const toBoard = (id: string): void => location.assign(boardLink(location, id));
  return {
    here: () => ({ t: "board", boardId: toldId }),
    target: async () => {
      if (roomId === undefined) throw new NoTarget("The board has not come yet. Try again in a moment.");
      if (session.everyone === "none")
        throw new NoTarget("This board is for invited people: send them a link by Share.");
      return { roomId, options: { id: boardId }, data: boardId };
    },
    take: (seat, id) => {
      if (id === undefined) {
        keepGoal(seat);
        location.assign(lobbyAddress(location));
      } else if (id !== boardId) {
        toBoard(id);
      }
    },
    toBoard,
    ownOptions: () => ({ name: tidyName(session.name) || "Guest" }),
  };
}

function header(onClose: () => void): HTMLElement {
  const head = make("header", "people-header");
  head.append(make("h2", "people-heading", "People"), iconButton({ icon: "close", label: "Close people" }, onClose));
  return head;
}
