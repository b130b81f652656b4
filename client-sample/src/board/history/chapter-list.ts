import { make, setText } from "../../ui/dom.ts";
import type { Chapter } from "./story.ts";
import { momentText } from "./time-words.ts";

/** What a list of chapters asks about them, and what it asks for. */
export interface ChapterListParts {
  readonly nameOf: (userId: string) => string;
  readonly colourOf: (userId: string) => string;
  readonly onChoose: (chapter: Chapter) => void;
  /** Somebody points at a chapter; undefined: at none any more. */
  readonly onPoint: (chapter: Chapter | undefined) => void;
  /** What comes before is wanted, or what could not be had before. */
  readonly onMore: () => void;
}

/** How the list ends: there is more, it is being brought, it could not be had, or this is all; and since when. */
export interface ListEnd {
  readonly state: keyof typeof MORE | "all";
  readonly sinceMs: number | undefined;
}

const MORE = { more: "Show what is older", loading: "Loading …", failed: "Try again" } as const;
/** More lines would make a list of which nobody sees the end; what is older is reached with the slider. */
const MAX_LINES = 400;

/** Who did what when, newest first. */
export class ChapterList {
  readonly root = make("div", "history-scroll");
  readonly #list = make("ol", "history-list");
  readonly #more = document.createElement("button");
  readonly #since = make("p", "history-since");
  readonly #parts: ChapterListParts;
  readonly #lines = new Map<string, { readonly line: HTMLElement; readonly chapter: Chapter }>();

  constructor(parts: ChapterListParts) {
    this.#parts = parts;
    this.#list.setAttribute("aria-label", "What happened, newest first");
    this.#more.type = "button";
    this.#more.addEventListener("click", parts.onMore);
    this.root.append(this.#list, this.#more, this.#since);
  }

  /** @param current the last entry of what is shown on the board */
  update(chapters: readonly Chapter[], current: number, { state, sinceMs }: ListEnd): void {
    const nowMs = Date.now();
    const shown = chapters.toReversed().slice(0, MAX_LINES);
    const lines = shown.map((chapter) => this.#line(chapter, nowMs));
    const kept = new Set(lines);
    for (const [key, { line }] of this.#lines) if (!kept.has(line)) this.#lines.delete(key);
    if (
      lines.some((line, index) => this.#list.children[index] !== line) ||
      lines.length !== this.#list.children.length
    ) {
      this.#list.replaceChildren(...lines);
    }
    const at = shown.find(({ from }) => from <= current);
    for (const [index, chapter] of shown.entries()) {
      lines[index]?.firstElementChild?.setAttribute("aria-current", String(chapter === at));
    }
    this.#more.hidden = state === "all";
    this.#more.disabled = state === "loading";
    if (state !== "all") setText(this.#more, MORE[state]);
    setText(this.#since, sinceText(state, sinceMs, nowMs));
  }

  #line(chapter: Chapter, nowMs: number): HTMLElement {
    const { nameOf, colourOf, onChoose, onPoint } = this.#parts;
    const key = JSON.stringify([chapter.from, chapter.to, chapter.what, nameOf(chapter.userId)]);
    const known = this.#lines.get(key);
    if (known) return known.line;
    const choose = document.createElement("button");
    choose.type = "button";
    choose.className = "history-chapter";
    const dot = make("i", "history-dot");
    dot.style.background = colourOf(chapter.userId);
    const words = make("span", "history-words");
    words.append(make("bdi", "history-name", nameOf(chapter.userId)), ` ${chapter.what}`);
    choose.append(dot, words, make("time", "history-when", momentText(chapter.at, nowMs)));
    choose.addEventListener("click", () => onChoose(chapter));
    for (const begin of ["pointerenter", "focus"]) choose.addEventListener(begin, () => onPoint(chapter));
    for (const end of ["pointerleave", "blur"]) choose.addEventListener(end, () => onPoint(undefined));
    const line = make("li", "history-line");
    line.append(choose);
    this.#lines.set(key, { line, chapter });
    return line;
  }
}

function sinceText(state: ListEnd["state"], sinceMs: number | undefined, nowMs: number): string {
  if (state !== "all") return "";
  if (sinceMs === undefined) return "Nothing has happened on this board yet.";
  return `History goes back to ${momentText(sinceMs, nowMs)}.`;
}
