import { make, setText, textButton } from "../ui/dom.ts";

/** What a card at the edge of the page says, and what may be done about it. */
export interface Card {
  readonly text: string;
  /** When it is too late, on the scale of performance.now(); undefined where it is never. */
  readonly endsAtMs?: number | undefined;
  readonly isProblem?: boolean;
  readonly actions?: readonly { readonly label: string; readonly name: string; readonly onChoose: () => void }[];
}

interface Shown {
  readonly root: HTMLElement;
  readonly left: HTMLElement;
  endsAtMs: number | undefined;
  timer: number;
}

const LIFE_MS = 6000;
const MAX_CARDS = 4;

/**
 * Cards at the edge of the page, for what happens between people. They are read out and can be reached with the keyboard, and never
 * take the focus from somebody who draws or plays.
 */
export class PeopleNews {
  readonly #root = make("section", "people-news");
  readonly #cards = new Map<string, Shown>();
  #timer = 0;

  constructor() {
    this.#root.setAttribute("aria-label", "Invitations");
    this.#root.setAttribute("aria-live", "polite");
    this.#root.addEventListener("keydown", (event) => event.stopPropagation()); // a key that presses a button does not fire
    document.body.append(this.#root);
  }

  /** Shows a card until it is shown otherwise or taken away. */
  show(key: string, card: Card): void {
    this.remove(key);
    for (const oldest of this.#cards.keys()) if (this.#cards.size >= MAX_CARDS) this.remove(oldest);
    const shown = { ...this.#make(card), endsAtMs: card.endsAtMs, timer: 0 };
    this.#cards.set(key, shown);
    this.#root.append(shown.root);
    if (this.#timer === 0) this.#timer = window.setInterval(() => this.#count(), 1000);
    this.#count();
  }

  /** Says something for some seconds, in place of the card of that key if there is one. */
  tell(key: string, text: string, kind: "info" | "problem" = "info"): void {
    this.show(key, { text, isProblem: kind === "problem" });
    const shown = this.#cards.get(key);
    if (shown) shown.timer = window.setTimeout(() => this.remove(key), LIFE_MS);
  }

  /** Takes a card away; nothing where there is none. */
  remove(key: string): void {
    const shown = this.#cards.get(key);
    if (!shown) return;
    window.clearTimeout(shown.timer);
    shown.root.remove();
    this.#cards.delete(key);
    if (this.#cards.size > 0) return;
    window.clearInterval(this.#timer);
    this.#timer = 0;
  }

  #make({ text, isProblem = false, actions = [] }: Card): Pick<Shown, "root" | "left"> {
    const root = make("div", "people-card");
    root.classList.toggle("is-problem", isProblem);
    const left = make("span", "people-left");
    left.setAttribute("aria-hidden", "true"); // it would be read out every second
    const buttons = make("span", "people-actions");
    buttons.append(
      ...actions.map(({ label, name, onChoose }, at) => {
        const isMain = at === 0 && actions.length > 1;
        const button = textButton(label, onChoose, isMain ? "people-action primary" : "people-action");
        button.setAttribute("aria-label", name);
        return button;
      }),
    );
    root.append(make("span", "people-words", text), left, buttons);
    return { root, left };
  }

  #count(): void {
    for (const { left, endsAtMs } of this.#cards.values()) {
      if (endsAtMs === undefined) continue;
      setText(left, `${Math.max(0, Math.ceil((endsAtMs - performance.now()) / 1000))} s`);
    }
  }
}
