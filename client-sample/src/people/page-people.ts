import type { Entrance } from "../net/arena-session.ts";
import { addressOfBoard } from "../ui/boards-card.ts";
import { element, setText } from "../ui/dom.ts";
import { PeopleLink } from "./people-link.ts";
import type { PersonAction } from "./people-list.ts";
import { PeoplePanel } from "./people-panel.ts";
import type { PersonView } from "./person.ts";
import { followAction, type Ways } from "./ways.ts";

/** What the people need of the page of lobby and game. */
export interface PagePeopleParts {
  /** http: or https: origin of the server. */
  readonly server: string;
  /** What the visitor is called, whenever that is asked. */
  readonly name: () => string;
  /** The game in which the visitor is, if any. */
  readonly roomId: () => string | undefined;
  readonly enter: (entrance: Entrance) => void;
}

/** The people on the page of lobby and game. */
export interface PagePeople {
  /** The visitor has gone from one to the other. */
  moved(): void;
}

/** Opens a card of people in the lobby, and a drawer over the game. */
export function openPagePeople(parts: PagePeopleParts): PagePeople {
  const link = new PeopleLink(parts);
  const ways: Ways = {
    here: () => {
      const roomId = parts.roomId();
      return roomId === undefined ? { t: "lobby" } : { t: "game", roomId };
    },
    toGame: (roomId) => parts.enter({ by: "code", code: roomId }),
    toBoard: (boardId) => location.assign(addressOfBoard(boardId)),
  };
  const actionsOf = (person: PersonView): readonly PersonAction[] => followAction(person, ways);
  const count = element("people-count", HTMLElement);
  const button = element("toggle-people", HTMLButtonElement);
  const onCount = (text: string): void => {
    setText(count, text);
    setText(button, text === "" ? "People" : `People: ${text}`);
  };
  const drawer = element("game-people", HTMLElement);
  const panels = [
    new PeoplePanel({ link, host: element("lobby-people", HTMLElement), actionsOf, onCount }),
    new PeoplePanel({ link, host: drawer, actionsOf, hasOwnStatus: false }),
  ];
  openWith(button, drawer);
  element("name", HTMLInputElement).addEventListener("change", () => link.renamed());
  return {
    moved: () => {
      for (const panel of panels) panel.show();
    },
  };
}

/** A drawer that its button opens and closes; Escape closes it, too. */
function openWith(button: HTMLButtonElement, drawer: HTMLElement): void {
  const show = (isOpen: boolean): void => {
    drawer.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
  };
  button.addEventListener("click", () => show(drawer.hidden === true));
  const onKey = (event: KeyboardEvent): void => {
    if (event.code !== "Escape" || drawer.hidden === true || drawer.offsetParent === null) return;
    event.stopImmediatePropagation(); // it would leave the game
    show(false);
  };
  window.addEventListener("keydown", onKey, { capture: true });
}
