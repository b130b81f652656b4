import type { EphemeralValues } from "../../../src/client/client.ts";

/** Under which the others hear that somebody writes. */
export const TYPING_KEY = "typing";
/** After so long without a letter somebody does not write any more. */
const IDLE_MS = 4000;
/** More names would not fit. */
const MAX_NAMES = 3;

/** Shows the others that one is writing. */
export class TypingSign {
  readonly #ephemeral: Pick<EphemeralValues, "set">;
  #timer = 0;

  constructor(ephemeral: Pick<EphemeralValues, "set">) {
    this.#ephemeral = ephemeral;
  }

  /** A letter was written. */
  touch(): void {
    if (this.#timer === 0) this.#set(true);
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.end(), IDLE_MS);
  }

  /** Nothing is being written any more. */
  end(): void {
    if (this.#timer === 0) return;
    window.clearTimeout(this.#timer);
    this.#timer = 0;
    this.#set(null);
  }

  #set(value: true | null): void {
    try {
      this.#ephemeral.set(TYPING_KEY, value);
    } catch {
      // whoever draws a very long stroke has no key left, and is not missed as a writer
    }
  }
}

/** Says who is writing; empty for nobody. */
export function typingText(names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return "";
  if (names.length > MAX_NAMES) return "Several people are writing …";
  if (second === undefined) return `${first} is writing …`;
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)} are writing …`;
}
