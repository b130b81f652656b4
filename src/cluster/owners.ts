import type { Clock } from "../clock/clock.ts";
import type { Ownership } from "./types.ts";

interface Known {
  readonly owner: Ownership;
  readonly untilMs: number;
}

/** A wrong answer of the cache costs a detour, which `forget` then ends. */
const KEPT_MS = 5000;
const MAX_KEPT = 10_000;

/**
 * Who has which room, as this process last heard it. Only rooms that run are kept; one question for a room is under way at a time,
 * and one that failed is forgotten.
 */
export class Owners {
  readonly #clock: Clock;
  readonly #read: (roomId: string) => Promise<Ownership | undefined>;
  readonly #known = new Map<string, Known>();
  readonly #asked = new Map<string, Promise<Ownership | undefined>>();

  constructor(clock: Clock, read: (roomId: string) => Promise<Ownership | undefined>) {
    this.#clock = clock;
    this.#read = read;
  }

  find(roomId: string): Promise<Ownership | undefined> {
    const known = this.#known.get(roomId);
    if (known && known.untilMs > this.#clock.nowMs()) return Promise.resolve(known.owner);
    const asked = this.#asked.get(roomId) ?? this.#ask(roomId);
    return asked;
  }

  forget(roomId: string): void {
    this.#known.delete(roomId);
    this.#asked.delete(roomId); // what was asked before may be answered with what was so before
  }

  /** A process has ended, and with it what is known of its rooms. */
  forgetBoot(bootId: string): void {
    for (const [roomId, { owner }] of this.#known) if (owner.bootId === bootId) this.#known.delete(roomId);
  }

  #ask(roomId: string): Promise<Ownership | undefined> {
    const asked = this.#read(roomId).then(
      (owner) => {
        const isLatest = this.#asked.get(roomId) === asked;
        if (isLatest) this.#asked.delete(roomId);
        if (isLatest && owner?.state === "running") this.#keep(owner);
        return owner;
      },
      (error: unknown) => {
        if (this.#asked.get(roomId) === asked) this.#asked.delete(roomId);
        throw error;
      },
    );
    this.#asked.set(roomId, asked);
    return asked;
  }

  #keep(owner: Ownership): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MAX_KEPT && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(owner.roomId, { owner, untilMs: this.#clock.nowMs() + KEPT_MS });
  }
}
