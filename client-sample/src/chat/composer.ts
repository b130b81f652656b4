import { make, setText } from "../ui/dom.ts";
import { RateBound } from "./rate-bound.ts";
import { lengthText, MAX_CHARACTERS, tidyMessage } from "./tidy.ts";

/** What a composer asks for. */
export interface ComposerParts {
  /** Says a message that is tidy and not too long. @throws Error with a sentence for its author */
  readonly onSay: (text: string) => void;
  /** A letter was written; false: nothing is there any more. */
  readonly onWriting: (isWriting: boolean) => void;
}

/** The field in which a message is written. What cannot be said stays in it. */
export class Composer {
  readonly root = document.createElement("form");
  readonly #text = document.createElement("textarea");
  readonly #send = document.createElement("button");
  readonly #left = make("span", "chat-left");
  readonly #note = make("p", "chat-note");
  readonly #rate = new RateBound();
  readonly #parts: ComposerParts;

  constructor(parts: ComposerParts) {
    this.#parts = parts;
    this.root.className = "chat-form";
    this.#text.rows = 1;
    this.#text.placeholder = "Write a message";
    this.#text.setAttribute("aria-label", "Message");
    this.#text.enterKeyHint = "send";
    this.#send.textContent = "Send";
    this.#note.setAttribute("role", "status");
    this.#left.setAttribute("aria-live", "polite");
    const row = make("div", "chat-row");
    row.append(this.#text, this.#send);
    this.root.append(row, this.#left, this.#note);
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say();
    });
    this.#text.addEventListener("input", () => this.#onInput());
    this.#text.addEventListener("keydown", (event) => this.#onKey(event));
    this.#show();
  }

  focus(): void {
    this.#text.focus({ preventScroll: true });
  }

  /** Whether the person is writing here now. */
  get hasFocus(): boolean {
    return document.activeElement === this.#text;
  }

  /** Shift+Enter breaks the line, and so does Enter while an input method is choosing a word. */
  #onKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) this.#say();
  }

  #onInput(): void {
    setText(this.#note, "");
    this.#show();
    this.#parts.onWriting(this.#text.value.trim() !== "");
  }

  #say(): void {
    const text = tidyMessage(this.#text.value);
    const waitMs = this.#rate.waitMs(performance.now());
    if (text === "" || text.length > MAX_CHARACTERS) return;
    if (waitMs > 0) {
      setText(this.#note, `That is fast. You can say more in ${Math.ceil(waitMs / 1000)} s.`);
      return;
    }
    try {
      this.#parts.onSay(text);
    } catch (error) {
      setText(this.#note, error instanceof Error ? error.message : String(error));
      return;
    }
    this.#rate.said(performance.now());
    this.#text.value = "";
    setText(this.#note, "");
    this.#show();
    this.#parts.onWriting(false);
  }

  #show(): void {
    const { length } = tidyMessage(this.#text.value);
    this.#send.disabled = length === 0 || length > MAX_CHARACTERS;
    this.#left.classList.toggle("is-over", length > MAX_CHARACTERS);
    setText(this.#left, lengthText(length));
    this.#text.setAttribute("aria-invalid", String(length > MAX_CHARACTERS));
    this.#text.style.height = "auto";
    const { scrollHeight } = this.#text; // nothing while it is not shown
    if (scrollHeight > 0) this.#text.style.height = `${scrollHeight + 2}px`;
  }
}
