import type { Clock, Stop } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";

/** Each is held in memory until it is whole. */
const MAX_UPLOADS = 32;
const MAX_UPLOADS_OF_ONE = 4;
/** Guests are as many as somebody likes to be. */
const MAX_UPLOADS_OF_ADDRESS = 8;
/** What is slower than this, but for so long, is cut: it would hold a place that others wait for. */
const MIN_BYTES_PER_MS = 40;
const GRACE_MS = 15_000;
const PACE_CHECK_MS = 1000;

/** Whose an upload is. */
export interface Uploader {
  /** A user, or whom else it is counted for. */
  readonly who: string;
  /** Where it comes from. */
  readonly address: string;
}

/** The bodies that are on their way. */
export class Uploads {
  /** By user, and by address. */
  readonly #counts = new Map<string, number>();
  #total = 0;

  /**
   * Counts one more.
   *
   * @returns what ends it, to be called once
   * @throws {ArenaError} IMAGES_BUSY where there are as many as the node takes, or takes of one user or address
   */
  begin({ who, address }: Uploader): () => void {
    const bounds = [
      [`user ${who}`, MAX_UPLOADS_OF_ONE],
      [`address ${address}`, MAX_UPLOADS_OF_ADDRESS],
    ] as const;
    const isFull = this.#total >= MAX_UPLOADS || bounds.some(([key, most]) => this.#countOf(key) >= most);
    if (isFull) throw new ArenaError("IMAGES_BUSY");
    this.#add(1, bounds);
    return () => this.#add(-1, bounds);
  }

  #add(change: 1 | -1, bounds: readonly (readonly [key: string, most: number])[]): void {
    this.#total += change;
    for (const [key] of bounds) {
      const count = this.#countOf(key) + change;
      if (count === 0) this.#counts.delete(key);
      else this.#counts.set(key, count);
    }
  }

  #countOf(key: string): number {
    return this.#counts.get(key) ?? 0;
  }
}

/**
 * Tells of a body that is behind 40 kB/s by more than 15 s. A pause of this process counts for a second at most.
 *
 * @param receivedBytes how much of it has come
 * @param onSlow may be called more than once
 * @returns what ends the watch
 */
export function watchPace(clock: Clock, receivedBytes: () => number, onSlow: () => void): Stop {
  let passedMs = 0;
  return clock.every(PACE_CHECK_MS, () => {
    passedMs += PACE_CHECK_MS;
    if (receivedBytes() < (passedMs - GRACE_MS) * MIN_BYTES_PER_MS) onSlow();
  });
}
