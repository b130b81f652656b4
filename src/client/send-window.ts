import type { OpNack } from "../protocol/protocol.ts";
import type { PendingPush, PendingPushes } from "./pending.ts";

/**
 * What a nack of a push means. "known": it says nothing new. "hello": server and client do not agree on where they are.
 * "again": send on from an earlier push. "later": the same after a while. "refused": it will never be taken.
 */
export type NackVerdict =
  | { readonly kind: "known" | "hello" | "again" }
  | { readonly kind: "later"; readonly delayMs: number }
  | { readonly kind: "refused"; readonly index: number };

/** Which of the pending pushes are on their way, and which goes next. */
export class SendWindow<Op extends object> {
  readonly #pending: PendingPushes<Op>;
  readonly #maxInFlight: number;
  #storedTicket = 0;
  /** What is pending before this number was sent on this connection. */
  #nextN = 0;
  /**
   * How many pushes of a number are on their way behind one that was not taken. Each is going to be refused too, before what is
   * sent now under the same number is answered, which says nothing of their content: that is sent again, maybe under other numbers.
   */
  readonly #stale = new Map<number, number>();
  #isWaiting = false;

  constructor(pending: PendingPushes<Op>, maxInFlight: number) {
    this.#pending = pending;
    this.#maxInFlight = maxInFlight;
  }

  /** Nothing is on its way: all that is pending is to be sent from the first. */
  restart(): void {
    this.#nextN = 0;
    this.#stale.clear();
    this.#isWaiting = false;
  }

  /** Changes of the outbox up to this one are kept. */
  stored(ticket: number): void {
    this.#storedTicket = Math.max(this.#storedTicket, ticket);
  }

  /** The wait that a nack asked for is over. Tells whether there was one. */
  endWait(): boolean {
    const wasWaiting = this.#isWaiting;
    this.#isWaiting = false;
    return wasWaiting;
  }

  /** Begins a wait: nothing is sent until it ends. */
  beginWait(): void {
    this.#isWaiting = true;
  }

  /** What is on its way, from the oldest. */
  get inFlight(): readonly PendingPush<Op>[] {
    return this.#pending.all.slice(0, this.#sent);
  }

  /** The push that may be sent now and counts as sent from now on, with its number. */
  next(): { readonly n: number; readonly push: PendingPush<Op> } | undefined {
    const index = this.#sent;
    const push = this.#pending.all[index];
    const isOpen = !this.#isWaiting && index < this.#maxInFlight;
    if (!push || !isOpen || push.isHeld || this.#pending.ticketOf(index) > this.#storedTicket) return undefined;
    const n = this.#pending.firstN + index;
    this.#nextN = n + 1;
    this.#pending.sent(n);
    return { n, push };
  }

  /** Takes in a nack of a push. */
  judge({ n, code, retryAfterMs, expected }: OpNack): NackVerdict {
    const stale = this.#stale.get(n) ?? 0;
    if (stale > 0) {
      this.#stale.set(n, stale - 1);
      return { kind: "known" };
    }
    if (code === "HELLO") return { kind: "hello" };
    const index = n - this.#pending.firstN;
    if (index < 0 || index >= this.#sent) return { kind: "known" };
    if (code === "GAP") return this.#judgeGap(index, expected);
    this.#rewind(index, index);
    if (retryAfterMs === undefined) return { kind: "refused", index };
    this.#isWaiting = true;
    return { kind: "later", delayMs: retryAfterMs };
  }

  /** How many of the pending, from the first, are on their way. */
  get #sent(): number {
    return Math.max(0, this.#nextN - this.#pending.firstN);
  }

  #judgeGap(index: number, expected = 0): NackVerdict {
    const due = expected - this.#pending.firstN;
    if (due < 0 || due >= this.#sent) return { kind: "hello" };
    this.#rewind(due, index);
    return { kind: "again" };
  }

  #rewind(to: number, refused: number): void {
    const { firstN } = this.#pending;
    for (let n = firstN + refused + 1; n < this.#nextN; n++) this.#stale.set(n, (this.#stale.get(n) ?? 0) + 1);
    this.#nextN = firstN + to;
  }
}
