import type { Refusal } from "../../src/op-lane/op-lane.ts";

const MAX_MESSAGES = 10;
const WINDOW_MS = 10_000;

/** How fast each speaker may say something, on however many connections: 10 messages within 10 s. */
export class SayRate {
  /** When each said their last messages, who spoke last at the end; who has said nothing for so long is forgotten. */
  readonly #said = new Map<string, readonly number[]>();

  /** A speaker pushes ops: counts the messages among them, unless they are too many. */
  take(speaker: string, ops: readonly { readonly t: string }[], nowMs: number): Refusal | undefined {
    const count = ops.filter(({ t }) => t === "say").length;
    if (count === 0) return undefined;
    if (count > MAX_MESSAGES) return { code: "TOO_LARGE", detail: `At most ${MAX_MESSAGES} messages at once.` };
    this.#forget(nowMs);
    const said = (this.#said.get(speaker) ?? []).filter((atMs) => atMs > nowMs - WINDOW_MS);
    const firstInTheWay = said[said.length + count - MAX_MESSAGES - 1];
    if (firstInTheWay !== undefined) {
      const retryAfterMs = Math.ceil(firstInTheWay + WINDOW_MS - nowMs);
      return {
        code: "RATE_LIMITED",
        detail: `At most ${MAX_MESSAGES} messages in ${WINDOW_MS / 1000} s.`,
        retryAfterMs,
      };
    }
    this.#said.delete(speaker);
    this.#said.set(speaker, [...said, ...Array<number>(count).fill(nowMs)]);
    return undefined;
  }

  #forget(nowMs: number): void {
    for (const [speaker, said] of this.#said) {
      if ((said.at(-1) ?? 0) > nowMs - WINDOW_MS) break;
      this.#said.delete(speaker);
    }
  }
}
