/** The field in which words are written: Quill, bound to a Yjs text. Loaded when somebody writes for the first time. */

import Quill, { type Op } from "quill/core.js";
import Bold from "quill/formats/bold.js";
import Italic from "quill/formats/italic.js";
import List from "quill/formats/list.js";
import Strike from "quill/formats/strike.js";
import Underline from "quill/formats/underline.js";
import { QuillBinding } from "y-quill";
import { type Text, UndoManager } from "yjs";
import { type Delta, type Formats, tidyText } from "./delta.ts";
import { MAX_CHARACTERS } from "./metrics.ts";
import { reduceHtml } from "./reduce-html.ts";

/** A look that can be switched, and what shows whether it is on. */
export type FormatName = keyof Formats;

/** What a field needs. */
export interface WordsFieldParts {
  /** Becomes the field. */
  readonly element: HTMLElement;
  readonly text: Text;
  /** What it is called, for those who do not see it. */
  readonly label: string;
  /** The caret is elsewhere, or looks have changed. */
  readonly onCaret: () => void;
  /** There was no room for what was typed. */
  readonly onFull: () => void;
  /** There is no room for all that was brought, `length` characters, and nothing of it was taken. */
  readonly onTooLong: (length: number, room: number) => void;
}

/** HTML that is longer is not looked at; its text is taken. */
const MAX_HTML_LENGTH = 200_000;
/** What a key changes at once is undone at once, and what is written in such a time. */
const UNDO_STEP_MS = 500;
const FORMATS = ["bold", "italic", "underline", "strike", "list"];
const LIST_STARTS: Readonly<Record<string, NonNullable<Formats["list"]>>> = {
  "-": "bullet",
  "*": "bullet",
  "•": "bullet",
  "1.": "ordered",
  "1)": "ordered",
};

Quill.register({
  "formats/bold": Bold,
  "formats/italic": Italic,
  "formats/list": List,
  "formats/strike": Strike,
  "formats/underline": Underline,
});

/** Bindings of Quill that make what there is not here, or move what browsers move better. */
const NO_BINDINGS = { tab: null, indent: null, outdent: null, "list autofill": null, "code exit": null };

/** What Quill tells of a caret. */
interface Caret {
  readonly index: number;
}
interface LineStart {
  readonly prefix: string;
}

/** A field in which words are written. */
export class WordsField {
  readonly #parts: WordsFieldParts;
  readonly #quill: Quill;
  readonly #binding: QuillBinding;
  readonly #undo: UndoManager;
  readonly #listening = new AbortController();

  constructor(parts: WordsFieldParts) {
    this.#parts = parts;
    const { element, text, label } = parts;
    this.#listenBefore(element);
    this.#quill = new Quill(element, {
      formats: FORMATS,
      modules: { keyboard: { bindings: { ...NO_BINDINGS, ...this.#bindings() } }, history: { maxStack: 0 } },
    });
    this.#binding = new QuillBinding(text, this.#quill);
    this.#undo = new UndoManager(text, {
      trackedOrigins: new Set([this.#binding]),
      captureTimeout: UNDO_STEP_MS,
    });
    const { root } = this.#quill;
    root.setAttribute("role", "textbox");
    root.setAttribute("aria-multiline", "true");
    root.setAttribute("aria-label", label);
    this.#quill.on("editor-change", () => parts.onCaret());
    this.#quill.on("selection-change", (range) => {
      if (range) this.#keepPairs(range.index, range.index + range.length);
    });
    this.#quill.on("text-change", (_delta, _before, source) => {
      if (source === "user") this.#bound();
    });
  }

  /** The looks at the caret, or that all of the selection has. */
  get formats(): Formats {
    const range = this.#quill.getSelection();
    return range ? this.#quill.getFormat(range) : {};
  }

  /** Puts the caret behind the last word. */
  focus(): void {
    this.#quill.focus();
    this.#quill.setSelection(this.#quill.getLength() - 1, 0, "silent");
  }

  /** Writes at the caret, as a person does. */
  write(text: string): void {
    this.#insert([{ insert: tidyText(text, Number.POSITIVE_INFINITY) }]);
  }

  /** Switches a look on or off; a list of the other kind becomes one of this. */
  toggle(name: "bold" | "italic" | "underline" | "strike" | "bullet" | "ordered"): void {
    this.#undo.stopCapturing();
    const { formats } = this;
    if (name === "bullet" || name === "ordered") {
      this.#quill.format("list", formats.list === name ? false : name, "user");
    } else {
      this.#quill.format(name, formats[name] !== true, "user");
    }
    this.#undo.stopCapturing();
    this.#parts.onCaret();
  }

  /** Takes back what was written here last; not what others wrote. */
  undo(): void {
    this.#undo.undo();
  }

  /** Does again what was taken back. */
  redo(): void {
    this.#undo.redo();
  }

  /** Ends the field; what was written is in the Yjs text. */
  close(): void {
    this.#listening.abort();
    this.#undo.destroy();
    this.#binding.destroy();
    this.#quill.disable();
  }

  /** Before Quill sees it: nothing but words gets in, from wherever it comes. */
  #listenBefore(element: HTMLElement): void {
    const options = { capture: true, signal: this.#listening.signal };
    const on = <E extends Event>(type: string, act: (event: E) => void): void =>
      element.addEventListener(
        type,
        (event) => {
          event.preventDefault();
          event.stopPropagation();
          act(event as E); // as the type of the event says
        },
        options,
      );
    on<ClipboardEvent>("paste", ({ clipboardData }) => this.#paste(clipboardData));
    on<DragEvent>("drop", ({ dataTransfer }) => this.write(dataTransfer?.getData("text/plain") ?? ""));
    on("dragover", () => {});
    element.addEventListener("beforeinput", (event) => this.#beforeInput(event), options);
  }

  /** What the menus of browsers and systems do, beside keys. */
  #beforeInput(event: InputEvent): void {
    const { inputType } = event;
    const isForeign = /^insertFrom|^format(?!Bold|Italic|Underline|StrikeThrough)|^insertHorizontal|^insertLink/.test(
      inputType,
    );
    if (inputType === "historyUndo") this.undo();
    else if (inputType === "historyRedo") this.redo();
    else if (!isForeign) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #paste(data: DataTransfer | null): void {
    const html = data?.getData("text/html") ?? "";
    const text = data?.getData("text/plain") ?? "";
    if (html === "" || html.length > MAX_HTML_LENGTH) {
      this.write(text);
      return;
    }
    const { body } = new DOMParser().parseFromString(html, "text/html"); // runs nothing and loads nothing
    const words = reduceHtml(body, MAX_CHARACTERS + 1);
    const isWhole = lengthOf(words) <= MAX_CHARACTERS;
    this.#insert(words, isWhole ? undefined : text.length);
  }

  /** Puts words in place of the selection; all of them, or nothing where there is no room for them. */
  #insert(words: Delta, fullLength = lengthOf(words)): void {
    const { index, length } = this.#quill.getSelection(true);
    const room = Math.max(0, MAX_CHARACTERS - (this.#quill.getLength() - 1 - length));
    if (lengthOf(words) > room) {
      this.#parts.onTooLong(fullLength, room);
      return;
    }
    const change: Op[] = [];
    if (index > 0) change.push({ retain: index });
    for (const { insert, attributes } of words) change.push({ insert, attributes: { ...attributes } });
    if (length > 0) change.push({ delete: length });
    this.#undo.stopCapturing();
    this.#quill.updateContents(change, "user");
    this.#quill.setSelection(index + lengthOf(words), 0, "silent");
    this.#undo.stopCapturing();
  }

  /** What was written beyond the bound goes again, from before the caret. */
  #bound(): void {
    const excess = this.#quill.getLength() - 1 - MAX_CHARACTERS;
    if (excess <= 0) return;
    const caret = this.#quill.getSelection()?.index ?? this.#quill.getLength() - 1;
    const start = Math.max(0, caret - excess);
    this.#quill.deleteText(start, caret - start, "user");
    this.#parts.onFull();
  }

  /** Asked before those of Quill; true leaves the key to them. */
  #bindings() {
    const ask = (act: (index: number, line: LineStart) => boolean) => (range: Caret, line: LineStart) =>
      act(range.index, line);
    return {
      "list begin": {
        key: " ",
        collapsed: true,
        prefix: /^(-|\*|•|1\.|1\))$/,
        handler: ask((index, { prefix }) => this.#beginList(index, prefix)),
      },
      "pair before": { key: "Backspace", collapsed: true, handler: ask((index) => this.#deletePair(index - 2)) },
      "pair after": { key: "Delete", collapsed: true, handler: ask((index) => this.#deletePair(index)) },
    };
  }

  /** Where looks were just switched, Quill does not see that the next character has two units, and would halve it. */
  #deletePair(index: number): boolean {
    if (!this.#isPair(index)) return true;
    this.#quill.deleteText(index, 2, "user");
    return false;
  }

  /** For the same reason the caret may come to stand within such a character; what was written there would tear it apart. */
  #keepPairs(start: number, end: number): void {
    const from = this.#isPair(start - 1) ? start - 1 : start;
    const to = this.#isPair(end - 1) ? end - 1 : end;
    if (from !== start || to !== end) this.#quill.setSelection(from, to - from, "silent");
  }

  #isPair(index: number): boolean {
    return index >= 0 && /^[\ud800-\udbff][\udc00-\udfff]$/.test(this.#quill.getText(index, 2));
  }

  /** "- " and the like at the start of a line make it a line of a list. */
  #beginList(index: number, prefix: string): boolean {
    const list = LIST_STARTS[prefix];
    const [, offset] = this.#quill.getLine(index); // the prefix is that of letters of one look
    if (!list || this.formats.list || offset > prefix.length) return true;
    this.#undo.stopCapturing();
    this.#quill.deleteText(index - prefix.length, prefix.length, "user");
    this.#quill.formatLine(index - prefix.length, 1, "list", list, "user");
    return false;
  }
}

function lengthOf(delta: Delta): number {
  return delta.reduce((sum, { insert }) => sum + insert.length, 0);
}
