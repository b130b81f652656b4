import { furnitureOf, type Theme } from "../model/palette.ts";

/** The origin of the board on the canvas, and pixels of the canvas for a unit. */
export interface Lens {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** Between dots, in pixels of the screen: from so many to twice as many, whatever the zoom. */
const LEAST_SPACING = 18;
/** Between dots at zoom 1, in units. */
const SPACING = 24;
/** Side of a dot, in pixels of the screen. */
const DOT = 1.5;

/** How a row of dots looks. */
interface Look {
  readonly width: number;
  readonly spacing: number;
  readonly dot: number;
  readonly theme: Theme;
}

/** The ground of the board with its dots. A row of them is kept as a picture, for there are thousands. */
export class Backdrop {
  readonly #row = new OffscreenCanvas(1, 1);
  #key = "";

  /** Covers the canvas; nothing that was there before is seen. */
  paint(ink: CanvasRenderingContext2D, lens: Lens, theme: Theme, pixelRatio: number): void {
    const { width, height } = ink.canvas;
    const spacing = spacingAt(lens.scale / pixelRatio) * pixelRatio;
    const dot = Math.max(1, Math.round(DOT * pixelRatio));
    this.#makeRow({ width: width + Math.ceil(spacing), spacing, dot, theme });
    ink.fillStyle = furnitureOf(theme).ground;
    ink.fillRect(0, 0, width, height);
    const left = Math.round(phase(lens.x, spacing));
    for (let y = phase(lens.y, spacing); y < height; y += spacing) ink.drawImage(this.#row, left, Math.round(y));
  }

  #makeRow(look: Look): void {
    const key = Object.values(look).join();
    if (key === this.#key) return;
    this.#key = key;
    // Setting a size clears the canvas, even where it is the same.
    this.#row.width = look.width;
    this.#row.height = look.dot;
    const ink = this.#row.getContext("2d");
    if (!ink) return;
    ink.fillStyle = furnitureOf(look.theme).dot;
    for (let x = 0; x < look.width; x += look.spacing) ink.fillRect(Math.round(x), 0, look.dot, look.dot);
  }
}

/** Between dots at a zoom, in pixels of the screen: halved or doubled where they come too close or too far. */
function spacingAt(zoom: number): number {
  return SPACING * zoom * 2 ** Math.ceil(Math.log2(LEAST_SPACING / (SPACING * zoom)));
}

/** Where the first dot is, left of or above the canvas. */
function phase(origin: number, spacing: number): number {
  return (((origin % spacing) + spacing) % spacing) - spacing;
}
