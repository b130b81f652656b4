import type { Theme } from "../../model/palette.ts";
import type { Measure } from "../../text/measure.ts";

/** What shapes are drawn with. */
export interface Drawn {
  readonly theme: Theme;
  readonly measure: Measure;
  /** Undefined for an image that is not there. */
  readonly imageUrl: (hash: string) => string | undefined;
}

/** Attributes by name; those that are undefined are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element with, as markup, its content. */
export function tag(name: string, given: Attributes, content = ""): string {
  return content === "" ? `<${name}${attributes(given)}/>` : `<${name}${attributes(given)}>${content}</${name}>`;
}

/** Attributes as they stand in a tag. */
export function attributes(given: Attributes): string {
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escaped(typeof value === "number" ? decimal(value) : String(value))}"`)
    .join("");
}

/** A text that is nothing but text, wherever it stands in XML. What XML cannot hold is left out. */
export function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(NOT_XML, "")
    .replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot hold
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** A number to a thousandth. */
export function decimal(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
