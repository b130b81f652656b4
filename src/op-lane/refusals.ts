import { ArenaError } from "../errors/errors.ts";
import { OP_MESSAGES, type OpNack } from "../protocol/protocol.ts";
import type { OpClient } from "./lane.ts";
import { frame } from "./messages.ts";

/** Refusals that come of the way of things and not of a wrong client. */
const BLAMELESS: ReadonlySet<OpNack["code"]> = new Set(["RATE_LIMITED", "UNAVAILABLE", "FULL", "READONLY"]);

/** Sends nacks, and counts against a client what it is to blame for. */
export class Refusals {
  /** What the last row of pushes of a client ran into. */
  readonly #rows = new WeakMap<OpClient, string>();

  /**
   * Refuses something.
   *
   * @param isKnown whether the client takes part already, so that HELLO may come of a takeover
   */
  refuse(client: OpClient, nack: OpNack, isKnown: boolean): void {
    const answer = frame(OP_MESSAGES.NACK, nack);
    if (BLAMELESS.has(nack.code) || this.#isSameRow(client, nack, isKnown)) client.raw(answer);
    else client.refuse(new ArenaError("OP_REFUSED", `${nack.code}: ${nack.detail ?? ""}`), answer);
  }

  /** A client begins anew. */
  forget(client: OpClient): void {
    this.#rows.delete(client);
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
