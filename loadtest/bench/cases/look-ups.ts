import type { Case, Figure, Scale } from "../case.ts";
import { PEERS } from "../peers.ts";
import { type RedisProcess, startRedis } from "../redis-process.ts";
import { type ServerProcess, type ServerProgram, startServer } from "../server-process.ts";
import { percentile } from "../summary.ts";

/** The listing of a peer, without anything around it. */
const PROGRAMS = {
  arena: "loadtest/bench/servers/arena-listing.ts",
  colyseus: "loadtest/bench/servers/colyseus-listing.ts",
} as const;
export type ListingPeerName = keyof typeof PROGRAMS;
export const LISTING_PEERS: readonly ListingPeerName[] = ["arena", "colyseus"];

/** Listed rooms; half of a type that is sorted, half of one that is not. */
const ROOMS = [1000, 50_000, 1_000_000];
/** Fewer would not have a free room for every pair of filters. */
const FEWEST_ROOMS = 1000;
/** Where every look-up reads every row, a million of them are no listing any more. */
const MOST_ROOMS: Readonly<Record<ListingPeerName, number>> = { arena: 1_000_000, colyseus: 50_000 };
const LOOK_UPS = [
  { title: "by name", query: "type=unsorted&filters=0" },
  { title: "by name and two filters", query: "type=unsorted&filters=1" },
  { title: "by name and two filters, sorted", query: "type=sorted&filters=1" },
];
const TIMES = 5000;
/** An answer may not take minutes. */
const ROOMS_AT_ONCE = 10_000;
/** To list a million rooms, each with its owner, takes minutes. */
const MAX_MS = 1_200_000;

/** Point 1: how long one look-up takes, one after the other, with more and more rooms listed. */
export function lookUpsCase({ divisor, windowMs }: Scale): Case<ListingPeerName> {
  return {
    point: 1,
    title: "look-ups",
    peers: LISTING_PEERS,
    maxMs: MAX_MS,
    start: async (peer) => {
      const redis = await startRedis();
      return startWith(redis, () => startServer(listingOf(peer, redis)));
    },
    measure: async (peer, { port }) => {
      const figures: Figure[] = [];
      let from = 0;
      for (const count of ROOMS.filter((each) => each <= MOST_ROOMS[peer])) {
        const rooms = Math.max(FEWEST_ROOMS, count / divisor);
        await fillListing(port, { from, to: rooms, types: "unsorted,sorted" });
        from = rooms;
        for (const { title, query } of LOOK_UPS) {
          const tookMs = await ask(port, `/look?${query}&times=${TIMES}&ms=${2 * windowMs}`);
          figures.push(...figuresOf(`${title}, ${rooms.toLocaleString("en")} rooms`, tookMs));
        }
      }
      return figures;
    },
  };
}

/** The process that has a listing and nothing else. */
export function listingOf(peer: ListingPeerName, { url }: RedisProcess): ServerProgram {
  return { title: `the listing of ${PEERS[peer].title}`, entry: PROGRAMS[peer], args: () => [url] };
}

/** Lists the rooms from number `from` up to `to`. */
export async function fillListing(port: number, rooms: { from: number; to: number; types: string }): Promise<void> {
  const { from, to, types } = rooms;
  for (let next = from; next < to; next += ROOMS_AT_ONCE) {
    await ask(port, `/fill?from=${next}&to=${Math.min(to, next + ROOMS_AT_ONCE)}&types=${types}`);
  }
}

/** A server that takes its Redis with it when it is closed, or does not start. */
export async function startWith<S extends ServerProcess>(redis: RedisProcess, start: () => Promise<S>): Promise<S> {
  try {
    const server = await start();
    const close = async (): Promise<void> => {
      await server.close();
      await redis.close();
    };
    return { ...server, close };
  } catch (error) {
    await redis.close();
    throw error;
  }
}

async function ask(port: number, path: string): Promise<readonly number[]> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(MAX_MS) });
  const body = await answer.text();
  if (!answer.ok) throw new Error(body);
  return JSON.parse(body) as number[]; // what our own server answers
}

function figuresOf(what: string, tookMs: readonly number[]): readonly Figure[] {
  const sorted = tookMs.toSorted((one, other) => one - other);
  return [
    { name: `look-up ${what}: p50, ms`, value: percentile(sorted, 0.5) },
    { name: `look-up ${what}: p99, ms`, value: percentile(sorted, 0.99) },
  ];
}
