import { boardIdOf, newBoardId } from "../board/session/board-address.ts";
import { recentBoards } from "../board/session/recent-boards.ts";
import { element } from "./dom.ts";

/** The lobby's card of whiteboards: a new one, one by its name, and those that were opened in this browser. */
export function openBoardsCard(): void {
  const name = element("board-name", HTMLInputElement);
  element("new-board", HTMLButtonElement).addEventListener("click", () =>
    location.assign(addressOfBoard(newBoardId())),
  );
  name.addEventListener("input", () => name.setCustomValidity(""));
  element("board-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const id = boardIdOf(name.value);
    if (id !== "") {
      location.assign(addressOfBoard(id));
      return;
    }
    name.setCustomValidity("A name has letters or digits, like plans or team-3.");
    name.reportValidity();
  });
  showRecent();
  window.addEventListener("pageshow", showRecent); // also when one comes back from a board
}

function showRecent(): void {
  const boards = recentBoards();
  element("recent-title", HTMLElement).hidden = boards.length === 0;
  element("recent-boards", HTMLUListElement).replaceChildren(
    ...boards.map((id) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = addressOfBoard(id);
      link.textContent = id;
      item.append(link);
      return item;
    }),
  );
}

/** Address of a board on the server of this page. */
export function addressOfBoard(id: string): string {
  const query = new URLSearchParams({ id });
  const server = new URLSearchParams(location.search).get("server");
  if (server !== null) query.set("server", server);
  return `./board/?${query}`;
}
