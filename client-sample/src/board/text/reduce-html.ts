/**
 * Pasted HTML, reduced to words with the looks that there are here. It is read from a document that runs and loads nothing, and
 * of that only texts and the names of elements are taken. Pure.
 */
import type { Delta, DeltaOp, Formats } from "./delta.ts";
import { cut, tidyText } from "./delta.ts";

/** What of a node of a document is read. */
export interface HtmlNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly nodeValue: string | null;
  readonly childNodes: Iterable<HtmlNode>;
  readonly style?: {
    readonly fontWeight?: string;
    readonly fontStyle?: string;
    readonly textDecoration?: string;
    readonly textDecorationLine?: string;
    readonly whiteSpace?: string;
  };
}

/** Deeper elements are left out. */
const MAX_DEPTH = 200;
/** Looks that change more often are left out: each change takes room in what is kept. */
const MAX_RUNS = 400;

const TEXT = 3;
const ELEMENT = 1;
const NEVER = new Set([
  ..."SCRIPT STYLE TEMPLATE NOSCRIPT TITLE HEAD META LINK IFRAME OBJECT EMBED SVG MATH TEXTAREA SELECT OPTION".split(
    " ",
  ),
  ..."AUDIO VIDEO CANVAS".split(" "),
]);
const BLOCKS = new Set(
  "P DIV LI UL OL H1 H2 H3 H4 H5 H6 BLOCKQUOTE PRE TR TABLE SECTION ARTICLE HEADER FOOTER MAIN FIGURE DL DT DD HR".split(
    " ",
  ),
);
const LOOKS: Readonly<Record<string, Formats>> = {
  B: { bold: true },
  STRONG: { bold: true },
  H1: { bold: true },
  H2: { bold: true },
  H3: { bold: true },
  TH: { bold: true },
  I: { italic: true },
  EM: { italic: true },
  U: { underline: true },
  INS: { underline: true },
  S: { strike: true },
  STRIKE: { strike: true },
  DEL: { strike: true },
};

/** The words of a part of a document; at most `maxCharacters`, and without an end of line after the last. */
export function reduceHtml(root: HtmlNode, maxCharacters: number): Delta {
  const reducer = new Reducer(maxCharacters);
  reducer.read(root, { formats: {}, list: undefined, isPre: false, depth: 0 });
  return reducer.result();
}

interface Context {
  readonly formats: Formats;
  readonly list: Formats["list"];
  readonly isPre: boolean;
  readonly depth: number;
}

class Reducer {
  readonly #ops: DeltaOp[] = [];
  #room: number;
  /** Of the line that is being read. */
  #list: Formats["list"];
  /** Whether that has anything in it yet. */
  #isLineEmpty = true;
  #isSpaceDue = false;

  constructor(maxCharacters: number) {
    this.#room = maxCharacters;
  }

  read(node: HtmlNode, context: Context): void {
    if (this.#room <= 0 || context.depth > MAX_DEPTH) return;
    const name = node.nodeName.toUpperCase();
    if (node.nodeType === TEXT) this.#text(node.nodeValue ?? "", context);
    else if (name === "BR") this.#endLine();
    else if (!NEVER.has(name)) this.#element(node, name, context);
  }

  result(): Delta {
    if (this.#list && !this.#isLineEmpty) this.#endLine();
    const looks = this.#ops.filter(({ attributes }) => attributes).length;
    if (looks <= MAX_RUNS) return this.#ops;
    const plain = this.#ops.map(({ insert }) => insert).join("");
    return plain === "" ? [] : [{ insert: plain }];
  }

  #element(node: HtmlNode, name: string, context: Context): void {
    const isBlock = node.nodeType === ELEMENT && BLOCKS.has(name);
    if (isBlock && !this.#isLineEmpty) this.#endLine();
    const within = inside(node, name, context);
    if (name === "LI") this.#list = within.list ?? "bullet";
    for (const child of node.childNodes) this.read(child, within);
    if (isBlock && !this.#isLineEmpty) this.#endLine();
    if (name === "LI") this.#list = undefined;
    if (name === "TD" || name === "TH") this.#isSpaceDue = true;
  }

  #text(value: string, { formats, isPre }: Context): void {
    const text = isPre ? tidyText(value, this.#room) : cut(value, 4 * this.#room).replace(/\s+/g, " ");
    const lines = isPre ? text.split("\n") : [text];
    lines.forEach((line, i) => {
      if (i > 0) this.#endLine();
      this.#words(line, formats, isPre);
    });
  }

  /** Spaces between elements are those of the source, not of what it says. */
  #words(line: string, formats: Formats, isPre: boolean): void {
    const words = isPre ? line : line.trim();
    if (!isPre && line.startsWith(" ")) this.#isSpaceDue = true;
    if (words === "") return;
    const space = this.#isSpaceDue && !this.#isLineEmpty ? " " : "";
    this.#put(`${space}${words}`, formats);
    this.#isSpaceDue = !isPre && line.endsWith(" ");
    this.#isLineEmpty = false;
  }

  #endLine(): void {
    this.#put("\n", this.#list ? { list: this.#list } : {});
    this.#isLineEmpty = true;
    this.#isSpaceDue = false;
  }

  #put(text: string, formats: Formats): void {
    const insert = tidyText(text, this.#room);
    if (insert === "") return;
    this.#room -= insert.length;
    const last = this.#ops.at(-1);
    const isMore = last && isSame(last.attributes ?? {}, formats);
    if (isMore) this.#ops[this.#ops.length - 1] = { ...last, insert: last.insert + insert };
    else this.#ops.push(Object.keys(formats).length > 0 ? { insert, attributes: formats } : { insert });
  }
}

function inside({ style }: HtmlNode, name: string, context: Context): Context {
  const lists: Readonly<Record<string, Formats["list"]>> = { UL: "bullet", OL: "ordered" };
  return {
    formats: { ...context.formats, ...LOOKS[name], ...looksOf(style ?? {}) },
    list: lists[name] ?? context.list,
    isPre: context.isPre || name === "PRE" || /^(pre|break-spaces)/.test(style?.whiteSpace ?? ""),
    depth: context.depth + 1,
  };
}

function looksOf(style: NonNullable<HtmlNode["style"]>): Formats {
  const lines = `${style.textDecoration ?? ""} ${style.textDecorationLine ?? ""}`;
  return {
    ...(/^(bold|bolder|[6-9]00)$/.test(style.fontWeight ?? "") && { bold: true }),
    ...(/^(italic|oblique)/.test(style.fontStyle ?? "") && { italic: true }),
    ...(lines.includes("underline") && { underline: true }),
    ...(lines.includes("line-through") && { strike: true }),
  };
}

function isSame(one: Formats, other: Formats): boolean {
  const keys = ["bold", "italic", "underline", "strike", "list"] as const;
  return keys.every((key) => one[key] === other[key]);
}
