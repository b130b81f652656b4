/** Rooms of one type, as they come and go. */
export interface RoomType {
  readonly name: string;
  /** Share of all rooms that are made. */
  readonly share: number;
  /** Connections that a room comes to have, on average; each has up to 30 % more or less. */
  readonly connections: number;
  /** How long a room lives on average, in s; lives are exponential. */
  readonly lifeS: number;
}

/** What is played: many duels, some matches, a few halls. */
const ROOM_TYPES: readonly RoomType[] = [
  { name: "duel", share: 0.8, connections: 6, lifeS: 90 },
  { name: "match", share: 0.15, connections: 40, lifeS: 180 },
  { name: "hall", share: 0.05, connections: 200, lifeS: 240 },
];

/** A room that is to be made. */
export interface PlannedRoom {
  readonly name: string;
  readonly connections: number;
  readonly lifeMs: number;
}

const SPREAD = 0.3;
const MS_PER_S = 1000;

/** A room as they are made, by chance. */
export function planRoom(random: () => number): PlannedRoom {
  return roomOf(
    pick(random(), ({ share }) => share),
    random,
  );
}

/** A room as they are found at a moment: those that live longer are found more often. What is left of its life is as long as a new one's. */
export function findRoom(random: () => number): PlannedRoom {
  return roomOf(
    pick(random(), ({ share, lifeS }) => share * lifeS),
    random,
  );
}

/** Rooms that there are, and rooms made in a second, where there are so many connections. */
export function stockOf(connections: number): { readonly rooms: number; readonly perSecond: number } {
  const perSecond = connections / sumOf(({ share, lifeS, connections: each }) => share * lifeS * each);
  return { rooms: perSecond * sumOf(({ share, lifeS }) => share * lifeS), perSecond };
}

function roomOf({ name, connections, lifeS }: RoomType, random: () => number): PlannedRoom {
  return {
    name,
    connections: Math.max(1, Math.round(connections * (1 - SPREAD + 2 * SPREAD * random()))),
    lifeMs: -Math.log(1 - random()) * lifeS * MS_PER_S,
  };
}

function pick(chance: number, weightOf: (type: RoomType) => number): RoomType {
  let left = chance * sumOf(weightOf);
  for (const type of ROOM_TYPES) {
    left -= weightOf(type);
    if (left < 0) return type;
  }
  return ROOM_TYPES[0] as RoomType; // weights that do not add up by the last digit
}

function sumOf(amountOf: (type: RoomType) => number): number {
  return ROOM_TYPES.reduce((sum, type) => sum + amountOf(type), 0);
}
