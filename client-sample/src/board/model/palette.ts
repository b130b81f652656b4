/** The colours of the board, by name, on a light and on a dark ground. */
import type { Colour, Item } from "../words.ts";

/** The ground that a board is seen on. */
export type Theme = "light" | "dark";

/** A colour in its uses, as CSS. */
export interface Shades {
  /** Of strokes, outlines and words. */
  readonly line: string;
  /** Of what an outline holds. */
  readonly fill: string;
  /** Of the paper of a note. */
  readonly paper: string;
}

/** The names in the order in which they are offered. */
export const COLOURS: readonly Colour[] = [
  "ink",
  "grey",
  "red",
  "orange",
  "yellow",
  "green",
  "teal",
  "blue",
  "violet",
  "pink",
];

/** Of words on paper. */
const ON_PAPER = "#22252b";

const LIGHT: Readonly<Record<Colour, Shades>> = {
  ink: { line: "#1f2329", fill: "#e3e6eb", paper: "#e9ebef" },
  grey: { line: "#868e9a", fill: "#eef0f3", paper: "#dfe3e8" },
  red: { line: "#e0413a", fill: "#fde0dc", paper: "#ffb8ab" },
  orange: { line: "#ee7d1b", fill: "#fee6cf", paper: "#ffc98f" },
  yellow: { line: "#e5ac0c", fill: "#fdf2c6", paper: "#ffe07a" },
  green: { line: "#2f9e50", fill: "#d8f2de", paper: "#a9e5b3" },
  teal: { line: "#12a094", fill: "#d0f2ee", paper: "#9be3da" },
  blue: { line: "#2f72e2", fill: "#dbe8fd", paper: "#a8cdff" },
  violet: { line: "#8050d8", fill: "#eae0fb", paper: "#cfbafb" },
  pink: { line: "#dd4694", fill: "#fcdfee", paper: "#ffb5d8" },
};

const DARK: Readonly<Record<Colour, Shades>> = {
  ink: { line: "#eceff3", fill: "#3a3f47", paper: "#c9ced6" },
  grey: { line: "#99a1ad", fill: "#32373e", paper: "#aab2bd" },
  red: { line: "#ff736b", fill: "#552a29", paper: "#ee9487" },
  orange: { line: "#ff9d4a", fill: "#533620", paper: "#eeae6c" },
  yellow: { line: "#f9cb45", fill: "#4c411d", paper: "#edcb5b" },
  green: { line: "#5fce7c", fill: "#23432e", paper: "#85cf92" },
  teal: { line: "#41d0c3", fill: "#1d4441", paper: "#76cabf" },
  blue: { line: "#6ba4ff", fill: "#243c5f", paper: "#86b4f0" },
  violet: { line: "#b08cff", fill: "#3f3260", paper: "#b59ced" },
  pink: { line: "#ff7dbb", fill: "#532b42", paper: "#ec97c1" },
};

/** What is not a shape but is drawn with them, as CSS. */
export interface Furniture {
  readonly ground: string;
  readonly dot: string;
  /** Of selections and their handles. */
  readonly accent: string;
  /** Inside of handles. */
  readonly handle: string;
  /** Of what is not there yet, and of shapes that this page does not know. */
  readonly faint: string;
}

const FURNITURE: Readonly<Record<Theme, Furniture>> = {
  light: { ground: "#f7f7f5", dot: "#d9d9d6", accent: "#4f46e5", handle: "#ffffff", faint: "#a5a8b0" },
  dark: { ground: "#141518", dot: "#2f3137", accent: "#a5a3fb", handle: "#141518", faint: "#646975" },
};

/** The shades of a colour. */
export function shadesOf(colour: Colour, theme: Theme): Shades {
  return (theme === "dark" ? DARK : LIGHT)[colour];
}

/** The colour of the words of a shape. */
export function wordsColour({ kind, style }: Pick<Item, "kind" | "style">, theme: Theme): string {
  if (kind !== "note") return shadesOf(style.color, theme).line;
  // Paper is light on every ground.
  return style.color === "ink" ? ON_PAPER : LIGHT[style.color].line;
}

/** The colours of everything but shapes. */
export function furnitureOf(theme: Theme): Furniture {
  return FURNITURE[theme];
}
