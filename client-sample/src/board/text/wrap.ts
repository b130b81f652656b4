/** Paragraphs cut into lines. Pure, but for what measures. */
import { graphemesOf } from "./line-breaks.ts";
import type { Measure } from "./measure.ts";
import { type Chunk, type Paragraph, type Part, widthOf } from "./paragraphs.ts";

/** A line cut from a paragraph. */
export interface Cut extends Part {
  readonly paragraph: Paragraph;
  readonly isFirst: boolean;
}

/** A line may be longer than its room by so much, in units: what rounding adds. */
export const TOLERANCE = 1 / 32;
/** Sums of words are so near to the width of the line that they make, as a share of it. */
const NEAR = 0.04;

/** Words that fit go onto the line; a word that is longer than any line is cut between its characters. */
export function wrapped(paragraph: Paragraph, room: number, measure: Measure): readonly Cut[] {
  const cuts: Cut[] = [];
  /** Letters draw closer to one another across the places where a line may break: where it matters the whole is measured. */
  const hasRoom = (lineStart: number, { wordEnd }: Chunk, sum: number): boolean => {
    if (Math.abs(sum - room) > NEAR * room) return sum <= room;
    return widthOf(paragraph, { start: lineStart, end: wordEnd }, measure) <= room;
  };
  let start = 0;
  let width = 0;
  const endLine = (end: number): void => {
    cuts.push({ paragraph, isFirst: cuts.length === 0, start, end });
    start = end;
    width = 0;
  };
  for (const chunk of paragraph.chunks) {
    if (width > 0 && !hasRoom(start, chunk, width + chunk.wordWidth)) endLine(chunk.start);
    if (chunk.wordWidth > room) {
      for (const end of cutsInWord(paragraph, { start: chunk.start, end: chunk.wordEnd }, room, measure)) endLine(end);
      width = widthOf(paragraph, { start, end: chunk.end }, measure);
    } else {
      width += chunk.width;
    }
  }
  endLine(paragraph.text.length);
  return cuts;
}

function cutsInWord(paragraph: Paragraph, word: Part, room: number, measure: Measure): readonly number[] {
  const cuts: number[] = [];
  const ends = [word.start];
  for (const grapheme of graphemesOf(paragraph.text.slice(word.start, word.end))) {
    ends.push((ends.at(-1) ?? 0) + grapheme.length);
  }
  let first = 0;
  let guess = 16;
  for (;;) {
    const count = fitting(ends.length - 1 - first, guess, (characters) => {
      const part = { start: ends[first] ?? 0, end: ends[first + characters] ?? word.end };
      return widthOf(paragraph, part, measure) <= room;
    });
    guess = count;
    first += count;
    if (first >= ends.length - 1) return cuts;
    cuts.push(ends[first] ?? word.end);
  }
}

/** The most of `count` that fit, at least one: sought from a guess on, since lines are about equally long. */
function fitting(count: number, guess: number, fits: (characters: number) => boolean): number {
  let least = 1;
  let most = Math.min(count, Math.max(1, guess));
  while (most < count && fits(most)) {
    least = most;
    most = Math.min(count, most + Math.max(4, most >> 2));
  }
  while (least < most) {
    const middle = (least + most + 1) >> 1;
    if (fits(middle)) least = middle;
    else most = middle - 1;
  }
  return least;
}
