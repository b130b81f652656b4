import { keepGoal } from "../../net/kept-goal.ts";
import { PeopleLink } from "../../people/people-link.ts";
import { PeoplePanel } from "../../people/people-panel.ts";
import { followAction, type Ways } from "../../people/ways.ts";
import { element, make } from "../../ui/dom.ts";
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
  const link = new PeopleLink({ server, name: () => session.name, boardId: toldId });
  session.onChange(() => link.renamed());
  const ways: Ways = {
    here: () => ({ t: "board", boardId: toldId }),
    toGame: (roomId) => {
      keepGoal(roomId);
      location.assign(lobbyAddress(location));
    },
    toBoard: (id) => location.assign(boardLink(location, id)),
  };
  const host = element("people-panel", HTMLElement);
  const button = element("people-button", HTMLButtonElement);
  const show = (isOpen: boolean): void => {
    host.hidden = !isOpen;
    setPressed(button, isOpen);
    onOpenChange(isOpen);
  };
  const body = make("div", "people-body");
  host.append(
    header(() => show(false)),
    body,
  );
  new PeoplePanel({ link, host: body, actionsOf: (person) => followAction(person, ways) });
  const toggle = (): void => show(host.hidden === true);
  button.addEventListener("click", toggle);
  host.addEventListener("keydown", (event) => {
    event.stopPropagation(); // no key is for the board
    if (event.key === "Escape") show(false);
  });
  return { toggle, close: () => !host.hidden && show(false) };
}

function header(onClose: () => void): HTMLElement {
  const head = make("header", "people-header");
  head.append(make("h2", "people-heading", "People"), iconButton({ icon: "close", label: "Close people" }, onClose));
  return head;
}
