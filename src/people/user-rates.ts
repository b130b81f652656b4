import { type Clock, MinuteCounter } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";

/** Of one user in one process, within a minute. */
const MAX_A_MINUTE = 20;
/** Users who are counted; the one who did nothing for longest is forgotten. */
const MAX_USERS = 10_000;

/** Bounds how often a user asks for seats: by inviting somebody, by following somebody, for a party. */
export class UserRates {
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #counters = new Map<string, MinuteCounter>();

  constructor(clock: Pick<Clock, "nowMs">) {
    this.#clock = clock;
  }

  /** Counts one more. @throws ArenaError INVITES_TOO_MANY */
  count(userId: string): void {
    const counter = this.#counters.get(userId) ?? new MinuteCounter();
    this.#counters.delete(userId);
    this.#counters.set(userId, counter);
    const [oldest] = this.#counters.keys();
    if (this.#counters.size > MAX_USERS && oldest !== undefined) this.#counters.delete(oldest);
    if (counter.add(this.#clock.nowMs()) > MAX_A_MINUTE) throw new ArenaError("INVITES_TOO_MANY");
  }
}
