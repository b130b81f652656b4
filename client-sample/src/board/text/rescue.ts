import { textButton } from "../../ui/dom.ts";
import type { Say } from "../words.ts";

/** What is to become of words whose shape is gone, or does not take them. */
export interface Rescue {
  readonly host: HTMLElement;
  /** What happened. */
  readonly message: string;
  readonly words: string;
  /** Puts them on the board anew. */
  readonly onKeep: () => void;
  readonly say: Say;
}

/** Asks what is to become of words; they are there until it is answered. */
export function offerRescue({ host, message, words, onKeep, say }: Rescue): void {
  const bar = document.createElement("div");
  bar.className = "text-bar text-rescue panel bar";
  bar.setAttribute("role", "alertdialog");
  bar.setAttribute("aria-label", message);
  const text = document.createElement("span");
  text.textContent = message;
  const keep = textButton("Keep my words", () => {
    bar.remove();
    onKeep();
  });
  const copy = textButton("Copy them", () => void copyWords(words, say));
  const drop = textButton("Let them go", () => bar.remove());
  bar.append(text, keep, copy, drop);
  bar.style.transform = `translate(calc(${host.clientWidth / 2}px - 50%), ${host.clientHeight / 3}px)`;
  for (const type of ["pointerdown", "keydown", "keyup", "dblclick", "wheel"]) {
    bar.addEventListener(type, (event) => event.stopPropagation());
  }
  host.append(bar);
  keep.focus();
}

async function copyWords(words: string, say: Say): Promise<void> {
  try {
    await navigator.clipboard.writeText(words);
    say("Copied.");
  } catch {
    say("This browser does not let the page copy. Keep the words, and copy them from there.", "problem");
  }
}
