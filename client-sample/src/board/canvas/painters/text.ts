import { hasWords } from "../../model/hit.ts";
import { wordsColour } from "../../model/palette.ts";
import { layoutText, type TextLine } from "../../text/layout.ts";
import { LINE_HEIGHT, RULE_WIDTH, STRIKE_AT, textBox, UNDERLINE_AT } from "../../text/metrics.ts";
import type { Item } from "../../words.ts";
import type { Brush } from "../brush.ts";

/** Letters lower than this cannot be read, in pixels of the canvas: bars stand for their lines. */
const READABLE = 3.5;
/** Bars lower than this are not seen. */
const VISIBLE = 0.6;
const BAR_ALPHA = 0.35;
const MAX_BARS = 40;
/** About how wide a letter is, in heights of one, and how many bytes of rich text stand for one. */
const LETTER_WIDTH = 0.5;
const BYTES_PER_LETTER = 3;

/** The words of a shape, if there are any. */
export function paintWords(brush: Brush, item: Item): void {
  if (item.id === brush.writing || !hasWords(item)) return;
  brush.ink.fillStyle = wordsColour(item, brush.theme);
  const height = item.style.fontSize * brush.scale;
  if (height >= READABLE) paintLetters(brush, item);
  else if (height >= VISIBLE) paintBars(brush, item);
}

function paintLetters({ ink, measure }: Brush, item: Item): void {
  const { w, h } = item.size;
  const layout = layoutText(item, measure);
  const isCut = item.kind !== "text" && layout.height > h;
  if (isCut) {
    ink.save();
    ink.beginPath();
    ink.rect(-w / 2, -h / 2, w, h);
    ink.clip();
  }
  for (const line of layout.lines) paintLine(ink, line, { left: -w / 2, top: -h / 2, fontSize: layout.fontSize });
  if (isCut) ink.restore();
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly fontSize: number;
}

function paintLine(ink: Brush["ink"], { runs, baseline }: TextLine, { left, top, fontSize }: Place): void {
  for (const { text, x, width, font, isUnderlined, isStruck, isRtl } of runs) {
    if (ink.font !== font) ink.font = font;
    ink.direction = isRtl ? "rtl" : "ltr";
    ink.fillText(text, left + x, top + baseline);
    const rule = (above: number): void =>
      ink.fillRect(left + x, top + baseline - (above + RULE_WIDTH / 2) * fontSize, width, RULE_WIDTH * fontSize);
    if (isUnderlined) rule(UNDERLINE_AT);
    if (isStruck) rule(STRIKE_AT);
  }
}

/** Bars as long as the words about are, without laying them out: there may be thousands of shapes. */
function paintBars({ ink, alpha }: Brush, item: Item): void {
  const { fontSize, align } = item.style;
  const box = textBox(item.kind, item.size);
  const lineHeight = fontSize * LINE_HEIGHT;
  let left = lettersOf(item) * fontSize * LETTER_WIDTH;
  const bars = Math.min(MAX_BARS, Math.ceil(left / box.w), Math.max(1, Math.floor(box.h / lineHeight)));
  const top = item.kind === "text" ? 0 : (item.size.h - bars * lineHeight) / 2;
  ink.globalAlpha = alpha * BAR_ALPHA;
  for (let bar = 0; bar < bars; bar++) {
    const width = Math.min(left, box.w);
    const free = align === "left" ? 0 : (box.w - width) / (align === "center" ? 2 : 1);
    ink.fillRect(
      box.x + free - item.size.w / 2,
      top + (bar + 0.3) * lineHeight - item.size.h / 2,
      width,
      fontSize * LETTER_WIDTH,
    );
    left -= width;
  }
  ink.globalAlpha = alpha;
}

function lettersOf({ shape }: Item): number {
  if (!shape.rich) return shape.g.text?.length ?? 0;
  let bytes = 0;
  for (const update of shape.rich) bytes += update.length;
  return bytes / BYTES_PER_LETTER;
}
