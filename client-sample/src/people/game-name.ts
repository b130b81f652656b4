const FIRST = [
  "Amber",
  "Blue",
  "Bright",
  "Calm",
  "Crimson",
  "Distant",
  "Emerald",
  "Golden",
  "Hidden",
  "Icy",
  "Lone",
  "Lucky",
  "Quiet",
  "Rapid",
  "Silver",
  "Violet",
] as const;
const SECOND = [
  "Aurora",
  "Comet",
  "Corona",
  "Eclipse",
  "Galaxy",
  "Horizon",
  "Meteor",
  "Moon",
  "Nebula",
  "Nova",
  "Orbit",
  "Pulsar",
  "Quasar",
  "Saturn",
  "Star",
  "Zenith",
] as const;

/** What a game is called among people: the same on every page, from the room's id. Two games may have one name. */
export function gameName(roomId: string): string {
  let hash = 2166136261; // FNV-1a
  for (let at = 0; at < roomId.length; at++) hash = Math.imul(hash ^ roomId.charCodeAt(at), 16777619);
  const number = hash >>> 0;
  return `${FIRST[number % FIRST.length]} ${SECOND[(number >>> 8) % SECOND.length]}`;
}
