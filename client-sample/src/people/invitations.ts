import type { Connection, Invited, InviteState } from "../../../src/client/client.ts";
import type { PeopleNews } from "./news.ts";
import { whyNot } from "./refusals.ts";
import type { Ways } from "./ways.ts";
import { invitedText, stateText } from "./words.ts";

/** What invitations need of the page. */
export interface InvitationsParts {
  readonly people: Connection["people"];
  readonly news: PeopleNews;
  readonly ways: Ways;
  /** What somebody is called. */
  readonly nameOf: (userId: string) => string;
  /** Told when {@link Invitations.isWaitingFor} has changed. */
  readonly onChange: () => void;
}

/** An invitation is open for so long, unless the server says otherwise. */
const OPEN_MS = 20_000;
const MAX_ENDED = 32;

/** Invitations that this visitor makes and gets: each is a card while it is open. */
export class Invitations {
  readonly #parts: InvitationsParts;
  /** Whom this page waits for, by the ids of invitations; the server bounds them. */
  readonly #waiting = new Map<string, string>();
  /** Own invitations that have ended; of the last of them it may be told before they are known to have begun. */
  readonly #ended = new Set<string>();

  constructor(parts: InvitationsParts) {
    this.#parts = parts;
    const { people, news } = parts;
    people.onInvited((invited) => this.#onInvited(invited));
    people.onInviteGone((id) => news.remove(id));
    people.onInviteState((state) => this.#onState(state));
  }

  /** Whether an invitation to somebody is open: this page makes no second one then. */
  isWaitingFor(userId: string): boolean {
    return [...this.#waiting.values()].includes(userId);
  }

  /** Invites somebody to where this visitor is; where that is the lobby, into a private game, which begins with it. */
  async invite(userId: string): Promise<void> {
    const { people, ways } = this.#parts;
    await this.#send(userId, async () => people.invite({ user: userId, ...(await ways.target()) }));
  }

  async inviteToParty(userId: string): Promise<void> {
    await this.#send(userId, () => this.#parts.people.partyInvite(userId));
  }

  async #send(userId: string, send: () => Promise<string>): Promise<void> {
    const { news, nameOf, onChange } = this.#parts;
    try {
      const id = await send();
      if (this.#ended.has(id)) return;
      this.#waiting.set(id, userId);
      onChange();
      news.show(id, {
        text: `Waiting for ${nameOf(userId)}`,
        endsAtMs: performance.now() + OPEN_MS,
        actions: [{ label: "Withdraw", name: "Withdraw the invitation", onChoose: () => void this.#withdraw(id) }],
      });
    } catch (error) {
      news.tell(`to/${userId}`, whyNot(error), "problem");
    }
  }

  async #withdraw(id: string): Promise<void> {
    const { people, news } = this.#parts;
    await people.withdraw(id).catch((error: unknown) => news.tell(id, whyNot(error), "problem"));
  }

  #onState({ id, user, state, code }: InviteState): void {
    const { news, nameOf, onChange } = this.#parts;
    if (state === "open") return;
    this.#waiting.delete(id);
    onChange();
    this.#ended.add(id);
    const [oldest] = this.#ended;
    if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
    news.tell(id, stateText(nameOf(user), state, code));
  }

  #onInvited(invited: Invited): void {
    const { news } = this.#parts;
    const { id, untilMs } = invited;
    news.show(id, {
      text: invitedText(invited, this.#parts.nameOf(invited.from.userId)),
      endsAtMs: performance.now() + untilMs,
      actions: [
        { label: "Join", name: "Join: accept the invitation", onChoose: () => void this.#accept(invited) },
        { label: "Decline", name: "Decline the invitation", onChoose: () => void this.#decline(id) },
      ],
    });
  }

  async #accept({ id, data }: Invited): Promise<void> {
    const { people, news, ways } = this.#parts;
    news.remove(id);
    try {
      const seat = await people.answer(id, true, data === undefined ? ways.ownOptions() : undefined);
      if (seat) ways.take(seat, data);
    } catch (error) {
      news.tell(id, whyNot(error), "problem");
    }
  }

  async #decline(id: string): Promise<void> {
    const { people, news } = this.#parts;
    news.remove(id);
    await people.answer(id, false).catch(() => {}); // it ends by itself
  }
}
