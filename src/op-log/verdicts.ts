import type { NackCode, OpAck, OpEntry, OpNack, OpOutcome } from "../protocol/protocol.ts";

const BUSY_RETRY_MS = 250;

/** A push that is not taken. */
export interface Nacked {
  readonly kind: "nack";
  readonly nack: OpNack;
}

/** What became of ops, by what they came to. */
export function outcomeOf<Op>(ops: readonly Op[], effects: readonly Op[]): OpOutcome {
  if (effects.length === 0) return "discard";
  const isSame = effects.length === ops.length && effects.every((effect, index) => effect === ops[index]);
  return isSame ? "commit" : "adjusted";
}

/** The acknowledgement of an entry. */
export function ackOf<Op>({ n, seq, effects }: OpEntry<Op>, outcome: OpOutcome): OpAck<Op> {
  return outcome === "adjusted" ? { n, seq, outcome, effects } : { n, seq, outcome };
}

/** Too much waits for the disk. */
export function tooMuchWaits(n: number): Nacked {
  return nack(n, "RATE_LIMITED", "Too much waits for the disk.", { retryAfterMs: BUSY_RETRY_MS });
}

/** A push is not taken. */
export function nack(
  n: number,
  code: NackCode,
  detail: string,
  more: Pick<OpNack, "retryAfterMs" | "expected"> = {},
): Nacked {
  return { kind: "nack", nack: { n, code, detail, ...more } };
}
