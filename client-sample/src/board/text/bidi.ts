/**
 * Words that are written from right to left among those that are not: Unicode's algorithm (UAX 9) without its invisible
 * controls. Pure.
 */

/** A part of a line that is written in one direction. */
export interface DirectedPart {
  readonly start: number;
  readonly end: number;
  readonly isRtl: boolean;
}

type Direction = "L" | "R" | "number" | "neutral";

const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const NUMBER = /[\d\u0660-\u0669\u06f0-\u06f9]/;
/** Signs that belong to the number that they stand in or next to. */
const OF_NUMBER = /[.,:/+\-%#$€£¥°]/;
const LETTER = /[\p{L}\p{So}\p{Nl}]/u;

/** Whether a text has anything that is written from right to left. */
export function hasRtl(text: string): boolean {
  return RTL.test(text);
}

/** Whether a paragraph runs from right to left: as its first letter does. */
export function isRtlParagraph(text: string): boolean {
  if (!hasRtl(text)) return false;
  for (const character of text) {
    if (RTL.test(character) && !NUMBER.test(character)) return true;
    if (LETTER.test(character)) return false;
  }
  return false;
}

/**
 * The parts of a line in the order in which they stand from left to right. Each begins or ends where the direction changes, or
 * at one of `cuts`.
 */
export function visualOrder(line: string, isRtl: boolean, cuts: readonly number[]): readonly DirectedPart[] {
  const levels = levelsOf(line, isRtl);
  const at = new Set(cuts);
  const parts: (DirectedPart & { readonly level: number })[] = [];
  let start = 0;
  for (let end = 1; end <= line.length; end++) {
    const level = levels[start] ?? 0;
    if (end < line.length && levels[end] === level && !at.has(end)) continue;
    parts.push({ start, end, level, isRtl: level % 2 === 1 });
    start = end;
  }
  return reordered(parts);
}

/** Runs of parts of a level and those above it are turned around, from the highest level down (L2). */
function reordered<P extends { readonly level: number }>(parts: readonly P[]): readonly P[] {
  let order = [...parts];
  for (let level = Math.max(0, ...parts.map((part) => part.level)); level > 0; level--) {
    const next: P[] = [];
    let turned: P[] = [];
    for (const part of order) {
      if (part.level >= level) {
        turned.unshift(part);
        continue;
      }
      next.push(...turned, part);
      turned = [];
    }
    order = [...next, ...turned];
  }
  return order;
}

/** Even levels run from left to right, odd ones from right to left. */
function levelsOf(line: string, isRtl: boolean): readonly number[] {
  const base: Direction = isRtl ? "R" : "L";
  const kinds = withNeutrals(withNumbers(withNumberSigns(directionsOf(line), line), base), base);
  const levels: Readonly<Record<Direction, number>> = isRtl
    ? { L: 2, R: 1, number: 2, neutral: 1 }
    : { L: 0, R: 1, number: 2, neutral: 0 };
  return kinds.map((kind) => levels[kind]);
}

function directionsOf(line: string): Direction[] {
  const kinds: Direction[] = [];
  for (const character of line) {
    const kind = directionOf(character);
    const isMark = /^\p{M}/u.test(character);
    const own = isMark ? (kinds.at(-1) ?? "neutral") : kind;
    for (let i = 0; i < character.length; i++) kinds.push(own);
  }
  return kinds;
}

function directionOf(character: string): Direction {
  if (NUMBER.test(character)) return "number";
  if (RTL.test(character)) return "R";
  return LETTER.test(character) ? "L" : "neutral";
}

function withNumberSigns(kinds: readonly Direction[], line: string): readonly Direction[] {
  return kinds.map((kind, i) => {
    if (kind !== "neutral" || !OF_NUMBER.test(line.charAt(i))) return kind;
    return kinds[i - 1] === "number" && kinds[i + 1] === "number" ? "number" : kind;
  });
}

/** Among words that run from left to right a number is one of them (W7). */
function withNumbers(kinds: readonly Direction[], base: Direction): readonly Direction[] {
  let strong = base;
  return kinds.map((kind) => {
    if (kind === "L" || kind === "R") strong = kind;
    return kind === "number" && strong === "L" ? "L" : kind;
  });
}

/** What stands between two of one direction goes with them, anything else with the paragraph (N1, N2). */
function withNeutrals(kinds: readonly Direction[], base: Direction): readonly Direction[] {
  const result = [...kinds];
  for (let start = 0; start < result.length; start++) {
    if (result[start] !== "neutral") continue;
    let end = start;
    while (result[end] === "neutral") end++;
    const before = sideOf(result[start - 1], base);
    result.fill(before === sideOf(result[end], base) ? before : base, start, end);
  }
  return result;
}

/** A number among words from right to left counts as one of them. */
function sideOf(kind: Direction | undefined, base: Direction): Direction {
  return kind === "number" ? "R" : (kind ?? base);
}
