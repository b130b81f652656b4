import { wordsColour } from "../../model/palette.ts";
import { layoutText, type TextRun } from "../../text/layout.ts";
import type { Item } from "../../words.ts";
import { type Drawn, escaped, tag } from "./markup.ts";

/** The words of a shape, letter for letter where they are on the canvas. */
export function drawnWords(item: Item, { theme, measure }: Drawn): string {
  const { w, h } = item.size;
  const { lines } = layoutText(item, measure);
  const runs = lines.flatMap((line) =>
    line.runs.map((run) => drawnRun(run, { x: run.x - w / 2, y: line.baseline - h / 2 })),
  );
  return runs.length === 0 ? "" : tag("g", { fill: wordsColour(item, theme) }, runs.join(""));
}

function drawnRun({ text, width, font, isUnderlined, isStruck, isRtl }: TextRun, at: { x: number; y: number }): string {
  const rules = [isUnderlined && "underline", isStruck && "line-through"].filter((rule) => rule !== false);
  const given = {
    ...at,
    style: `font:${font};white-space:pre`,
    "text-decoration": rules.join(" ") || undefined,
    // Where the font of the canvas is missing, the words keep their room.
    textLength: text.trim() === "" ? undefined : width,
    lengthAdjust: "spacingAndGlyphs",
    // On the canvas x is the left end, whatever the direction.
    ...(isRtl && { direction: "rtl", x: at.x + width }),
  };
  return tag("text", given, escaped(text));
}
