/** Colours by which people are told apart: each has a number, and whoever shows them has as many. */

/** How many there are. */
export const COLOURS = 12;

/** Somebody who has a colour. */
export interface Coloured {
  /** A user, or whom else it is. */
  readonly key: string;
  readonly colour: number;
}

/** The colour that somebody would have alone: the same on every visit. */
export function ownColour(key: string): number {
  let hash = 2166136261; // FNV-1a: short, and it tells apart what differs in one letter
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 16777619);
  return (hash >>> 0) % COLOURS;
}

/** The colour that somebody has among others: that which they have already, else their own or the next that nobody has. */
export function colourAmong(key: string, others: readonly Coloured[]): number {
  const present = others.find((other) => other.key === key);
  if (present) return present.colour;
  const taken = new Set(others.map(({ colour }) => colour));
  const own = ownColour(key);
  for (let step = 0; step < COLOURS; step++) {
    const colour = (own + step) % COLOURS;
    if (!taken.has(colour)) return colour;
  }
  return own;
}
