import type { Entrance } from "../net/arena-session.ts";
import { addressOfBoard } from "../ui/boards-card.ts";
import { element, setText } from "../ui/dom.ts";
import { PeopleLink } from "./people-link.ts";
import { PeoplePanel } from "./people-panel.ts";
import { Together } from "./together.ts";
import { NoTarget, type Ways } from "./ways.ts";

/** What the people need of the page of lobby and game. */
export interface PagePeopleParts {
  /** http: or https: origin of the server. */
  readonly server: string;
  /** What the visitor is called, whenever that is asked. */
  readonly name: () => string;
  /** The game in which the visitor is, if any. */
  readonly roomId: () => string | undefined;
  /** Resolves when the visitor is in a game, or it was said why not. */
  readonly enter: (entrance: Entrance) => Promise<void>;
}

/** The people on the page of lobby and game. */
export interface PagePeople {
  /** The visitor has gone from one to the other. */
  moved(): void;
}

/** Opens a card of people in the lobby, and a drawer over the game. */
export function openPagePeople(parts: PagePeopleParts): PagePeople {
  const link = new PeopleLink(parts);
  const together = new Together(link, waysOf(parts));
  const count = element("people-count", HTMLElement);
  const here = element("people-here", HTMLElement);
  const onCount = (text: string): void => {
    setText(count, text);
    setText(here, text === "" ? "" : `: ${text}`);
  };
  const showPanels = (): void => {
    for (const panel of panels) panel.show();
  };
  const drawer = element("game-people", HTMLElement);
  const panels: readonly PeoplePanel[] = [
    new PeoplePanel({ link, host: element("lobby-people", HTMLElement), together, onCount }),
    new PeoplePanel({ link, host: drawer, together, hasOwnStatus: false }),
  ];
  openWith(element("toggle-people", HTMLButtonElement), drawer, showPanels);
  element("name", HTMLInputElement).addEventListener("change", () => link.renamed());
  return { moved: showPanels };
}

function waysOf({ name, roomId, enter }: PagePeopleParts): Ways {
  const toBoard = (boardId: string): void => location.assign(addressOfBoard(boardId));
  return {
    here: () => {
      const id = roomId();
      return id === undefined ? { t: "lobby" } : { t: "game", roomId: id };
    },
    target: async () => {
      if (roomId() === undefined) await enter({ by: "createPrivate" });
      const id = roomId();
      if (id === undefined) throw new NoTarget("There is no game to invite somebody to.");
      return { roomId: id };
    },
    take: (seat, boardId) => {
      if (boardId !== undefined) toBoard(boardId);
      else if (seat.roomId !== roomId()) void enter({ by: "reservation", seat });
    },
    toBoard,
    ownOptions: () => ({ name: name() }),
  };
}

/** A drawer that its button opens and closes; Escape closes it, too. */
function openWith(button: HTMLButtonElement, drawer: HTMLElement, onOpen: () => void): void {
  const show = (isOpen: boolean): void => {
    drawer.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) onOpen();
  };
  button.addEventListener("click", () => show(drawer.hidden === true));
  drawer.addEventListener("keydown", (event) => event.stopPropagation()); // a key that presses a button does not fire
  const onKey = (event: KeyboardEvent): void => {
    if (event.code !== "Escape" || drawer.hidden === true || drawer.offsetParent === null) return;
    event.stopImmediatePropagation(); // it would leave the game
    show(false);
  };
  window.addEventListener("keydown", onKey, { capture: true });
}
