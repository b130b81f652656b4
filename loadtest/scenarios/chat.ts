import { type ChatOp, type ChatRecord, chat } from "../../rooms/chat/rules/chat.ts";
import type { DocumentScenario, HandParts, Hands } from "../documents/document-scenario.ts";

type Parts = HandParts<ChatOp, ChatRecord>;

const WORDS = "the board is full of notes and somebody has moved the blue one again see https://example.org/".split(
  " ",
);
/** A room takes ten messages in ten seconds of one person. */
const PAUSE_MS = [1100, 4000] as const;
const MAX_WORDS = 30;
/** Messages that a chat keeps. */
const KEPT = 500;

/** Bots that say something every few seconds, and show that they are writing. */
export const chatScenario: DocumentScenario<ChatOp, ChatRecord> = {
  room: "chat",
  rules: chat,
  hands: (parts) => new Talker(parts),
  marksOf: (ops) => ops.flatMap((op) => (op.t === "say" ? [op.id] : [])),
  flawsOf: (document, marks) => chatFlaws(document, marks),
};

/** What is wrong with a chat in which these messages were said, in that order. */
export function chatFlaws(document: Pick<Parts["document"], "get">, said: readonly string[]): readonly string[] {
  const kept: { readonly id: string; readonly n: number }[] = [];
  for (let slot = 0; slot < KEPT; slot++) {
    const record = document.get(`$chat/${slot}`);
    if (record && "said" in record) kept.push(record);
  }
  kept.sort((one, other) => one.n - other.n);
  const flaws = kept
    .filter(({ n }, index) => n !== (kept[0]?.n ?? 0) + index)
    .map(({ n }) => `message ${n} is out of order.`);
  const expected = said.slice(-KEPT);
  const last = kept.slice(-expected.length).map(({ id }) => id);
  const wrong = expected.findIndex((id, index) => id !== last[index]);
  return wrong < 0
    ? flaws
    : [...flaws, `message ${expected[wrong]} is not where it was said, but ${last[wrong] ?? "nothing"}.`];
}

class Talker implements Hands {
  readonly #parts: Parts;
  #sayAtMs: number;
  #said = 0;
  #isWriting = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#sayAtMs = parts.clock.nowMs() + this.#pauseMs();
  }

  onTurn(nowMs: number): void {
    if (nowMs < this.#sayAtMs) {
      this.#write(nowMs > this.#sayAtMs - PAUSE_MS[0]);
      return;
    }
    const { index, clock, push } = this.#parts;
    const words = Array.from(
      { length: 1 + Math.floor(clock.random() * MAX_WORDS) },
      (_, at) => WORDS[at % WORDS.length],
    );
    push([{ t: "say", id: `bot-${index}-${this.#said++}`, text: words.join(" "), name: `Load ${index}` }]);
    this.#write(false);
    this.#sayAtMs = nowMs + this.#pauseMs();
  }

  #write(isWriting: boolean): void {
    if (isWriting === this.#isWriting) return;
    this.#isWriting = isWriting;
    this.#parts.ephemeral.set("typing", isWriting || null);
  }

  #pauseMs(): number {
    return PAUSE_MS[0] + this.#parts.clock.random() * (PAUSE_MS[1] - PAUSE_MS[0]);
  }
}
