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

/** The colour of a person: the same in every browser and on every visit. @param key user, or session of somebody without one */
export function personColour(key: string): string {
  let hash = 2166136261; // FNV-1a: short, and it tells apart what differs in one letter
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 16777619);
  return COLOURS[(hash >>> 0) % COLOURS.length] ?? COLOURS[0];
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
