import { element, make } from "../../ui/dom.ts";
import type { Editor, Hindrance } from "../words.ts";
import { type IconName, icon } from "./icons.ts";

interface Look {
  readonly icon: IconName;
  readonly text: string;
  /** The same in a whole sentence. */
  readonly detail: string;
}

const LOOKS: Readonly<Record<Exclude<Hindrance, "opening">, Look>> = {
  viewer: { icon: "eye", text: "View only", detail: "You may look at this board, and not change it" },
  past: { icon: "history", text: "Looking at the past", detail: "This is the board as it was: it cannot be changed" },
};

/** Says beside the name of the board why it cannot be changed; of a board that opens, the "Saved" sign says so. */
export function openHindranceSign(editor: Editor): void {
  const sign = element("hindrance", HTMLElement);
  let shown: Hindrance | undefined;
  const show = (): void => {
    const { hindrance } = editor;
    if (hindrance === shown) return;
    shown = hindrance;
    sign.hidden = hindrance === undefined || hindrance === "opening";
    if (hindrance === undefined || hindrance === "opening") return;
    const look = LOOKS[hindrance];
    sign.title = look.detail;
    sign.replaceChildren(icon(look.icon), make("span", "", look.text));
  };
  editor.onChange(show);
  show();
}
