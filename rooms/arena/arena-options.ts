import { z } from "zod";

/** A player's name: 1 to 24 characters without controls, spaces at the ends cut off. */
export const playerName = z
  .string()
  .trim()
  .min(1)
  .max(24)
  .regex(/^[^\p{C}]*$/u, "control characters are not allowed");

/** Join options of an arena. */
export const arenaOptions = z.strictObject({
  name: playerName.default("Guest"),
  /** How many bots keep a lone player company; each further player replaces one. */
  bots: z.int().min(0).max(31).default(3),
  /** Unlisted, joined by the code that is its room id. Counts when the room is made. */
  private: z.boolean().default(false),
});
export type ArenaOptions = z.infer<typeof arenaOptions>;

const CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
const CODE_LENGTH = 6;

/** A join code that people can read to each other: no 0 O 1 I L. */
export function joinCode(random: () => number): string {
  return Array.from({ length: CODE_LENGTH }, () => CODE_LETTERS[Math.floor(random() * CODE_LETTERS.length)]).join("");
}
