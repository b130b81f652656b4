import type { Connection, PartyTold } from "../../../src/client/client.ts";
import { make, setText, textButton } from "../ui/dom.ts";
import type { PeopleNews } from "./news.ts";
import { whyNobodyGoes, whyNot } from "./refusals.ts";
import type { Ways } from "./ways.ts";

/** What the party's line needs of the page. */
export interface PartyBarParts {
  readonly people: Connection["people"];
  readonly news: PeopleNews;
  readonly ways: Ways;
  readonly nameOf: (userId: string) => string;
  readonly ownUserId: () => string | undefined;
}

/** The party in which this visitor is: who belongs to it, and its way into a room. Hidden while there is none. */
export class PartyBar {
  readonly root = make("div", "people-party");
  readonly #parts: PartyBarParts;
  readonly #text = make("span", "people-party-text");
  readonly #go: HTMLButtonElement;

  constructor(parts: PartyBarParts) {
    this.#parts = parts;
    this.#go = textButton("Play together", () => void this.#goTogether(), "people-action primary");
    const leave = textButton("Leave", () => void this.#leave(), "people-action");
    leave.setAttribute("aria-label", "Leave the party");
    const actions = make("span", "people-actions");
    actions.append(this.#go, leave);
    this.root.append(this.#text, actions);
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", "Your party");
    parts.people.onParty(() => this.show());
    this.show();
  }

  /** Brings it up to date. */
  show(): void {
    const { people, ways, ownUserId } = this.#parts;
    const { party } = people;
    this.root.hidden = party === undefined;
    if (!party) return;
    setText(this.#text, this.#textOf(party));
    const isLed = party.leader === ownUserId();
    this.#go.hidden = !isLed || party.members.length < 2;
    setText(this.#go, ways.here().t === "lobby" ? "Play together" : "Bring all here");
  }

  #textOf({ leader, members }: PartyTold): string {
    const { nameOf, ownUserId } = this.#parts;
    const names = members.map((userId) => {
      const name = userId === ownUserId() ? "you" : nameOf(userId);
      return userId === leader && members.length > 1 ? `${name} (leads)` : name;
    });
    return members.length === 1 ? "Party: only you" : `Party: ${names.join(", ")}`;
  }

  async #goTogether(): Promise<void> {
    const { people, news, ways } = this.#parts;
    try {
      await people.partyJoin(ways.here().t === "lobby" ? { room: "arena" } : await ways.target());
    } catch (error) {
      news.tell("party", whyNobodyGoes(error), "problem");
    }
  }

  async #leave(): Promise<void> {
    const { people, news } = this.#parts;
    await people.leaveParty().catch((error: unknown) => news.tell("party", whyNot(error), "problem"));
  }
}
