import { once } from "node:events";
import { createServer } from "node:http";
import type { IRoomCache, SortOptions } from "@colyseus/core";
import { announce } from "./announce.ts";

/** How the rooms of a type are looked up. */
export interface ListedType {
  readonly filterBy: readonly string[];
  readonly sortBy: Readonly<Record<string, 1 | -1>>;
}

/** The types of the rows; `synthetic` as Arena's app has it. */
export const LISTED_TYPES: Readonly<Record<string, ListedType>> = {
  unsorted: { filterBy: ["mode", "map"], sortBy: {} },
  sorted: { filterBy: ["mode", "map"], sortBy: { clients: -1 } },
  synthetic: { filterBy: ["id"], sortBy: {} },
};

/** What is done with a driver here. */
export interface Listing {
  /** Of the process that the rows are to belong to. */
  readonly processId: string;
  insert(row: IRoomCache): Promise<unknown>;
  findOne(conditions: Partial<IRoomCache>, sort?: SortOptions): PromiseLike<IRoomCache | undefined>;
}

const MODES = 4;
const MAPS = 8;
const MAX_CLIENTS = 16;
/** One room in so many is full. */
const LOCKED_EVERY = 4;
const INSERTS_IN_FLIGHT = 64;
/** A Redis that is filled on a busy machine may take longer for one row than a driver waits. */
const INSERT_TRIES = 10;
/** Look-ups before those that count. */
const WARM_UP = 200;

/**
 * Serves what the benchmark asks of a listing, over HTTP: `/fill?from=&to=&types=` lists rooms, `/look?type=&filters=&times=&ms=` answers how
 * long each of some look-ups took, one after the other, in ms. A look-up that finds nothing is an error.
 */
export async function serveListing(listing: Listing): Promise<void> {
  const server = createServer(async ({ url = "" }, response) => {
    const { pathname, searchParams } = new URL(url, "http://localhost");
    try {
      const answer = pathname === "/fill" ? await fill(listing, searchParams) : await look(listing, searchParams);
      response.end(JSON.stringify(answer));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.requestTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  announce(server);
}

async function fill(listing: Listing, query: URLSearchParams): Promise<readonly number[]> {
  const types = (query.get("types") ?? "").split(",");
  const to = Number(query.get("to"));
  let next = Number(query.get("from"));
  const insert = async (): Promise<void> => {
    while (next < to) await insertSurely(listing, rowOf(next++, types, listing.processId));
  };
  await Promise.all(Array.from({ length: INSERTS_IN_FLIGHT }, insert));
  return [];
}

async function insertSurely(listing: Listing, row: IRoomCache): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await listing.insert(row);
      return;
    } catch (error) {
      if (tries === INSERT_TRIES) throw error;
    }
  }
}

async function look(listing: Listing, query: URLSearchParams): Promise<readonly number[]> {
  const name = query.get("type") ?? "";
  const hasFilters = query.get("filters") === "1";
  const sort = LISTED_TYPES[name]?.sortBy;
  const find = async (index: number): Promise<number> => {
    const filters = hasFilters ? filtersOf(index) : {};
    const startMs = performance.now();
    const found = await listing.findOne({ name, locked: false, private: false, ...filters }, sort);
    const endMs = performance.now();
    if (!found) throw new Error(`No room ${name} ${JSON.stringify(filters)}`);
    return endMs - startMs;
  };
  const untilMs = performance.now() + Number(query.get("ms"));
  const times = Number(query.get("times"));
  const tookMs: number[] = [];
  for (let index = 0; index < WARM_UP && performance.now() < untilMs - Number(query.get("ms")) / 2; index++)
    await find(index);
  while (tookMs.length < times && performance.now() < untilMs) tookMs.push(await find(tookMs.length));
  return tookMs;
}

/** Row number `index`: its filter values and players are spread evenly and independently of its type. */
function rowOf(index: number, types: readonly string[], processId: string): IRoomCache {
  const order = Math.floor(index / types.length);
  const row = {
    ...filtersOf(order * 7),
    id: `listed-${index}`,
    name: types[index % types.length] ?? "",
    roomId: `listed-${index}`,
    processId,
    clients: (order * 5) % MAX_CLIENTS,
    maxClients: MAX_CLIENTS,
    locked: Math.floor(order / (MODES * MAPS)) % LOCKED_EVERY === 0,
    private: false,
    unlisted: false,
    metadata: { title: `A room that is number ${index}`, round: index % 10 },
    createdAt: new Date(1_700_000_000_000 + index),
  };
  return row;
}

function filtersOf(index: number): { mode: string; map: string } {
  return { mode: `mode-${index % MODES}`, map: `map-${Math.floor(index / MODES) % MAPS}` };
}
