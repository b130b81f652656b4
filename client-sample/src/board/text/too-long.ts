import { MAX_CHARACTERS } from "./metrics.ts";

/**
 * What is said of words that were brought and not taken, because there is no room for all of them: they are still where they
 * were copied.
 *
 * @param length characters of what was brought
 * @param room characters for which there is room
 */
export function tooLongWords(length: number, room = MAX_CHARACTERS): string {
  const [is, more, most] = [length, room, MAX_CHARACTERS].map((count) => count.toLocaleString("en"));
  const free = room < MAX_CHARACTERS ? `, and there is room for ${more} here` : "";
  return `This has ${is} characters; a text on the board has at most ${most}${free}. Nothing was put in: take it in parts.`;
}
