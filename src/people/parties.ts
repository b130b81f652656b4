import type { Clock, Stop } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Presence } from "../presence/presence.ts";
import { MAX_PARTY, type PartySeat, type PartyTold, PEOPLE_MESSAGES } from "../protocol/protocol.ts";
import type { Courier } from "./courier.ts";
import type { SeatTarget, UserSeats } from "./seats.ts";
import type { PersonSession, Sessions } from "./sessions.ts";
import type { PeopleStore } from "./store.ts";

/** Users who go into rooms together: the one who has been in it for longest comes first, and leads. */
export interface Party {
  readonly id: string;
  readonly members: readonly string[];
}

/** Where a party is to go. */
export interface PartyTrip {
  readonly target: SeatTarget;
  /** Join options of each member. */
  readonly options: unknown;
  readonly data?: string | undefined;
}

/** What parties are made of. */
export interface PartiesParts {
  readonly clock: Pick<Clock, "every" | "nowMs">;
  readonly store: PeopleStore;
  readonly courier: Courier;
  readonly sessions: Sessions;
  readonly presence: Pick<Presence, "watch">;
  readonly seats: UserSeats;
  readonly makeId: () => string;
  readonly onFailed: (error: unknown) => void;
}

interface Followed {
  readonly party: Party;
  readonly sinceMs: number;
  /** Members of whom presence says so. */
  readonly offline: Set<string>;
  /** Undefined until presence is asked of them. */
  stop: Stop | undefined;
}

const CHANGED = "people:party";
/** What the store has of a party that has ended, for a while: of one of which it has nothing, it has lost what it had. */
const ENDED = "[]";
const FOLLOW_EVERY_MS = 15_000;
/** Of who has only just come, presence may not know yet. */
const UNKNOWN_MS = 5000;
/** Of those who change a party at once, one succeeds each time. */
const MAX_TRIES = 2 * MAX_PARTY;

/**
 * Parties across processes. The store has who is in which, and each process with a session of a member follows that party: whoever has
 * been offline for longer than presence forgives is taken out of it by whichever process sees it first. Keeps PRS9 and PRS10.
 */
export class Parties {
  readonly #parts: PartiesParts;
  readonly #followed = new Map<string, Followed>();
  readonly #stopTimer: Stop;

  constructor(parts: PartiesParts) {
    this.#parts = parts;
    parts.courier.on(CHANGED, (payload) => this.#changed(payload as { party: Party; userIds: readonly string[] }));
    this.#stopTimer = parts.clock.every(FOLLOW_EVERY_MS, () => {
      for (const followed of this.#followed.values()) this.#renew(followed).catch(parts.onFailed);
    });
  }

  /** The party of a user. @throws ArenaError CLUSTER_UNAVAILABLE */
  async of(userId: string): Promise<Party | undefined> {
    const id = await this.#parts.store.read(memberKey(userId));
    if (id === undefined) return undefined;
    const party = { id, members: parse(await this.#parts.store.read(partyKey(id))) };
    return party.members.includes(userId) ? party : undefined;
  }

  /** The party that a user leads; a new one for who is in none. @throws ArenaError PARTY_NOT_LED, CLUSTER_UNAVAILABLE */
  async ledBy(userId: string): Promise<Party> {
    const { store, makeId } = this.#parts;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const before = await store.read(memberKey(userId));
      const party = await this.of(userId);
      if (party && party.members[0] !== userId) throw new ArenaError("PARTY_NOT_LED");
      if (party) return party;
      const begun: Party = { id: makeId(), members: [userId] };
      await store.swap(partyKey(begun.id), undefined, write(begun));
      if (await store.swap(memberKey(userId), before, begun.id)) {
        await this.#announce(begun, begun.members);
        return begun;
      }
      await store.swap(partyKey(begun.id), write(begun), ENDED); // they have come to be in another one meanwhile
    }
    throw tooMany();
  }

  /** Takes a user in, who leaves another party for it. @throws ArenaError PARTY_FULL, INVITE_GONE, CLUSTER_UNAVAILABLE */
  async add(id: string, userId: string): Promise<void> {
    const { store } = this.#parts;
    assertOpen(parse(await store.read(partyKey(id))), userId);
    const other = await this.#point(userId, id);
    if (other !== undefined && other !== id) await this.#remove(other, userId);
    await this.#change(id, (members) => (assertOpen(members, userId) ? [...members, userId] : members), [userId]);
    if ((await store.read(memberKey(userId))) === id) return;
    await this.#remove(id, userId); // another device has taken them into another one, which could not take them out of this one yet
    throw new ArenaError("INVITE_GONE");
  }

  /** @throws ArenaError CLUSTER_UNAVAILABLE */
  async leave(userId: string): Promise<void> {
    const party = await this.of(userId);
    if (party) await this.#remove(party.id, userId);
  }

  /**
   * Has the party that a user leads go into a room: each member's current session is told of its own seat, or nobody of any.
   *
   * @throws ArenaError PARTY_NOT_LED, PARTY_INCOMPLETE; why there are no seats, which may be an error of the room's own
   */
  async join(userId: string, { target, options, data }: PartyTrip): Promise<void> {
    const { courier, seats: giver } = this.#parts;
    const party = await this.of(userId);
    if (party?.members[0] !== userId) throw new ArenaError("PARTY_NOT_LED");
    const found = (await Promise.all(party.members.map((member) => courier.find(member)))).flatMap((one) => one ?? []);
    if (found.length < party.members.length) throw new ArenaError("PARTY_INCOMPLETE");
    const seats = await giver.reserve(
      target,
      found.map(({ user }) => ({ user, options })),
    );
    const told = await Promise.all(
      found.map(async (whereabouts, n) => {
        const seat = seats[n];
        if (!seat) return false;
        const payload: PartySeat = { seat, data };
        return courier.sendTo(whereabouts, PEOPLE_MESSAGES.PARTY_SEAT, payload);
      }),
    );
    if (told.every(Boolean)) return;
    await Promise.all(seats.map((seat) => giver.release(seat).catch(this.#parts.onFailed))); // somebody has gone at this moment
    throw new ArenaError("PARTY_INCOMPLETE");
  }

  /** Tells a session of its user's party. */
  async tell(session: PersonSession): Promise<void> {
    const party = await this.of(session.user.userId);
    session.send(PEOPLE_MESSAGES.PARTY, party ? toldOf(party) : null);
    if (party) await this.#follow(party);
  }

  close(): void {
    this.#stopTimer();
    for (const { stop } of this.#followed.values()) stop?.();
    this.#followed.clear();
  }

  async #remove(id: string, userId: string): Promise<void> {
    await this.#change(id, (members) => members.filter((member) => member !== userId), [userId]);
    await this.#parts.store.swap(memberKey(userId), id, undefined);
  }

  /** Says of a user in which party they are; gives the one in which they were. */
  async #point(userId: string, id: string): Promise<string | undefined> {
    const { store } = this.#parts;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const before = await store.read(memberKey(userId));
      if (await store.swap(memberKey(userId), before, id)) return before;
    }
    throw tooMany();
  }

  async #change(
    id: string,
    next: (members: readonly string[]) => readonly string[],
    concerned: readonly string[],
  ): Promise<Party> {
    const { store } = this.#parts;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const value = await store.read(partyKey(id));
      const before = parse(value);
      const party = { id, members: next(before) };
      if (!(await store.swap(partyKey(id), value, write(party)))) continue;
      await this.#announce(party, [...new Set([...before, ...party.members, ...concerned])]);
      return party;
    }
    throw tooMany();
  }

  /** Every process with sessions of those whom it concerns is told; one that misses it sees it when it next looks. */
  async #announce(party: Party, userIds: readonly string[]): Promise<void> {
    const { courier, onFailed } = this.#parts;
    const boots = await Promise.all(userIds.map((userId) => courier.bootsOf(userId).catch(() => [])));
    const calls = [...new Set(boots.flat())].map((bootId) => courier.call(bootId, CHANGED, { party, userIds }));
    await Promise.all(calls.map((call) => call.catch(onFailed)));
  }

  #changed({ party, userIds }: { readonly party: Party; readonly userIds: readonly string[] }): void {
    for (const userId of userIds) {
      const payload = party.members.includes(userId) ? toldOf(party) : null;
      this.#parts.sessions.send(userId, PEOPLE_MESSAGES.PARTY, payload);
    }
    this.#follow(party).catch(this.#parts.onFailed);
  }

  async #follow(party: Party): Promise<void> {
    const { clock, sessions } = this.#parts;
    const known = this.#followed.get(party.id);
    const isOurs = party.members.some((userId) => sessions.has(userId));
    if (isOurs && known && write(known.party) === write(party)) return;
    known?.stop?.();
    this.#followed.delete(party.id);
    if (!isOurs) return;
    const followed: Followed = { party, sinceMs: clock.nowMs(), offline: new Set(), stop: undefined };
    this.#followed.set(party.id, followed);
    await this.#watch(followed);
  }

  async #watch(followed: Followed): Promise<void> {
    const { party, offline } = followed;
    const stop = await this.#parts.presence.watch(party.members, ({ isSnapshot, users }) => {
      for (const [userId, { online }] of Object.entries(users)) {
        if (online) offline.delete(userId);
        else offline.add(userId);
      }
      const gone = Object.keys(users).filter((userId) => offline.has(userId));
      if (!isSnapshot) this.#removeAll(party.id, gone).catch(this.#parts.onFailed);
    });
    followed.stop?.();
    if (this.#followed.get(party.id) === followed) followed.stop = stop;
    else stop();
  }

  async #removeAll(id: string, userIds: Iterable<string>): Promise<void> {
    for (const userId of [...userIds]) await this.#remove(id, userId);
  }

  /** Keeps a party from ending by itself, and sees what was missed. A store that has lost it is told of it anew. */
  async #renew(followed: Followed): Promise<void> {
    const { clock, store, sessions } = this.#parts;
    const { party, sinceMs, offline } = followed;
    if (!followed.stop) await this.#watch(followed);
    if (clock.nowMs() - sinceMs >= UNKNOWN_MS) await this.#removeAll(party.id, offline);
    if (this.#followed.get(party.id) !== followed) return; // it has changed
    const value = await store.read(partyKey(party.id));
    const current = value === undefined ? party : { id: party.id, members: parse(value) };
    if (!(await store.swap(partyKey(party.id), value, write(current)))) return; // it is changing; the next time will do
    const here = current.members.filter((userId) => sessions.has(userId));
    for (const userId of here) await this.#renewMember(party.id, userId);
    if (write(current) === write(party) && here.length > 0) return;
    this.#changed({ party: current, userIds: [...new Set([...party.members, ...current.members])] });
  }

  /** Whoever has come to be in another one, while the store knew of none, is in that one only. */
  async #renewMember(id: string, userId: string): Promise<void> {
    const { store } = this.#parts;
    const isIn = (await store.swap(memberKey(userId), id, id)) || (await store.swap(memberKey(userId), undefined, id));
    if (!isIn) await this.#remove(id, userId);
  }
}

function tooMany(): ArenaError {
  return new ArenaError("CLUSTER_UNAVAILABLE", "Too many change this at once.");
}

function partyKey(id: string): string {
  return `party/${id}`;
}

function memberKey(userId: string): string {
  return `member/${userId}`;
}

function parse(value: string | undefined): readonly string[] {
  return value === undefined ? [] : (JSON.parse(value) as string[]); // processes of ours wrote it
}

function write({ members }: Party): string {
  return JSON.stringify(members);
}

function toldOf({ id, members }: Party): PartyTold {
  return { id, leader: members[0] ?? "", members };
}

/** Whether a user is to be added to a party that has these members. */
function assertOpen(members: readonly string[], userId: string): boolean {
  if (members.includes(userId)) return false;
  if (members.length === 0) throw new ArenaError("INVITE_GONE");
  if (members.length >= MAX_PARTY) throw new ArenaError("PARTY_FULL");
  return true;
}
