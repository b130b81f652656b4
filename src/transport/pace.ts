/** A turn that comes so much later than it was due shows that the loop has more to do than it should. */
const LATE_MS = 30;
const FASTER = 1.03;
const SLOWER = 0.75;
/** Until something was measured. */
const FIRST_PER_SECOND = 1000;
const MIN_PER_SECOND = 1000;
const MAX_PER_SECOND = 20_000;

/**
 * How many may come in a second, as the event loop shows: more each time that as many came as might and the loop was still on
 * time, fewer when it was late. Pure.
 */
export class Pace {
  #perSecond = FIRST_PER_SECOND;

  /** What was measured last, 1000 to 20,000; 1000 before anything was. */
  get perSecond(): number {
    return this.#perSecond;
  }

  /** A turn has come, `lateMs` after it was due. `isUsedUp`: since the one before, as many came as might. */
  turn(lateMs: number, isUsedUp: boolean): void {
    if (lateMs > LATE_MS) this.#perSecond = Math.max(MIN_PER_SECOND, this.#perSecond * SLOWER);
    else if (isUsedUp) this.#perSecond = Math.min(MAX_PER_SECOND, this.#perSecond * FASTER);
  }
}
