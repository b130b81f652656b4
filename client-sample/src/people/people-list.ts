import { initialsOf } from "../board/people/person-colour.ts";
import { make, setText, textButton } from "../ui/dom.ts";
import type { PersonView } from "./person.ts";
import { whereText } from "./words.ts";

/** What may be done about somebody, as a button says it. */
export interface PersonAction {
  readonly label: string;
  /** The whole of it, for those who do not see to whom the button belongs. */
  readonly name: string;
  readonly onChoose: () => void;
}

/** What a list of people needs. */
export interface PeopleListParts {
  /** The actions for somebody, as they are now. */
  readonly actionsOf: (person: PersonView) => readonly PersonAction[];
}

interface Row {
  readonly root: HTMLElement;
  readonly face: HTMLElement;
  readonly name: HTMLElement;
  readonly me: HTMLElement;
  readonly where: HTMLElement;
  readonly status: HTMLElement;
  readonly actions: HTMLElement;
  /** As they were shown last. */
  person: PersonView | undefined;
  actionsShown: string;
}

/** People, one a line: who, where and how. Lines stay the same elements, so that whoever is about to press one does not lose it. */
export class PeopleList {
  readonly root = make("ul", "people-rows");
  readonly #parts: PeopleListParts;
  readonly #rows = new Map<string, Row>();

  constructor(parts: PeopleListParts) {
    this.#parts = parts;
    this.root.setAttribute("aria-label", "People");
  }

  update(people: readonly PersonView[], nowMs: number): void {
    const shown = new Set(people.map(({ userId }) => userId));
    for (const [userId, row] of this.#rows) {
      if (shown.has(userId)) continue;
      row.root.remove();
      this.#rows.delete(userId);
    }
    people.forEach((person, index) => {
      const row = this.#row(person.userId);
      this.#fill(row, person, nowMs);
      if (this.root.children[index] !== row.root) this.root.insertBefore(row.root, this.root.children[index] ?? null);
    });
  }

  #row(userId: string): Row {
    const known = this.#rows.get(userId);
    if (known) return known;
    const row: Row = {
      root: make("li", "people-row"),
      face: make("span", "people-face"),
      name: make("bdi", "people-name"),
      me: make("span", "people-me", "you"),
      where: make("span", "people-where"),
      status: make("bdi", "people-status"),
      actions: make("span", "people-actions"),
      person: undefined,
      actionsShown: "",
    };
    row.face.setAttribute("aria-hidden", "true");
    const title = make("span", "people-title");
    title.append(row.name, row.me);
    const text = make("div", "people-text");
    text.append(title, row.where, row.status);
    row.root.append(row.face, text, row.actions);
    this.#rows.set(userId, row);
    return row;
  }

  #fill(row: Row, person: PersonView, nowMs: number): void {
    row.person = person;
    row.root.dataset["is"] = stateOf(person);
    row.face.style.setProperty("--person", person.colour);
    setText(row.face, initialsOf(person.name));
    setText(row.name, person.name);
    row.me.hidden = !person.isMe;
    setText(row.where, whereText(person, nowMs));
    row.status.hidden = !person.isOnline || person.status === "";
    setText(row.status, person.status);
    const actions = this.#parts.actionsOf(person);
    const names = JSON.stringify(actions.map(({ label, name }) => [label, name]));
    if (names === row.actionsShown) return;
    row.actionsShown = names;
    row.actions.replaceChildren(...actions.map((action) => this.#button(row, action)));
  }

  /** Does what the action is by the time that it is pressed. */
  #button(row: Row, { label, name }: PersonAction): HTMLButtonElement {
    const choose = (): void => {
      const actions = row.person ? this.#parts.actionsOf(row.person) : [];
      actions.find((action) => action.label === label)?.onChoose();
    };
    const button = textButton(label, choose, "people-action");
    button.setAttribute("aria-label", name);
    return button;
  }
}

function stateOf({ isOnline, isAway }: PersonView): "online" | "away" | "offline" {
  if (!isOnline) return "offline";
  return isAway ? "away" : "online";
}
