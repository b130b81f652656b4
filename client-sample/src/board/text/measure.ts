/** How wide letters are, as the browser draws them on a canvas. */

/** How wide a text is in a CSS font, and how far the font reaches above and below the baseline, in CSS pixels. */
export interface Measure {
  width(text: string, font: string): number;
  readonly ascent: (font: string) => number;
  readonly descent: (font: string) => number;
}

/** Longer texts are seldom measured twice. */
const MAX_KEPT_LENGTH = 24;
/** Words whose widths are kept, of each font, and fonts; beyond that all are forgotten and measured anew. */
const MAX_KEPT_WORDS = 20_000;
const MAX_KEPT_FONTS = 64;

interface Font {
  readonly widths: Map<string, number>;
  readonly ascent: number;
  readonly descent: number;
}

/**
 * Measures with a canvas that nobody sees.
 *
 * @throws Error where the browser has no 2D canvas
 */
export function canvasMeasure(): Measure {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) throw new Error("This browser cannot draw.");
  const fonts = new Map<string, Font>();
  let selected = "";
  const select = (font: string): void => {
    if (selected === font) return;
    context.font = font;
    context.textRendering = "geometricPrecision"; // as the editor's style: widths that scale
    selected = font;
  };
  const fontOf = (name: string): Font => {
    const known = fonts.get(name);
    if (known) return known;
    if (fonts.size === MAX_KEPT_FONTS) fonts.clear();
    select(name);
    const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = context.measureText("x");
    const font = { widths: new Map<string, number>(), ascent, descent };
    fonts.set(name, font);
    return font;
  };
  const measured = (text: string, font: string): number => {
    select(font);
    return context.measureText(text).width;
  };
  return {
    width(text, font) {
      if (text.length > MAX_KEPT_LENGTH) return measured(text, font);
      const { widths } = fontOf(font);
      const known = widths.get(text);
      if (known !== undefined) return known;
      if (widths.size === MAX_KEPT_WORDS) widths.clear();
      const width = measured(text, font);
      widths.set(text, width);
      return width;
    },
    ascent: (font) => fontOf(font).ascent,
    descent: (font) => fontOf(font).descent,
  };
}
