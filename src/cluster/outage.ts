/**
 * When a process may act though the store cannot be asked: while the outage is everybody's, since then nobody can take its rooms
 * over. Pure. Who tells another that it is cut off as well has not taken it for gone, and promises with it to take nobody for gone for
 * a while, also if the store is back the next moment; who has the promise of all acts for a shorter while, counted from when it asked.
 */
export class Outage {
  #coveredUntilMs = Number.NEGATIVE_INFINITY;
  #promisedUntilMs = Number.NEGATIVE_INFINITY;

  /** All others who lived were asked at `askedMs`, and said this. Nobody to ask is nobody who could take over. */
  heard(words: readonly Word[], askedMs: number): void {
    const isShared = words.every((word) => word === "cutOff" || word === "gone");
    const isWitnessed = words.length === 0 || words.includes("cutOff");
    if (isShared && isWitnessed) this.#coveredUntilMs = Math.max(this.#coveredUntilMs, askedMs + COVERED_MS);
  }

  /** This process may act, on the word of the others. */
  isCovered(nowMs: number): boolean {
    return nowMs < this.#coveredUntilMs;
  }

  /** This process gives its word. */
  promise(nowMs: number): void {
    this.#promisedUntilMs = nowMs + PROMISED_MS;
  }

  /** Nobody may be taken for gone. */
  isPromised(nowMs: number): boolean {
    return nowMs < this.#promisedUntilMs;
  }
}

/** What another process says: its lease is not confirmed either, it is, it is no more, or nothing. */
export type Word = "cutOff" | "confirmed" | "gone" | "silent";

const COVERED_MS = 1000;
/** Above the time for which the promise counts, by more than clocks drift in it. */
const PROMISED_MS = 1500;
