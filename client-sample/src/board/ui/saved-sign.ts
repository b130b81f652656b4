import { element, setText } from "../../ui/dom.ts";
import { type BoardSession, isOfShapes } from "../session/board-session.ts";
import { refusalWords, type SaveSign, saveSign } from "../session/status-words.ts";
import { type IconName, icon } from "./icons.ts";

/** A sign that says "Saving" stays so for a moment: one that flickers cannot be read. It never says "Saved" too early. */
const SETTLE_MS = 500;

const ICONS: Readonly<Record<SaveSign["kind"], IconName>> = {
  saved: "saved",
  wait: "cloud",
  kept: "kept",
  risk: "risk",
};

/** The "Saved" sign, which tells the truth. */
export class SavedSign {
  readonly #session: BoardSession;
  readonly #root = element("saved", HTMLElement);
  readonly #icon = element("saved-icon", HTMLElement);
  readonly #text = element("saved-text", HTMLElement);
  #problem: string | undefined;
  #wasRefused = false;
  #unsaved = 0;
  #timer = 0;

  constructor(session: BoardSession) {
    this.#session = session;
    const { document, connection } = session;
    document.onRefused((refused) => {
      if (!isOfShapes(refused)) return;
      this.#wasRefused = true;
      this.#problem = refusalWords(refused);
    });
    document.onUnsaved((unsaved) => this.#onUnsaved(unsaved));
    session.onChange(() => this.#refresh());
    connection.onStatus(() => this.#refresh());
    this.#refresh();
  }

  /** What was taken after a refusal shows that changes are saved again. */
  #onUnsaved(unsaved: number): void {
    if (unsaved < this.#unsaved && !this.#wasRefused) this.#problem = undefined;
    this.#wasRefused = false;
    this.#unsaved = unsaved;
    this.#refresh();
  }

  #refresh(): void {
    const sign = this.#sign();
    if (sign.kind !== "saved" || this.#root.dataset["kind"] === "saved") {
      window.clearTimeout(this.#timer);
      this.#timer = 0;
      this.#show(sign);
    } else if (this.#timer === 0) {
      this.#timer = window.setTimeout(() => {
        this.#timer = 0;
        this.#show(this.#sign());
      }, SETTLE_MS);
    }
  }

  #sign(): SaveSign {
    const { document, connection } = this.#session;
    const { unsaved, isPersistent, isLive } = document;
    return saveSign({ status: connection.status, isLive, unsaved, isPersistent, problem: this.#problem });
  }

  #show({ kind, text, detail }: SaveSign): void {
    if (this.#root.dataset["kind"] !== kind || this.#icon.childElementCount === 0) {
      this.#icon.replaceChildren(icon(ICONS[kind]));
    }
    this.#root.dataset["kind"] = kind;
    this.#root.dataset["tip"] = detail;
    setText(this.#text, text);
  }
}

/** Whoever closes the page while something would be lost is asked whether they want that. */
export function guardUnsaved({ document }: BoardSession): void {
  window.addEventListener("beforeunload", (event) => {
    if (document.hasUnsaved && !document.isPersistent) event.preventDefault();
  });
}
