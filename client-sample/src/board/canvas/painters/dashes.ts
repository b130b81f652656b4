import { clamp } from "../../model/geometry.ts";
import type { ShapeStyle } from "../../words.ts";
import type { Ink } from "../brush.ts";

/** The dashes and gaps of a line, one after the other, and where in that row the line begins. None for a solid line. */
export interface Dashes {
  readonly row: readonly number[];
  readonly offset: number;
}

/** What of a style says how a line is broken. */
export type Broken = Pick<ShapeStyle, "dash" | "width">;

const SOLID: Dashes = { row: [], offset: 0 };
/** More dashes than this are not told apart, but cost the time of a frame. */
const MAX_DASHES = 2000;
/** Fewer than these do not show the form of an ellipse. */
const LEAST_AROUND = 4;
/** In widths of the line: how long a dash and a gap are between their round ends, and how short a gap may be for one to see it. */
const FORMS = {
  dashed: { mark: 2, gap: 2.6, leastGap: 1.7 },
  dotted: { mark: 0, gap: 2.2, leastGap: 1.5 },
} as const;
/** Of a period: dashes that stand a little too close look better than such with wide gaps. */
const RATHER_MORE = 0.3;
/** No canvas draws a dash without a length. */
const LEAST_MARK = 1 / 1000;

/** Sets the dashes of a line. */
export function setDashes(ink: Ink, { row, offset }: Dashes): void {
  ink.setLineDash([...row]);
  ink.lineDashOffset = offset;
}

/** The dashes of a line with two ends, of which each has a dash. */
export function lineDashes(style: Broken, length: number): Dashes {
  return regular(spread(style, length, { least: 2, hasEnds: true }));
}

/** The dashes of an ellipse. */
export function ellipseDashes(style: Broken, { w, h }: { readonly w: number; readonly h: number }): Dashes {
  return regular(spread(style, ellipseLength(w, h), { least: LEAST_AROUND }));
}

/** The dashes of a rectangle, one of them about the middle of each corner, drawn clockwise from behind the top left corner. */
export function rectDashes(style: Broken, size: { readonly w: number; readonly h: number }, corner: number): Dashes {
  const bend = (Math.PI * corner) / 2;
  const across = spread(style, size.w - 2 * corner + bend, { least: 1 });
  const down = spread(style, size.h - 2 * corner + bend, { least: 1 });
  if (!across || !down || 2 * (across.count + down.count) > MAX_DASHES) return SOLID;
  const onCorner = (across.mark + down.mark) / 2;
  const row = [across, down, across, down].flatMap(({ count, mark, gap }) =>
    Array.from({ length: count }, (_, n) => [n === 0 ? onCorner : mark, gap]).flat(),
  );
  return { row, offset: (down.mark + bend) / 2 };
}

function regular(dashes: Spread | undefined): Dashes {
  return dashes ? { row: [dashes.mark, dashes.gap], offset: 0 } : SOLID;
}

interface Spread {
  readonly count: number;
  readonly mark: number;
  readonly gap: number;
}

/** Spreads dashes over a length, so that they come out even; undefined where there is no room for them, or they are too many. */
function spread(
  { dash, width }: Broken,
  length: number,
  { least, hasEnds = false }: { readonly least: number; readonly hasEnds?: boolean },
): Spread | undefined {
  if (dash === "solid") return undefined;
  const [mark, gap, leastGap] = [FORMS[dash].mark * width, FORMS[dash].gap * width, FORMS[dash].leastGap * width];
  const wanted = Math.max(least, Math.ceil((length + (hasEnds ? gap : 0)) / (mark + gap) - RATHER_MORE));
  const count = Math.min(wanted, Math.floor(length / leastGap) + (hasEnds ? 1 : 0));
  if (count < (hasEnds ? 2 : 1) || count > MAX_DASHES) return undefined;
  const gaps = hasEnds ? count - 1 : count;
  // On a short line the dashes give way, before the gaps close between their round ends.
  const fitting = clamp((length - gaps * leastGap) / count, LEAST_MARK * width, Math.max(mark, LEAST_MARK * width));
  return { count, mark: fitting, gap: (length - count * fitting) / gaps };
}

/** About how long the outline of an ellipse is; less than a thousandth off for those that look like one. */
function ellipseLength(w: number, h: number): number {
  const [a, b] = [w / 2, h / 2];
  const flat = a + b === 0 ? 0 : ((a - b) / (a + b)) ** 2;
  return Math.PI * (a + b) * (1 + (3 * flat) / (10 + Math.sqrt(4 - 3 * flat)));
}
