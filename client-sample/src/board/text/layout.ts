/**
 * Where the words of a shape stand: for the canvas, for export, and for the size that a shape must have. Pure, but for what
 * measures.
 */
import type { Box, Item, ShapeStyle } from "../words.ts";
import { hasRtl, visualOrder } from "./bidi.ts";
import { type Delta, type Formats, plainDelta } from "./delta.ts";
import type { Measure } from "./measure.ts";
import {
  type Face,
  fontOf,
  isAutoWidth,
  isCentred,
  LINE_HEIGHT,
  LIST_INDENT,
  LIST_MARKER_END,
  MIN_SCALE,
  textBox,
} from "./metrics.ts";
import { faceOf, type Paragraph, type Part, paragraphsOf } from "./paragraphs.ts";
import { type Cut, TOLERANCE, wrapped } from "./wrap.ts";

/** Letters of one look and one direction, on one line. */
export interface TextRun {
  readonly text: string;
  /** The left end of it, from the left edge of the shape before it is rotated. */
  readonly x: number;
  readonly width: number;
  /** CSS. */
  readonly font: string;
  readonly isUnderlined: boolean;
  readonly isStruck: boolean;
  readonly isRtl: boolean;
}

/** A line as it is seen. */
export interface TextLine {
  /** Where the letters stand, from the top edge of the shape before it is rotated. */
  readonly baseline: number;
  readonly runs: readonly TextRun[];
}

/** Words with their places. */
export interface TextLayout {
  readonly lines: readonly TextLine[];
  /** Height of a letter: that of the style, or less where the shape has no room for it. */
  readonly fontSize: number;
  /** Of all lines together, in units. */
  readonly width: number;
  readonly height: number;
}

/** What of a shape its words' places depend on. */
export type Written = Pick<Item, "kind" | "size" | "style" | "shape">;

interface Known {
  readonly fontSize: number;
  readonly paragraphs: readonly Paragraph[];
  key: string;
  layout: TextLayout | undefined;
}

/** Attempts to find a size of letters that fits. */
const MAX_ATTEMPTS = 8;
const NONE: TextLayout = { lines: [], fontSize: 0, width: 0, height: 0 };
const known = new WeakMap<Delta, Known>();

/**
 * Lays out the words of a shape: wrapped to its width, with letters made smaller where its height has no room for them. The
 * same words in the same size give the same object.
 */
export function layoutText(item: Written, measure: Measure): TextLayout {
  const delta = plainDelta(item.shape);
  return delta.length === 0 ? NONE : layoutDelta(delta, item, measure);
}

/** Lays out words that may not be those of the shape yet. With `isGrowing` the shape's height is no bound, and only what the words measure is of
 * use. */
export function layoutDelta(
  delta: Delta,
  item: Written,
  measure: Measure,
  { isGrowing = false }: { readonly isGrowing?: boolean } = {},
): TextLayout {
  const { fontSize, align } = item.style;
  const of = preparedFor(delta, fontSize, measure);
  const wraps = !isAutoWidth(item);
  const key = [item.kind, item.size.w, isGrowing ? "" : item.size.h, align, wraps].join();
  if (of.key === key && of.layout) return of.layout;
  of.key = key;
  of.layout = laidOut(of.paragraphs, { item, measure, wraps, isBounded: item.kind !== "text" && !isGrowing });
  return of.layout;
}

function preparedFor(delta: Delta, fontSize: number, measure: Measure): Known {
  const before = known.get(delta);
  if (before?.fontSize === fontSize) return before;
  const now = { fontSize, paragraphs: paragraphsOf(delta, fontSize, measure), key: "", layout: undefined };
  known.set(delta, now);
  return now;
}

interface Task {
  readonly item: Written;
  readonly measure: Measure;
  readonly wraps: boolean;
  readonly isBounded: boolean;
}

function laidOut(paragraphs: readonly Paragraph[], task: Task): TextLayout {
  const { kind, size, style } = task.item;
  const box = textBox(kind, size);
  const lineHeight = style.fontSize * LINE_HEIGHT;
  let scale = 1;
  let cuts = cutLines(paragraphs, task, box.w);
  for (let attempt = 0; task.isBounded && scale > MIN_SCALE && attempt < MAX_ATTEMPTS; attempt++) {
    const height = cuts.length * lineHeight * scale;
    if (height <= box.h + TOLERANCE) break;
    scale = Math.max(MIN_SCALE, scale * Math.min(0.95, Math.sqrt(box.h / height)));
    cuts = cutLines(paragraphs, task, box.w / scale);
  }
  return placed(cuts, { ...task, box, scale, fonts: fontsOf(style.fontSize * scale) });
}

function cutLines(paragraphs: readonly Paragraph[], task: Task, width: number): readonly Cut[] {
  return paragraphs.flatMap((paragraph) => {
    if (!task.wraps || paragraph.chunks.length === 0) {
      return [{ paragraph, isFirst: true, start: 0, end: paragraph.text.length }];
    }
    const indent = paragraph.list ? LIST_INDENT * task.item.style.fontSize : 0;
    return wrapped(paragraph, Math.max(1, width - indent) + TOLERANCE, task.measure);
  });
}

interface Place extends Task {
  readonly box: Box;
  readonly scale: number;
  readonly fonts: Fonts;
}

function placed(cuts: readonly Cut[], place: Place): TextLayout {
  const { item, measure, box, scale } = place;
  const fontSize = item.style.fontSize * scale;
  const lineHeight = fontSize * LINE_HEIGHT;
  const height = cuts.length * lineHeight;
  const font = fontOf(item.style.fontSize, { isBold: false, isItalic: false });
  const ascent = measure.ascent(font) * scale;
  const top = isCentred(item.kind) ? box.y + Math.max(0, box.h - height) / 2 : box.y;
  const first = top + (lineHeight - ascent - measure.descent(font) * scale) / 2 + ascent;
  let width = 0;
  const lines = cuts.map((cut, i) => {
    const line = lineOf(cut, first + i * lineHeight, place);
    width = Math.max(width, line.width + (cut.paragraph.list ? LIST_INDENT * fontSize : 0));
    return { baseline: line.baseline, runs: line.runs };
  });
  return { lines, fontSize, width, height };
}

function lineOf(cut: Cut, baseline: number, place: Place): TextLine & { readonly width: number } {
  const { item, box, scale } = place;
  const { paragraph } = cut;
  const fontSize = item.style.fontSize * scale;
  const seen = withoutHanging(cut);
  const runs = runsOf(cut, seen, place);
  const width = runs.reduce((sum, run) => sum + run.width, 0);
  const indent = paragraph.list ? LIST_INDENT * fontSize : 0;
  const lineStart = box.x + indent + aligned(item.style.align, box.w - indent - width);
  let x = lineStart;
  const inPlace = runs.map((run) => {
    const at = { ...run, x };
    x += run.width;
    return at;
  });
  const marker = paragraph.list && cut.isFirst ? [markerOf(paragraph, lineStart, place)] : [];
  return { baseline, width, runs: [...marker, ...inPlace] };
}

/** The spaces at the end of a wrapped line hang beyond it; they take no room. */
function withoutHanging({ paragraph: { text }, start, end }: Cut): Part {
  if (end === text.length) return { start, end };
  let seenEnd = end;
  while (seenEnd > start && text.charAt(seenEnd - 1) === " ") seenEnd--;
  return { start, end: seenEnd };
}

function runsOf({ paragraph }: Cut, { start, end }: Part, { measure, scale, fonts }: Place): readonly TextRun[] {
  const spans = paragraph.spans.filter((span) => span.start < end && span.end > start);
  const line = paragraph.text.slice(start, end);
  const cuts = spans.map((span) => span.start - start).filter((at) => at > 0);
  const isOneWay = !paragraph.isRtl && !hasRtl(line);
  const parts = isOneWay ? partsAt(cuts, line.length) : visualOrder(line, paragraph.isRtl, cuts);
  return parts.map((part) => {
    const span = spans.find(({ end: spanEnd }) => spanEnd > part.start + start);
    const text = line.slice(part.start, part.end);
    const width = span ? measure.width(text, span.font) * scale : 0;
    return { text, x: 0, width, ...looksOf(span?.formats ?? {}, fonts), isRtl: part.isRtl };
  });
}

function partsAt(cuts: readonly number[], length: number): readonly (Part & { readonly isRtl: boolean })[] {
  if (length === 0) return [];
  return [0, ...cuts].map((start, i) => ({ start, end: cuts[i] ?? length, isRtl: false }));
}

function looksOf(formats: Formats, fonts: Fonts): Pick<TextRun, "font" | "isUnderlined" | "isStruck"> {
  return {
    font: fonts(faceOf(formats)),
    isUnderlined: formats.underline === true,
    isStruck: formats.strike === true,
  };
}

/** The CSS font of a face at the size of the letters. */
type Fonts = (face: Face) => string;

/** Written once for all runs. */
function fontsOf(fontSize: number): Fonts {
  const names = new Map<number, string>();
  return (face) => {
    const key = Number(face.isBold) + 2 * Number(face.isItalic);
    const name = names.get(key) ?? fontOf(fontSize, face);
    names.set(key, name);
    return name;
  };
}

/** Bullets and numbers stand before the first word. */
function markerOf({ list, number }: Paragraph, lineStart: number, { item, measure, scale, fonts }: Place): TextRun {
  const text = list === "ordered" ? `${number}.` : "•";
  const width = measure.width(text, fontOf(item.style.fontSize, faceOf({}))) * scale;
  const x = lineStart - (LIST_INDENT - LIST_MARKER_END) * item.style.fontSize * scale - width;
  return { text, x, width, ...looksOf({}, fonts), isRtl: false };
}

/** What is longer than its line, by spaces or a wide character, begins where the line does. */
function aligned(align: ShapeStyle["align"], free: number): number {
  if (align === "left" || free < 0) return 0;
  return align === "center" ? free / 2 : free;
}
