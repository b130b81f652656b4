import { type Clock, MinuteCounter } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { OP_MESSAGES, type OpNack } from "../protocol/protocol.ts";
import type { OpClient } from "./lane.ts";
import { frame } from "./messages.ts";

/**
 * Why something was refused: it cannot be read, or is not this client's to say; or it was understood, and the document
 * does not take it, as happens to honest clients whose view is old; or the room itself failed; or it was on its way when the room moved.
 */
export type RefusalKind = "wrong" | "ruledOut" | "fault" | "early";

/** Refusals that come of the way of things and not of a wrong client. */
const BLAMELESS: ReadonlySet<OpNack["code"]> = new Set(["RATE_LIMITED", "UNAVAILABLE", "FULL", "READONLY"]);
/** So many pushes may be ruled out within a minute: an outbox of hours of work on what others have deleted passes. */
const MAX_RULED_OUT = 1000;

/** Sends nacks, and counts against a client what it is to blame for. */
export class Refusals {
  readonly #clock: Clock;
  /** What the last row of pushes of a client ran into. */
  readonly #rows = new WeakMap<OpClient, string>();
  readonly #ruledOut = new WeakMap<OpClient, MinuteCounter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Refuses something.
   *
   * @param isKnown whether the client takes part already, so that HELLO may come of a takeover
   */
  refuse(client: OpClient, nack: OpNack, { kind, isKnown }: { kind: RefusalKind; isKnown: boolean }): void {
    const answer = frame(OP_MESSAGES.NACK, nack);
    const isForgiven = kind === "fault" || kind === "early" || (kind === "ruledOut" && this.#isWithinBudget(client));
    if (isForgiven || BLAMELESS.has(nack.code) || this.#isSameRow(client, nack, isKnown)) client.raw(answer);
    else client.refuse(new ArenaError("OP_REFUSED", `${nack.code}: ${nack.detail ?? ""}`), answer);
  }

  /** A client begins anew. */
  forget(client: OpClient): void {
    this.#rows.delete(client);
  }

  #isWithinBudget(client: OpClient): boolean {
    const counter = this.#ruledOut.get(client) ?? new MinuteCounter();
    this.#ruledOut.set(client, counter);
    return counter.add(this.#clock.nowMs()) <= MAX_RULED_OUT;
  }

  /** Pushes that were on their way when the first of them was told GAP or HELLO count as one with it. */
  #isSameRow(client: OpClient, { code, expected }: OpNack, isKnown: boolean): boolean {
    if (code !== "GAP" && !(code === "HELLO" && isKnown)) return false;
    const row = `${code} ${expected}`;
    const isSame = this.#rows.get(client) === row;
    this.#rows.set(client, row);
    return isSame;
  }
}
