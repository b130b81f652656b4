import { Invitations } from "./invitations.ts";
import { PeopleNews } from "./news.ts";
import { PartyBar } from "./party-bar.ts";
import type { PeopleLink } from "./people-link.ts";
import type { PersonAction } from "./people-list.ts";
import type { PersonView, Place } from "./person.ts";
import { whyNot } from "./refusals.ts";
import { isInvitable, placeToFollow, type Ways } from "./ways.ts";
import { placeText } from "./words.ts";

/** What people do with one another from this page: follow, invite, and go together. */
export class Together {
  readonly #link: PeopleLink;
  readonly #ways: Ways;
  readonly #news = new PeopleNews();
  readonly #invitations: Invitations;

  constructor(link: PeopleLink, ways: Ways) {
    const { people } = link.connection;
    this.#link = link;
    this.#ways = ways;
    const nameOf = (userId: string): string => this.#nameOf(userId);
    this.#invitations = new Invitations({ people, news: this.#news, ways, nameOf, onChange: () => link.refresh() });
    people.onPartySeat(({ seat, data }) => ways.take(seat, data));
  }

  /** A new line of the party. */
  partyBar(): PartyBar {
    return new PartyBar({
      people: this.#link.connection.people,
      news: this.#news,
      ways: this.#ways,
      nameOf: (userId) => this.#nameOf(userId),
      ownUserId: () => this.#link.ownUserId,
    });
  }

  /** What may be done about somebody now. */
  actionsOf(person: PersonView): readonly PersonAction[] {
    const here = this.#ways.here();
    const place = placeToFollow(person, here);
    const { userId, name } = person;
    const isFree = !this.#invitations.isWaitingFor(userId);
    const actions: readonly (PersonAction | undefined)[] = [
      place && {
        label: "Follow",
        name: `Follow ${name}, ${placeText(place)}`,
        onChoose: () => void this.#follow(userId, place),
      },
      isFree && isInvitable(person, here)
        ? {
            label: "Invite",
            name: `Invite ${name} ${targetText(here)}`,
            onChoose: () => void this.#invitations.invite(userId),
          }
        : undefined,
      isFree && this.#isForParty(person)
        ? {
            label: "Party",
            name: `Invite ${name} to your party`,
            onChoose: () => void this.#invitations.inviteToParty(userId),
          }
        : undefined,
    ];
    return actions.filter((action) => action !== undefined);
  }

  async #follow(userId: string, place: Place): Promise<void> {
    if (place.t === "board" && place.boardId !== undefined) this.#ways.toBoard(place.boardId);
    if (place.t !== "game" || place.roomId === undefined) return;
    const { people } = this.#link.connection;
    try {
      this.#ways.take(await people.follow(userId, place.roomId, this.#ways.ownOptions()), undefined);
    } catch (error) {
      this.#news.tell(`follow/${userId}`, whyNot(error), "problem");
    }
  }

  /** Who leads a party invites to it, and who is in none begins one. */
  #isForParty({ userId, isMe, isOnline }: PersonView): boolean {
    const { party } = this.#link.connection.people;
    const isLed = party === undefined || party.leader === this.#link.ownUserId;
    return isOnline && !isMe && isLed && party?.members.includes(userId) !== true;
  }

  #nameOf(userId: string): string {
    return this.#link.people.find((person) => person.userId === userId)?.name ?? "Somebody";
  }
}

function targetText({ t }: Place): string {
  switch (t) {
    case "lobby":
      return "to a private game";
    case "game":
      return "to this game";
    case "board":
      return "to this board";
  }
}
