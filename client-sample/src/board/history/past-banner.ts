import { make, setText, textButton } from "../../ui/dom.ts";

/** Says over the board that it is not the present that one sees, with the way back. */
export class PastBanner {
  readonly #root = make("div", "panel history-banner");
  readonly #text = make("span", "");

  /** @param onNow the person wants to go back to the present */
  constructor(onNow: () => void) {
    this.#root.setAttribute("role", "status");
    this.#root.hidden = true;
    this.#root.append(this.#text, textButton("Back to now", onNow));
    document.body.append(this.#root);
  }

  /** Shows which moment is seen; undefined is the present. */
  show(moment: string | undefined): void {
    this.#root.hidden = moment === undefined;
    if (moment !== undefined) setText(this.#text, `You are looking at ${moment}`);
  }

  remove(): void {
    this.#root.remove();
  }
}
