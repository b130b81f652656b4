import type { ShapeStyle } from "../../words.ts";
import type { Ink } from "../brush.ts";

const SOLID: number[] = [];
/** More dashes than this are not told apart, but cost the time of a frame. */
const MAX_DASHES = 2000;

/**
 * Sets the dashes of a line of `length` so that they come out even.
 *
 * @param isClosed whether the line ends where it begins
 */
export function setDashes(ink: Ink, { dash, width }: ShapeStyle, line: { length: number; isClosed: boolean }): void {
  ink.setLineDash(dashesOf(dash, width, line));
}

/** The dashes and gaps of a line, for round ends; none for a solid line. */
export function dashesOf(
  dash: ShapeStyle["dash"],
  width: number,
  { length, isClosed }: { readonly length: number; readonly isClosed: boolean },
): number[] {
  if (dash === "solid") return SOLID;
  const [mark, gap] = dash === "dotted" ? [0, 2.2 * width] : [2 * width, 2.6 * width];
  const periods = Math.round((length + (isClosed ? 0 : gap)) / (mark + gap));
  if (periods < 2 || periods > MAX_DASHES) return SOLID;
  // An open line begins and ends with a dash.
  const gaps = isClosed ? periods : periods - 1;
  // No canvas draws a dash without a length.
  return mark === 0 ? [width / 1000, length / gaps - width / 1000] : [mark, (length - periods * mark) / gaps];
}

/** About how long the outline of an ellipse is; less than a thousandth off for those that look like one. */
export function ellipseLength(w: number, h: number): number {
  const [a, b] = [w / 2, h / 2];
  const flat = a + b === 0 ? 0 : ((a - b) / (a + b)) ** 2;
  return Math.PI * (a + b) * (1 + (3 * flat) / (10 + Math.sqrt(4 - 3 * flat)));
}
