import type { Hindrance, Role } from "../words.ts";

/**
 * Why somebody cannot change the board at the moment.
 *
 * @param role what they may do; undefined as long as the server has not said
 * @param isPast whether the board is shown as it was
 */
export function hindranceOf(role: Role | undefined, isPast: boolean): Hindrance | undefined {
  if (isPast) return "past";
  if (role === undefined) return "opening";
  return role === "viewer" ? "viewer" : undefined;
}

/** What the person is told who tries it nevertheless. */
export const HINDRANCE_WORDS: Readonly<Record<Hindrance, string>> = {
  opening: "The board is still opening.",
  viewer: "You may look at this board, and not change it.",
  past: "You are looking at the past. Go back to now to change the board.",
};
