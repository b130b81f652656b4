/** Words cut at the places where a line may break, and measured. Pure, but for what measures. */

import { isRtlParagraph } from "./bidi.ts";
import type { Delta, Formats } from "./delta.ts";
import { breaksIn } from "./line-breaks.ts";
import type { Measure } from "./measure.ts";
import { type Face, fontOf } from "./metrics.ts";

/** A part of a paragraph with letters of one look. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly formats: Formats;
  readonly font: string;
}

/** What lies between two places where a line may break: something to see, and the spaces after it. */
export interface Chunk {
  readonly start: number;
  /** Where the spaces begin. */
  readonly wordEnd: number;
  readonly end: number;
  readonly wordWidth: number;
  readonly width: number;
}

/** A line as it was written. */
export interface Paragraph {
  readonly text: string;
  readonly spans: readonly Span[];
  readonly chunks: readonly Chunk[];
  readonly isRtl: boolean;
  readonly list: Formats["list"];
  /** Of a numbered line, from 1. */
  readonly number: number;
}

/** Cuts words into paragraphs; there is always one. */
export function paragraphsOf(delta: Delta, fontSize: number, measure: Measure): readonly Paragraph[] {
  let number = 0;
  const fonts = new Map<Formats, string>();
  const fontFor = (formats: Formats): string => {
    const font = fonts.get(formats) ?? fontOf(fontSize, faceOf(formats));
    fonts.set(formats, font);
    return font;
  };
  return splitLines(delta).map(({ text, list, runs }) => {
    number = list === "ordered" ? number + 1 : 0;
    const spans = runs.map(({ start, end, formats }) => ({ start, end, formats, font: fontFor(formats) }));
    return { text, spans, chunks: chunksOf(text, spans, measure), isRtl: isRtlParagraph(text), list, number };
  });
}

/** The letters of a look. */
export function faceOf({ bold, italic }: Formats): Face {
  return { isBold: bold === true, isItalic: italic === true };
}

/** How wide a part of a paragraph is. */
export function widthOf({ text, spans }: Pick<Paragraph, "text" | "spans">, part: Part, measure: Measure): number {
  let width = 0;
  for (const span of spans) {
    const start = Math.max(part.start, span.start);
    const end = Math.min(part.end, span.end);
    if (start < end) width += measure.width(text.slice(start, end), span.font);
  }
  return width;
}

/** Places in a text, in UTF-16 units. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

interface Line {
  text: string;
  list: Formats["list"];
  readonly runs: Omit<Span, "font">[];
}

const PLAIN: Formats = {};

/** The end of a line carries what the whole line is; the last line's end ends the text. */
function splitLines(delta: Delta): readonly Line[] {
  const lines: Line[] = [newLine()];
  for (const { insert, attributes = PLAIN } of delta) {
    insert.split("\n").forEach((piece, i) => {
      if (i > 0) {
        Object.assign(lines.at(-1) ?? {}, { list: attributes.list });
        lines.push(newLine());
      }
      append(lines.at(-1), piece, attributes);
    });
  }
  if (lines.length > 1 && lines.at(-1)?.text === "") lines.pop();
  return lines;
}

function newLine(): Line {
  return { text: "", list: undefined, runs: [] };
}

function append(line: Line | undefined, piece: string, formats: Formats): void {
  if (!line || piece === "") return;
  const start = line.text.length;
  line.text += piece;
  line.runs.push({ start, end: line.text.length, formats });
}

function chunksOf(text: string, spans: readonly Span[], measure: Measure): readonly Chunk[] {
  const ends = text === "" ? [] : [...breaksIn(text), text.length];
  let start = 0;
  return ends.map((end) => {
    let wordEnd = end;
    while (wordEnd > start && text.charAt(wordEnd - 1) === " ") wordEnd--;
    const wordWidth = widthOf({ text, spans }, { start, end: wordEnd }, measure);
    const width = wordEnd === end ? wordWidth : wordWidth + widthOf({ text, spans }, { start: wordEnd, end }, measure);
    const chunk = { start, wordEnd, end, wordWidth, width };
    start = end;
    return chunk;
  });
}
