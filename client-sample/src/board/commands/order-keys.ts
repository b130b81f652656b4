import { generateNKeysBetween } from "fractional-indexing";
import type { Scene } from "../words.ts";

/** What the server takes. */
const MAX_LENGTH = 64;

/**
 * So many places in the order between two others, from bottom to top; undefined stands for the end. Where nothing fits between the two,
 * because they are equal, or are none that this page made, the places are above the lower one; the server puts that in order.
 */
export function keysBetween(below: string | undefined, above: string | undefined, count: number): readonly string[] {
  const isOpen = above === undefined || below === undefined || below < above;
  const tries = [
    () => generateNKeysBetween(below, isOpen ? above : undefined, count),
    () => generateNKeysBetween(below, undefined, count),
    () => generateNKeysBetween(undefined, above, count),
  ];
  for (const attempt of tries) {
    const keys = keysOf(attempt);
    if (keys) return keys;
  }
  return generateNKeysBetween(undefined, undefined, count);
}

/** So many places above everything that is there. */
export function keysOnTop({ top }: Pick<Scene, "top">, count: number): readonly string[] {
  return keysBetween(top, undefined, count);
}

/** The keys, where the neighbours are such that the generator can make some that are short enough. */
function keysOf(generate: () => readonly string[]): readonly string[] | undefined {
  try {
    const keys = generate();
    return keys.every(({ length }) => length <= MAX_LENGTH) ? keys : undefined;
  } catch {
    return undefined; // the generator throws at keys that it would not have made
  }
}
