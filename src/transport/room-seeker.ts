import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Owner } from "../trunk/trunk.ts";
import type { FindOwner } from "./owner-finder.ts";

/** What is sought with. */
export interface RoomSeekerParts {
  readonly clock: Clock;
  readonly ownerOf: FindOwner;
  /** What was known of a room's owner is wrong. */
  readonly forget: (roomId: string) => void;
}

/** An answer is worth something for so long: a room is asked for no more often, however many clients wait for it. */
const ANSWER_MS = 200;

/** Finds where rooms are that have left their owner, with one question for a room at a time. */
export class RoomSeeker {
  readonly #parts: RoomSeekerParts;
  readonly #answers = new Map<string, Promise<Owner>>();

  constructor(parts: RoomSeekerParts) {
    this.#parts = parts;
  }

  /** @throws ArenaError ROOM_NOT_FOUND where it will not be anywhere else; others where it may be there soon */
  find(roomId: string): Promise<Owner> {
    const known = this.#answers.get(roomId);
    if (known) return known;
    const answer = this.#ask(roomId);
    this.#answers.set(roomId, answer);
    const forget = (): void => void this.#parts.clock.after(ANSWER_MS, () => this.#answers.delete(roomId));
    answer.then(forget, forget);
    return answer;
  }

  async #ask(roomId: string): Promise<Owner> {
    this.#parts.forget(roomId);
    const owner = await this.#parts.ownerOf(roomId, "");
    if (!owner) throw new ArenaError("ROOM_NOT_FOUND");
    return owner;
  }
}
