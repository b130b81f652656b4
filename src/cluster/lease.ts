/**
 * When a process may act as an owner: pure, told what was sent and confirmed, by the process' own monotonic clock. The store
 * counts a lease from when it takes a renewal, which is after the renewal was sent; so who counts from the sending and
 * stops earlier than the lease ends is silent before anybody else may begin.
 */
export class Lease {
  #confirmedMs = Number.NEGATIVE_INFINITY;

  /** A renewal that was sent at `sentMs` is confirmed. Answers that come in another order do no harm. */
  confirm(sentMs: number): void {
    this.#confirmedMs = Math.max(this.#confirmedMs, sentMs);
  }

  /** It is given up, or somebody else's. */
  end(): void {
    this.#confirmedMs = Number.NEGATIVE_INFINITY;
  }

  isHeld(nowMs: number): boolean {
    return nowMs - this.#confirmedMs < FENCE_MS;
  }

  /** No renewal was confirmed in the time in which one has to be. */
  isOverdue(nowMs: number): boolean {
    return nowMs - this.#confirmedMs >= OVERDUE_MS;
  }
}

/** A process that has heard nothing for so long since it sent its last confirmed renewal is silent. Below the time of a lease. */
export const FENCE_MS = 1400;
/** Renewals go out every 500 ms. */
const OVERDUE_MS = 600;
