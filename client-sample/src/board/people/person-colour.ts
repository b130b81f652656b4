import { ownColour } from "../../../../rooms/whiteboard/rules/colours.ts";

/** Colours of people: on each a white text can be read, and each can be told from the board, light or dark. */
const COLOURS = [
  "#c2410c",
  "#0f766e",
  "#7c3aed",
  "#be185d",
  "#1d4ed8",
  "#4d7c0f",
  "#b91c1c",
  "#0e7490",
  "#a21caf",
  "#a16207",
  "#15803d",
  "#5b21b6",
] as const;

/**
 * The colour of a person.
 *
 * @param key user, or session of somebody without one
 * @param colour the number that the room gave them; where there is none it is what they would have alone
 */
export function personColour(key: string, colour?: unknown): string {
  return COLOURS[typeof colour === "number" ? colour : ownColour(key)] ?? COLOURS[0];
}

/** One or two letters for a name; "?" where it has none. */
export function initialsOf(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  const letters = [first, last].map((word) =>
    word === undefined ? "" : String.fromCodePoint(word.codePointAt(0) ?? 63),
  );
  return letters.join("").toUpperCase() || "?";
}
