import { element, make } from "../../ui/dom.ts";
import type { BoardSession } from "../session/board-session.ts";
import { makePopover, openPopover, togglePopoverWith } from "../ui/popover.ts";
import type { Person, Role } from "../words.ts";
import type { Follower } from "./follower.ts";
import { initialsOf } from "./person-colour.ts";

const MAX_AVATARS = 5;

const ROLE_WORDS: Readonly<Record<Role, string>> = { owner: "owner", editor: "", viewer: "looks on" };

/** What the bar needs of the page. */
export interface PeopleBarParts {
  readonly session: BoardSession;
  readonly follower: Follower;
  /** The person wants another name. */
  readonly onRename: () => void;
}

/** Who is here: some avatars, and all of them in a list. One that is pressed is followed; one's own leads to one's name. */
export class PeopleBar {
  readonly #parts: PeopleBarParts;
  readonly #root = element("people", HTMLUListElement);
  readonly #list = makePopover("people-list");
  readonly #more: HTMLLIElement;
  #shown = "";

  constructor(parts: PeopleBarParts) {
    this.#parts = parts;
    this.#list.setAttribute("aria-label", "Everybody who is here");
    const more = document.createElement("button");
    more.type = "button";
    more.className = "avatar more";
    this.#more = document.createElement("li");
    this.#more.append(more);
    togglePopoverWith(more, this.#list, () => openPopover(this.#list, more));
    parts.session.onChange(() => this.#show());
    parts.follower.onChange(() => this.#show());
    this.#show();
  }

  #show(): void {
    const people = oneForEach(this.#parts.session.people);
    const followed = this.#parts.follower.followed;
    const shown = JSON.stringify([people, followed]);
    if (shown === this.#shown) return; // whoever is about to press one does not lose it
    this.#shown = shown;
    const first = people.length > MAX_AVATARS ? people.slice(0, MAX_AVATARS - 1) : people;
    const more = this.#more.firstElementChild;
    if (more instanceof HTMLElement) {
      more.textContent = String(people.length); // how many avatars there is room for is the style's to say
      more.setAttribute("aria-label", `Everybody who is here: ${people.length}`);
      more.dataset["tip"] = "Everybody who is here";
    }
    this.#root.replaceChildren(...first.map((person) => this.#avatar(person)), this.#more);
    this.#more.hidden = people.length < 2;
    this.#list.replaceChildren(...people.map((person) => this.#line(person)));
  }

  #avatar(person: Person): HTMLLIElement {
    const item = document.createElement("li");
    const button = make("button", "avatar", initialsOf(person.name));
    button.setAttribute("type", "button");
    button.style.setProperty("--person", person.color);
    const what = this.#press(person, button);
    button.setAttribute("aria-label", `${person.name}: ${what}`);
    button.dataset["tip"] = person.isMe ? `${person.name} (you)` : person.name;
    item.append(button);
    return item;
  }

  #line(person: Person): HTMLElement {
    const button = make("button", "person-line");
    button.setAttribute("type", "button");
    const avatar = make("span", "avatar", initialsOf(person.name));
    avatar.style.setProperty("--person", person.color);
    const words = [person.isMe ? "you" : "", ROLE_WORDS[person.role]].filter((word) => word !== "");
    button.append(avatar, make("span", "person-name", person.name), make("span", "person-role", words.join(", ")));
    this.#press(person, button);
    button.addEventListener("click", () => this.#list.hidePopover());
    return button;
  }

  /** Says what pressing it does. */
  #press(person: Person, button: HTMLElement): string {
    const { follower, onRename } = this.#parts;
    button.addEventListener("click", () => (person.isMe ? onRename() : follower.toggle(person)));
    if (person.isMe) return "change your name";
    const isFollowed = follower.followed === person.sessionId;
    button.setAttribute("aria-pressed", String(isFollowed));
    return isFollowed ? "stop following" : "follow";
  }
}

/** A person with several tabs is one; oneself comes first. */
function oneForEach(people: readonly Person[]): readonly Person[] {
  const first = people.filter(({ isMe }) => isMe);
  const others = people.filter(({ isMe }) => !isMe);
  const seen = new Set<string>();
  return [...first, ...others].filter(({ userId, sessionId }) => {
    const key = userId || sessionId;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
