import type { Client } from "@colyseus/core";

const MAX_MESSAGES = 10;
const WINDOW_MS = 10_000;

/** Why messages are not taken now. */
export interface TooFast {
  readonly code: "RATE_LIMITED" | "TOO_LARGE";
  readonly detail: string;
  readonly retryAfterMs?: number;
}

/** How fast each client may say something: 10 messages within 10 s. */
export class SayRate {
  /** When each client said its last messages. */
  readonly #said = new WeakMap<Client, readonly number[]>();

  /** A client pushes ops: counts the messages among them, unless they are too many. */
  take(client: Client, ops: readonly { readonly t: string }[], nowMs: number): TooFast | undefined {
    const count = ops.filter(({ t }) => t === "say").length;
    if (count === 0) return undefined;
    if (count > MAX_MESSAGES) return { code: "TOO_LARGE", detail: `At most ${MAX_MESSAGES} messages at once.` };
    const said = (this.#said.get(client) ?? []).filter((atMs) => atMs > nowMs - WINDOW_MS);
    const firstInTheWay = said[said.length + count - MAX_MESSAGES - 1];
    if (firstInTheWay !== undefined) {
      const retryAfterMs = Math.ceil(firstInTheWay + WINDOW_MS - nowMs);
      return {
        code: "RATE_LIMITED",
        detail: `At most ${MAX_MESSAGES} messages in ${WINDOW_MS / 1000} s.`,
        retryAfterMs,
      };
    }
    this.#said.set(client, [...said, ...Array<number>(count).fill(nowMs)]);
    return undefined;
  }
}
