import { make, setText } from "../ui/dom.ts";
import type { PartyBar } from "./party-bar.ts";
import type { PeopleLink } from "./people-link.ts";
import { PeopleList } from "./people-list.ts";
import { MAX_TEXT } from "./status-text.ts";
import type { Together } from "./together.ts";
import { onlineText } from "./words.ts";

/** What a panel of people is made of. */
export interface PeoplePanelParts {
  readonly link: PeopleLink;
  /** Filled with the people. */
  readonly host: HTMLElement;
  readonly together: Together;
  /** Whether there is a field for how one is oneself. @default true */
  readonly hasOwnStatus?: boolean;
  /** Told how many are online: "3 online"; empty where that is not known. */
  readonly onCount?: (text: string) => void;
}

/** "Last seen" is said in minutes. */
const REFRESH_MS = 20_000;

/** Who is online, where and how, and a field for how one is oneself. */
export class PeoplePanel {
  readonly #parts: PeoplePanelParts;
  readonly #list: PeopleList;
  readonly #party: PartyBar;
  readonly #note = make("p", "people-note");
  readonly #status = document.createElement("input");
  readonly #stops: (() => void)[] = [];

  constructor(parts: PeoplePanelParts) {
    this.#parts = parts;
    this.#list = new PeopleList({ actionsOf: (person) => parts.together.actionsOf(person) });
    this.#party = parts.together.partyBar();
    this.#note.setAttribute("role", "status");
    parts.host.classList.add("people-panel");
    if (parts.hasOwnStatus ?? true) parts.host.append(this.#statusForm());
    parts.host.append(this.#note, this.#party.root, this.#list.root);
    const timer = window.setInterval(() => this.show(), REFRESH_MS);
    this.#stops.push(
      parts.link.onChange(() => this.show()),
      () => window.clearInterval(timer),
    );
    this.show();
  }

  /** Brings everything up to date, where it can be seen. */
  show(): void {
    const { link, host, onCount } = this.#parts;
    const { people } = link;
    const isKnown = link.knowledge === "known";
    onCount?.(isKnown ? onlineText(people) : "");
    if (host.offsetParent === null) return; // it is not seen
    this.#party.show();
    this.#list.root.hidden = !isKnown;
    if (isKnown) this.#list.update(people, Date.now());
    setText(this.#note, noteText(link));
    this.#note.hidden = this.#note.textContent === "";
    if (document.activeElement !== this.#status && this.#status.value !== link.status) this.#status.value = link.status;
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    this.#parts.host.replaceChildren();
  }

  #statusForm(): HTMLFormElement {
    const form = document.createElement("form");
    form.className = "people-own";
    this.#status.maxLength = MAX_TEXT;
    this.#status.placeholder = "What are you up to?";
    this.#status.autocomplete = "off";
    this.#status.setAttribute("aria-label", "Your status");
    const say = (): void => {
      this.#parts.link.status = this.#status.value;
    };
    this.#status.addEventListener("change", say);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      say();
      this.#status.blur();
    });
    form.addEventListener("keydown", (event) => {
      event.stopPropagation(); // letters that are written here are no shortcuts
      if (event.key === "Escape") this.#status.blur();
    });
    form.append(this.#status);
    return form;
  }
}

function noteText({ knowledge, connection, people }: PeopleLink): string {
  if (connection.status === "refused") return "The server does not show you its people.";
  switch (knowledge) {
    case "coming":
      return "Looking who is there …";
    case "unknown":
      return "Who is online cannot be told at the moment. It comes back by itself.";
    case "known":
      return people.some(({ isMe }) => !isMe)
        ? ""
        : "Nobody else has been here lately. Send somebody the address of this page.";
  }
}
