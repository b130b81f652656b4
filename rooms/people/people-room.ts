import type { Client } from "@colyseus/core";
import { z } from "zod";
import type { Stop } from "../../src/clock/clock.ts";
import { Room } from "../../src/room/room.ts";
import { personName } from "../chat/chat-op.ts";
import { PeopleState, Person } from "./people-state.ts";

const options = z.strictObject({
  /** What the newcomer is called. */
  name: personName.optional(),
  /** The whiteboard that the newcomer's page shows, where everybody may know of it. */
  board: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\w.:-]+$/, "expected only A-Z a-z 0-9 . : _ -")
    .optional(),
});
type Options = z.infer<typeof options>;
const rename = z.strictObject({ name: personName });

/** A page that somebody has open. */
interface Visit {
  readonly userId: string;
  readonly board: string | undefined;
}

/** More would be read by nobody, and are as many as one client may follow twice over. */
const MAX_PEOPLE = 100;
/** Of one person, those that were opened last. */
const MAX_BOARDS = 8;
const LOOK_EVERY_MS = 2000;

/**
 * The people of this app: everybody who came lately, wherever they are now. They may see one another; where they are and whether they
 * are online, presence knows.
 */
export class PeopleRoom extends Room<{ state: PeopleState }> {
  static override readonly options = options;
  override state = new PeopleState({ isKnown: true });
  override patchRate = 200;
  override messages = {
    /** Somebody wants to be called otherwise. */
    rename: { format: rename, handler: (client: Client, { name }: { name: string }) => this.#rename(client, name) },
  };
  /** By session. */
  readonly #visits = new Map<string, Visit>();
  #stopLooking: Stop = () => {};

  /** All people of the app are in one room. */
  static override instanceOf(): string {
    return "people";
  }

  override onCreate(): void {
    this.#stopLooking = this.parts.clock.every(LOOK_EVERY_MS, () => void this.#look());
  }

  override onDispose(): void {
    this.#stopLooking();
  }

  override onJoin(client: Client, { name, board }: Options): void {
    const userId = this.userOf(client)?.userId;
    if (userId === undefined || !this.#makeRoom(userId)) return; // a guest of the list: sees the others, and is not seen
    this.#visits.set(client.sessionId, { userId, board });
    const person = this.state.people.get(userId) ?? new Person();
    if (name !== undefined || person.name === undefined) person.name = name ?? "Guest";
    this.state.people.set(userId, person);
    this.#showBoards(userId);
  }

  override onLeave(client: Client): void {
    const visit = this.#visits.get(client.sessionId);
    this.#visits.delete(client.sessionId);
    if (visit) this.#showBoards(visit.userId);
  }

  /** Whoever has a page open joins the next one, and is in its list again. */
  override canCloseNow(): boolean {
    return true;
  }

  override mayWatch(_client: Client, userId: string): boolean {
    return this.state.people.has(userId);
  }

  /** What those are told whom a client invites. */
  override nameOf(client: Client): string | undefined {
    return this.state.people.get(this.#visits.get(client.sessionId)?.userId ?? "")?.name;
  }

  #rename(client: Client, name: string): void {
    const person = this.state.people.get(this.#visits.get(client.sessionId)?.userId ?? "");
    if (person) person.name = name;
  }

  #showBoards(userId: string): void {
    const person = this.state.people.get(userId);
    if (!person) return;
    const visits = [...this.#visits.values()].filter((visit) => visit.userId === userId);
    const boards = new Set(visits.flatMap(({ board }) => board ?? []));
    person.boards.clear();
    person.boards.push(...[...boards].slice(-MAX_BOARDS));
  }

  /** Whoever is not here and came first makes room for a newcomer. Says whether there is room. */
  #makeRoom(userId: string): boolean {
    const { people } = this.state;
    if (people.has(userId) || people.size < MAX_PEOPLE) return true;
    const here = new Set(Array.from(this.#visits.values(), (visit) => visit.userId));
    const gone = [...people.keys()].find((known) => !here.has(known));
    return gone !== undefined && people.delete(gone);
  }

  /** Those who watch hear nothing of a store that is away: what they see may be wrong by now. */
  async #look(): Promise<void> {
    const [anybody] = this.state.people.keys();
    if (anybody === undefined) return;
    this.state.isKnown = await this.parts.presence.of([anybody]).then(
      () => true,
      () => false,
    );
  }
}
