import type { Theme } from "../model/palette.ts";
import type { Measure } from "../text/measure.ts";

/** What is painted on: a canvas of the page, or one that nobody sees. */
export type Ink = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Pictures of images by the name of their content; undefined for one that is not there yet. */
export type ImageFor = (hash: string) => CanvasImageSource | undefined;

/** What painters paint with. Lengths of painters are units of the board, about the centre of the shape. */
export interface Brush {
  readonly ink: Ink;
  readonly theme: Theme;
  /** Pixels of the canvas for a unit of the board: what is smaller than a few is painted roughly. */
  readonly scale: number;
  readonly measure: Measure;
  readonly imageFor: ImageFor;
  /** How much of everything is seen: 1, or less for what is about to go. */
  readonly alpha: number;
  /** Whether locked shapes are marked. */
  readonly hasMarks: boolean;
  /** The shape that is being written in: its words are shown by an editor above the canvas. */
  readonly writing?: string | undefined;
}
