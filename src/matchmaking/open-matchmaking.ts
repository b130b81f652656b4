import {
  type IRoomCache,
  LocalDriver,
  LocalPresence,
  type MatchMakerDriver,
  matchMaker,
  type Presence,
} from "@colyseus/core";
import type { CheckpointHead, Checkpoints } from "../checkpoint/checkpoint.ts";
import type { Clock } from "../clock/clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Peers } from "../peers/peers.ts";
import { connectRedis, openClient, type RedisLink } from "../redis/redis.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { Creation, type CreationParts } from "./creation.ts";
import { type Gate, localGate, redisGate } from "./gate.ts";
import { Hosting } from "./hosting.ts";
import type { LookUp } from "./listing-index.ts";
import { createNodeCalls } from "./node-calls.ts";
import { Placing, type Whereabouts } from "./placing.ts";
import { RedisDriver } from "./redis-driver.ts";
import { RedisPresence } from "./redis-presence.ts";
import { Seats } from "./seats.ts";

/** A room type as matchmaking sees it. */
export interface RoomType extends LookUp, Whereabouts {
  /** Instance that join options ask for, where there is one room only for each. */
  instanceOf(options: object): string | undefined;
}

/** What matchmaking of a process is opened with. */
export interface OpenMatchmakingParts {
  /** Empty for a process on its own. */
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly cluster: Cluster;
  readonly peers: Peers;
  readonly checkpoints: Checkpoints;
  readonly typeOf: (name: string) => RoomType | undefined;
}

/** Matchmaking of a process. */
export interface OpenedMatchmaking {
  readonly driver: MatchMakerDriver;
  readonly presence: Presence;
  readonly hosting: Hosting;
  readonly seats: Seats;
  /**
   * Has a room that was kept go on, where its process is gone: once, on a node that placement chooses, whoever else has it made.
   *
   * @throws ArenaError ROOM_NOT_FOUND where it is kept no more; CREATION_TOO_SLOW, NO_NODE_FREE, CLUSTER_UNAVAILABLE; what the room throws
   */
  restore(room: Pick<CheckpointHead, "roomId" | "name">): Promise<void>;
  /** Boot of a node for a room; not one of those given. @throws ArenaError NO_NODE_FREE, CLUSTER_UNAVAILABLE */
  place(room: { readonly roomId: string; readonly name: string }, except: ReadonlySet<string>): Promise<string>;
  /** Listed rooms of a type, oldest first; `cursor` is where the next page begins. */
  page(name: string, cursor: string | undefined): Promise<{ rooms: readonly IRoomCache[]; cursor: string | undefined }>;
  /** Takes the rooms of a node that is gone out of the listing, and whatever else is kept of it. @throws ArenaError CLUSTER_UNAVAILABLE */
  forgetNode(bootId: string): Promise<void>;
  /** Writes the listing of this process anew. */
  reassert(): Promise<void>;
}

const PAGE_ROOMS = 100;
const COMMAND_TIMEOUT_MS = 1000;
const GIVE_UP_MS = 1000;
const CONNECT_TIMEOUT_MS = 5000;

/** What is different in a cluster. */
interface Listing {
  readonly driver: MatchMakerDriver;
  readonly presence: Presence;
  readonly gate: Gate;
  readonly redis: RedisDriver | undefined;
}

/** Opens the listing, and everything that makes rooms and gives seats. @throws ArenaError CLUSTER_UNAVAILABLE, CONFIG_INVALID */
export async function openMatchmaking(parts: OpenMatchmakingParts): Promise<OpenedMatchmaking> {
  const { clock, telemetry, cluster, peers, typeOf, checkpoints } = parts;
  const hosting = new Hosting({ cluster, telemetry, checkpoints });
  const listing = parts.redisUrl === "" ? localListing(hosting) : await openRedisListing(parts, hosting);
  const { driver } = listing;
  const calls = createNodeCalls({ cluster, peers, hosting });
  const placing = new Placing({ clock, cluster, whereaboutsOf: (name) => typeOf(name) ?? {} });
  const place: OpenedMatchmaking["place"] = async (room, except) =>
    listing.redis ? placing.place(room, except) : matchMaker.processId;
  const making: Omit<CreationParts, "order"> = {
    clock,
    cluster,
    place,
    find: async (roomId) => (await driver.findOne({ roomId })) || undefined,
  };
  const creation = new Creation({ ...making, order: calls.create });
  const restoring = new Creation({ ...making, order: calls.restore });
  const seats = new Seats({
    clock,
    creation,
    gate: listing.gate,
    instanceOf: (name, options) => typeOf(name)?.instanceOf(options),
    reserve: calls.reserve,
    change: calls.change,
    sessionOf: calls.sessionOf,
    isAwaited: async (roomId) => {
      if (await checkpoints.isAwaited(roomId)) return true;
      return cluster.node((await cluster.owner(roomId))?.bootId ?? "") !== undefined;
    },
  });
  return {
    driver,
    presence: listing.presence,
    hosting,
    seats,
    restore: async ({ roomId, name }) => {
      await restoring.make({ roomId, name, options: {} }); // its checkpoint has them
    },
    place,
    page: async (name, cursor) => listing.redis?.page(name, cursor, PAGE_ROOMS) ?? localPage(driver, name, cursor),
    forgetNode: async (bootId) => {
      await listing.redis?.cleanup(bootId);
      await matchMaker.stats.excludeProcess(bootId);
    },
    reassert: async () => listing.redis?.reassert(),
  };
}

/** Colyseus' own listing, in which a room stands once it is confirmed. */
class ConfirmedDriver extends LocalDriver {
  readonly #hosting: Hosting;

  constructor(hosting: Hosting) {
    super();
    this.#hosting = hosting;
  }

  override async insert(room: IRoomCache): Promise<boolean> {
    return (await this.#hosting.owned.confirm(room.roomId, room.name)) && super.insert(room);
  }
}

function localListing(hosting: Hosting): Listing {
  return { driver: new ConfirmedDriver(hosting), presence: new LocalPresence(), gate: localGate(), redis: undefined };
}

async function openRedisListing(parts: OpenMatchmakingParts, hosting: Hosting): Promise<Listing> {
  const { redisUrl: url, redisPrefix: prefix, clock, telemetry, cluster, typeOf } = parts;
  const timing = { url, clock, commandTimeoutMs: COMMAND_TIMEOUT_MS, connectTimeoutMs: CONNECT_TIMEOUT_MS };
  const link: RedisLink = await connectRedis({
    ...timing,
    giveUpMs: GIVE_UP_MS,
    onConnected: () => void redis.reassert().catch(() => {}), // it is tried again when it next connects
    onDisconnected: () => {}, // the cluster's own connection tells of it
  });
  const redis: RedisDriver = new RedisDriver({
    clock,
    link,
    prefix,
    telemetry,
    lookUpOf: (name) => typeOf(name) ?? { filterBy: [], sortBy: {} },
    liveBoots: () => cluster.nodes().map(({ bootId }) => bootId),
    disown: (bootId, roomIds) => cluster.disown(bootId, roomIds),
    nameOf: async (roomId) => (await cluster.owner(roomId))?.name,
    confirm: ({ roomId, name }) => hosting.owned.confirm(roomId, name),
    epochOf: (roomId) => hosting.owned.epochOf(roomId),
  });
  const client = await openClient({ ...timing, keyPrefix: `${prefix}:` });
  const presence = new RedisPresence(client, prefix, telemetry);
  await presence.opened(clock, CONNECT_TIMEOUT_MS);
  return { driver: redis, presence, gate: redisGate(link, prefix), redis };
}

/** The whole of it is here: one page. */
async function localPage(driver: MatchMakerDriver, name: string, cursor: string | undefined) {
  const rooms = cursor === undefined ? await driver.query({ name, private: false, unlisted: false }) : [];
  return { rooms, cursor: undefined };
}
