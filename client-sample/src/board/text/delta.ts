/**
 * The words of a shape as runs of equal looks. Rich text is kept as Yjs updates; it is decoded when it is painted for the first
 * time, and not again until it changes.
 */
import { applyUpdate, Doc, encodeStateAsUpdate, type Text } from "yjs";
import type { Shape } from "../../../../rooms/whiteboard/rules/board.ts";
import { MAX_CHARACTERS } from "./metrics.ts";

/** Looks of letters, and, on the end of a line, what kind of list it belongs to. */
export interface Formats {
  readonly bold?: true;
  readonly italic?: true;
  readonly underline?: true;
  readonly strike?: true;
  readonly list?: "bullet" | "ordered";
}

/** A run of equal looks. Lines end with "\n", also the last. */
export interface DeltaOp {
  readonly insert: string;
  readonly attributes?: Formats;
}

/** Words in their order. */
export type Delta = readonly DeltaOp[];

/** Under which the text lies in a shape's Yjs document. */
const TEXT_NAME = "text";
/** Texts without formats whose deltas are kept; the oldest are made anew. */
const MAX_PLAIN_CACHED = 5000;
const EMPTY: Delta = [];

const byRich = new WeakMap<readonly Uint8Array[], Delta>();
const byText = new Map<string, Delta>();

/** The words of a shape. The same shape gives the same array, until its words change. */
export function plainDelta({ rich, g: { text } }: Pick<Shape, "rich" | "g">): Delta {
  if (rich) return cached(rich);
  return text ? cachedPlain(text) : EMPTY;
}

/** What is written, without looks. */
export function plainText(delta: Delta): string {
  return delta.map(({ insert }) => insert).join("");
}

/** Whether there is nothing in it that could be seen. */
export function isBlank(delta: Delta): boolean {
  return delta.every(({ insert }) => insert.trim() === "");
}

/** The text in a shape's Yjs document. */
export function textOf(doc: Doc): Text {
  return doc.getText(TEXT_NAME);
}

/** What a Yjs document says, reduced to the looks that there are here; anything else in it is left out. */
export function deltaOf(doc: Doc): Delta {
  const ops: readonly { insert?: unknown; attributes?: Readonly<Record<string, unknown>> }[] = textOf(doc).toDelta();
  return ops.flatMap(({ insert, attributes }) => {
    if (typeof insert !== "string") return [];
    const formats = attributes && knownFormats(attributes);
    return formats && Object.keys(formats).length > 0 ? [{ insert, attributes: formats }] : [{ insert }];
  });
}

/** Adds updates to a Yjs document. One that cannot be read is left out: the rest of the text is worth more. */
export function addUpdates(doc: Doc, updates: Iterable<Uint8Array>, origin?: unknown): void {
  for (const update of updates) {
    try {
      applyUpdate(doc, update, origin);
    } catch {
      // written by something that is not this page, and not the server's to understand
    }
  }
}

/**
 * The update that turns a text without looks into rich text. It is the same wherever it is made, so two people who begin to
 * write at the same moment begin with the same, once. It ends with the end of a line, as every text of the editor does.
 */
export function seedUpdate(text: string): Uint8Array {
  const seed = tidyText(text);
  return updateOf([{ insert: `${seed}\n` }], hashOf(seed));
}

/** An update that makes a text of its own. */
export function updateOf(delta: Delta, clientId?: number): Uint8Array {
  const doc = new Doc();
  if (clientId !== undefined) doc.clientID = clientId;
  textOf(doc).applyDelta([...delta]);
  const update = encodeStateAsUpdate(doc);
  doc.destroy();
  return update;
}

/** A text with one kind of line ends, no tabs, nothing that shows nothing, and at most `maxCharacters`. */
export function tidyText(text: string, maxCharacters = MAX_CHARACTERS): string {
  const within = cut(text, 2 * maxCharacters); // more need not be looked at
  const tidy = within
    .toWellFormed() // as Yjs writes it
    .replace(/\r\n?|[\u2028\u2029\v\f\u0085]/g, "\n")
    .replace(/\t/g, "    ")
    .replace(/(?!\n)\p{Cc}|[\ufffc\ufeff]/gu, "");
  return cut(tidy, maxCharacters);
}

/** The beginning of a text; a character of two units is not cut in half. */
export function cut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const isHalf = /[\ud800-\udbff]/.test(text.charAt(maxCharacters - 1));
  return text.slice(0, isHalf ? maxCharacters - 1 : maxCharacters);
}

function cached(rich: readonly Uint8Array[]): Delta {
  const known = byRich.get(rich);
  if (known) return known;
  const doc = new Doc({ guid: "" }); // its own name would cost more than the words
  doc.transact(() => addUpdates(doc, rich)); // tidies up once, and not after each
  const delta = deltaOf(doc);
  doc.destroy();
  byRich.set(rich, delta);
  return delta;
}

function cachedPlain(text: string): Delta {
  const known = byText.get(text);
  if (known) return known;
  for (const [oldest] of byText) {
    if (byText.size < MAX_PLAIN_CACHED) break;
    byText.delete(oldest);
  }
  const delta = [{ insert: `${tidyText(text)}\n` }];
  byText.set(text, delta);
  return delta;
}

function knownFormats({ bold, italic, underline, strike, list }: Readonly<Record<string, unknown>>): Formats {
  return {
    ...(bold === true && { bold }),
    ...(italic === true && { italic }),
    ...(underline === true && { underline }),
    ...(strike === true && { strike }),
    ...((list === "bullet" || list === "ordered") && { list }),
  };
}

/** FNV-1a: different texts begin as different authors, so that they are never taken for one another. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
