/**
 * The app: which rooms there are, and how the parts of a node are put together. To add a room, add a line to ROOMS.
 */
import type { IncomingMessage } from "node:http";
import { fileURLToPath } from "node:url";
import { matchMaker, RegisteredHandler, Server } from "@colyseus/core";
import { endWithin, openStores, placeOf } from "./arena.parts.ts";
import { ArenaRoom } from "./rooms/arena/arena-room.ts";
import { ChatRoom } from "./rooms/chat/chat-room.ts";
import { LobbyRoom } from "./rooms/lobby/lobby-room.ts";
import { PeopleRoom } from "./rooms/people/people-room.ts";
import { SyntheticRoom } from "./rooms/synthetic/synthetic-room.ts";
import { BoardRoom } from "./rooms/whiteboard/board-room.ts";
import { openCheckpoints } from "./src/checkpoint/checkpoint.ts";
import { type Stop, systemClock } from "./src/clock/clock.ts";
import { type Cluster, internalAddressOf, type NodeIdentity, openCluster } from "./src/cluster/cluster.ts";
import type { Config } from "./src/config/config.ts";
import { ArenaError } from "./src/errors/errors.ts";
import { openDrains, openMoves, rebalance, watchNodes } from "./src/handoff/handoff.ts";
import { openHttp } from "./src/http/http.ts";
import {
  createMatchmaking,
  createUserSeats,
  keepRooms,
  loadReadings,
  nameProcess,
  type OpenedMatchmaking,
  openMatchmaking,
  type RoomType,
  reportLoad,
  restoreRooms,
  type Seats,
} from "./src/matchmaking/matchmaking.ts";
import { logLimits } from "./src/op-log/op-log.ts";
import { openPeers, PASSAGE_HEADER } from "./src/peers/peers.ts";
import { openPeople } from "./src/people/people.ts";
import { openPresence } from "./src/presence/presence.ts";
import { hostRoom, OpenRooms, type RoomClass } from "./src/room/room.ts";
import { colyseusLog } from "./src/telemetry/colyseus-log.ts";
import { logTo } from "./src/telemetry/log-sink.ts";
import { measure } from "./src/telemetry/metrics-sink.ts";
import { createTelemetry, type Telemetry } from "./src/telemetry/telemetry.ts";
import { openTokens } from "./src/tokens/open-tokens.ts";
import { authContext } from "./src/transport/auth-context.ts";
import { authorityOf } from "./src/transport/authority.ts";
import { clientAddress, countedAs, parseNetworks } from "./src/transport/client-address.ts";
import { openEntrance } from "./src/transport/entrance.ts";
import { Forwarder } from "./src/transport/forwarder.ts";
import { LoadMonitor } from "./src/transport/load-monitor.ts";
import { ownerFinder } from "./src/transport/owner-finder.ts";
import { portError } from "./src/transport/port-error.ts";
import { ArenaTransport } from "./src/transport/transport.ts";
import { TRUNK_PATH } from "./src/trunk/trunk.ts";

/** How the app offers a room. */
export interface AppRoom {
  readonly room: RoomClass;
  /** Join options that pick the instance. */
  readonly filterBy?: readonly string[];
  /** Which of several rooms is filled first, by fields of the listing or its metadata; the oldest where nothing is said. */
  readonly sortBy?: Readonly<Record<string, 1 | -1>>;
  /** Label and region of the nodes that make its rooms; any node where nothing is said. */
  readonly label?: string;
  readonly region?: string;
  /** Whether the lobby hears of its instances. */
  readonly isListed?: boolean;
  /** Whether this node offers it; always, unless told otherwise. */
  readonly isOffered?: (config: Config) => boolean;
}

/** Every room by the name under which clients join it. */
export const ROOMS: Readonly<Record<string, AppRoom>> = {
  arena: { room: ArenaRoom, isListed: true },
  lobby: { room: LobbyRoom },
  people: { room: PeopleRoom },
  whiteboard: { room: BoardRoom, filterBy: ["id"] },
  chat: { room: ChatRoom, filterBy: ["id"] },
  synthetic: { room: SyntheticRoom, filterBy: ["id"], isOffered: (config) => config.isSyntheticAllowed },
};

/** Of the app; nodes of different versions may be in one cluster while it is being updated. */
const VERSION = "0.1.0";
const MS_PER_S = 1000;
const PAGE_DIR = fileURLToPath(new URL("./client-sample/dist", import.meta.url));

/** A node that serves. */
export interface ArenaNode {
  /** Colyseus' server, for tools that want one. */
  readonly server: Server;
  readonly port: number;
  /** Name of this process in its cluster, another one at each start. */
  readonly bootId: string;
  readonly telemetry: Telemetry;
  /** Gives seats in rooms of any process, to code of the app that places players itself. */
  readonly seats: Seats;
  /** Takes no new players, ends the rooms, waits at most `drainMs` for them, closes the port. */
  close(reason: string): Promise<void>;
}

/**
 * Puts a node together, opens its port, and has it take part in its cluster.
 *
 * @param rooms what the node offers; the app's own unless told otherwise
 * @throws ArenaError PORT_UNAVAILABLE, CONFIG_INVALID, CLUSTER_UNAVAILABLE, NODE_ID_TAKEN
 */
export async function openNode(config: Config, rooms: Readonly<Record<string, AppRoom>> = ROOMS): Promise<ArenaNode> {
  const offered = new Map(Object.entries(rooms).filter(([, { isOffered }]) => isOffered?.(config) ?? true));
  const base = await openBase(config, offered);
  const { clock, telemetry, metrics, cluster, matchmaking } = base;
  const openRooms = new OpenRooms(telemetry);
  let closed: Closed = "STARTING";
  const doors = await openDoors(config, base, () => closed);
  const server = openServer(config, base, doors);
  for (const [name, app] of offered) defineRoom(name, app, partsOfRooms(config, base, doors));
  const port = await takePart({ server, transport: doors.transport, cluster, config });
  keepRooms({ clock, cluster, matchmaking });
  if (config.redisUrl === "") await restoreRooms({ ...base, ...matchmaking });
  closed = undefined;
  const stopHelping = config.role === "node" ? help(config, base) : () => {};

  telemetry.emit("node:started", { nodeId: config.nodeId, port, pid: process.pid });
  const close = async (reason: string): Promise<void> => {
    if (config.redisUrl === "") closed = "DRAINING";
    telemetry.emit("node:draining", { reason });
    stopHelping();
    await endWithin(config.drainMs, { ...base, ...doors, server, openRooms });
    telemetry.emit("node:stopped", { reason });
    metrics.close();
  };
  return { server, port, bootId: cluster.identity.bootId, telemetry, seats: matchmaking.seats, close };
}

/** Why a node takes nobody in, also of those who come back. */
type Closed = "STARTING" | "DRAINING" | undefined;
/** Rooms may be made here, and those of nodes that are gone are seen to. */
function help(config: Config, base: Base): Stop {
  const { drains, matchmaking, moves } = base;
  const readings = loadReadings(config, base);
  reportLoad({ ...base, maxConnections: config.maxConnections, readings, drainProgress: () => drains.progress });
  if (config.redisUrl === "") return () => {};
  if (config.isRebalanced) rebalance({ ...base, ...matchmaking, move: (roomId) => moves.move(roomId) });
  const watch = watchNodes({
    ...base,
    restart: matchmaking.restore,
    isHere: (roomId) => matchmaking.hosting.owned.isHere(roomId),
  });
  return () => watch.close();
}

type Offered = ReadonlyMap<string, AppRoom>;
type Base = Awaited<ReturnType<typeof openBase>>;
type Doors = Awaited<ReturnType<typeof openDoors>>;

/** What everything else stands on. */
async function openBase(config: Config, offered: Offered) {
  const clock = systemClock();
  const telemetry = createTelemetry();
  logTo(telemetry, { level: config.logLevel, nodeId: config.nodeId });
  const metrics = measure(telemetry);
  const bootId = await nameProcess();
  const cluster = await openCluster({ ...config, clock, telemetry, identity: identityOf(config, bootId) });
  const secret = await cluster.secret();
  const peers = openPeers({ clock, telemetry, signing: { secret, bootId } });
  cluster.meet(peers);
  const tokens = await openTokens(config, { clock, telemetry }, secret);
  const stores = await openStores(config, { clock, telemetry });
  const presence = await openPresence({ ...config, clock, telemetry, cluster });
  const checkpoints = await openCheckpoints({
    ...config,
    ...placeOf(config, "checkpoints"),
    clock,
    telemetry,
    bootId,
    epochOf: (roomId) => matchmaking.hosting.owned.epochOf(roomId),
  });
  const parts = { clock, telemetry, cluster, peers, presence, checkpoints };
  const matchmaking: OpenedMatchmaking = await openMatchmaking({
    ...parts,
    ...config,
    typeOf: (name) => typeOf(offered.get(name)),
  });
  const moves = openMoves({ ...parts, ...matchmaking });
  const drains = openDrains({
    ...parts,
    ...matchmaking,
    drainMs: config.drainMs,
    move: (roomId) => moves.move(roomId),
  });
  const optionsByRoom = new Map([...offered].map(([name, { room }]) => [name, room.options]));
  const seats = createUserSeats({ seats: matchmaking.seats, optionsByRoom });
  const people = await openPeople({ ...parts, ...config, seats });
  const authority = authorityOf(cluster);
  return { ...parts, ...stores, people, metrics, tokens, matchmaking, moves, drains, optionsByRoom, authority };
}

/** Where clients and other processes come in: HTTP, and sockets. */
async function openDoors(config: Config, base: Base, whyClosed: () => Closed) {
  const { cluster, metrics, peers, matchmaking, moves, drains } = base;
  const addressOf = addressReader(config);
  const load: LoadMonitor = new LoadMonitor({
    ...base,
    limits: config,
    queuedBytes: () => transport.queuedBytes,
  });
  const isOverloaded = (): boolean => load.level === "overloaded";
  const entrance = { ...base, limits: config, keptMs: config.reconnectSeconds * MS_PER_S, isOverloaded, whyClosed };
  const { arrivals, retryAfterMs, admission } = openEntrance(entrance);
  const matchmake = createMatchmaking({
    ...base,
    seats: matchmaking.seats,
  });
  const http = await openHttp({
    ...base,
    retryAfterMs,
    maxBodyBytes: config.maxBodyBytes,
    socketBufferBytes: config.softBytes / 2,
    pageDir: PAGE_DIR,
    allowedOrigins: config.allowedOrigins,
    adminToken: config.adminToken,
    admit: ({ request, method }) =>
      admission.call({ ...callerOf(request, addressOf), isReturning: method === "reconnect" }),
    addressOf: (request) => countedAs(addressOf(request)),
    matchmake: ({ request, ...call }) => matchmake({ ...call, auth: authContext(request.headers, addressOf(request)) }),
    metrics: metrics.read,
    page: matchmaking.page,
    move: moves.move,
    drain: drains.drain,
    whyNotReady: () => (whyClosed() === "STARTING" ? "starting" : whyNotReady(load, cluster)),
  });
  const transport: ArenaTransport = new ArenaTransport({
    ...base,
    ...config,
    httpServer: http.server,
    limits: config,
    admission,
    arrivals,
    retryAfterMs,
    addressOf,
    settled: moves.settled,
    checkTrunk: ({ headers, url = "" }) => peers.usePassage(String(headers[PASSAGE_HEADER]), url),
    forwarder: openForwarder(config, base, retryAfterMs),
  });
  return { load, http, transport };
}

function openServer(config: Config, { telemetry, cluster, matchmaking }: Base, { transport }: Doors): Server {
  return new Server({
    transport,
    driver: matchmaking.driver,
    presence: matchmaking.presence,
    publicAddress: config.publicAddress,
    selectProcessIdToCreateRoom: async () => cluster.identity.bootId,
    isStandaloneMatchMaker: config.role === "edge",
    greet: false,
    gracefullyShutdown: false,
    logger: colyseusLog(telemetry) as never, // it has all that Colyseus calls
  });
}

function partsOfRooms(config: Config, base: Base, { load }: Doors): Parameters<typeof hostRoom>[1] {
  const { authority, matchmaking } = base;
  return {
    ...base,
    ...config,
    logLimits: logLimits(config.maxDocumentBytes),
    patchEvery: patchesOf(load),
    mayAct: authority.mayAct,
    epochOf: config.redisUrl === "" ? () => undefined : (roomId) => matchmaking.hosting.owned.epochOf(roomId),
    listed: async (name) => (await matchmaking.page(name, undefined)).rooms,
  };
}

function identityOf(config: Config, bootId: string): Omit<NodeIdentity, "internalAddress"> {
  const { nodeId, role, publicAddress, region, labels } = config;
  return { nodeId, bootId, role, publicAddress, region, labels, version: VERSION, pid: process.pid };
}

/** How matchmaking looks for rooms of a type, and where it has them made. */
function typeOf(app: AppRoom | undefined): RoomType | undefined {
  if (!app) return undefined;
  const { room, filterBy = [], sortBy = {}, label, region } = app;
  const whereabouts = { ...(label !== undefined && { label }), ...(region !== undefined && { region }) };
  return { filterBy, sortBy, instanceOf: (options) => room.instanceOf(options), ...whereabouts };
}

/** Leads clients to the processes that have their rooms; a process on its own leads nobody anywhere. */
function openForwarder(config: Config, base: Base, retryAfterMs: () => number): Forwarder | undefined {
  const { clock, telemetry, cluster, peers, checkpoints } = base;
  if (config.redisUrl === "") return undefined;
  const forwarder = new Forwarder({
    ...config,
    clock,
    telemetry,
    retryAfterMs,
    bootId: cluster.identity.bootId,
    nodeOf: (bootId) => cluster.node(bootId),
    ownerOf: ownerFinder({ clock, cluster, ...checkpoints, returnMs: config.reconnectSeconds * MS_PER_S }),
    forget: (roomId) => cluster.forget(roomId),
    passage: ({ bootId }) => [PASSAGE_HEADER, peers.passageTo(bootId, TRUNK_PATH)],
  });
  cluster.onNodeGone(({ bootId }) => forwarder.ownerGone(bootId));
  return forwarder;
}

/** Only a trunk comes with a header that a process of the cluster signs; a client's of that name is made up. */
function addressReader(config: Config): (request: IncomingMessage) => string {
  const trustedProxies = parseNetworks(config.trustedProxies);
  return ({ headers, socket }) => {
    if (PASSAGE_HEADER in headers) throw new ArenaError("FORWARD_FORGED");
    return clientAddress(headers, socket.remoteAddress, trustedProxies);
  };
}

function callerOf(request: IncomingMessage, addressOf: (request: IncomingMessage) => string) {
  return { address: addressOf(request), origin: request.headers.origin };
}

function whyNotReady(load: LoadMonitor, cluster: Cluster): string | undefined {
  if (matchMaker.state !== matchMaker.MatchMakerState.READY) return "not accepting players";
  if (cluster.node(cluster.identity.bootId)?.isDraining) return "draining";
  if (!cluster.isLeaseHeld()) return "cut off from the cluster";
  return load.level === "overloaded" ? "overloaded" : undefined;
}

/** Under strain every other patch is left out. */
function patchesOf(load: LoadMonitor): () => 1 | 2 {
  return () => (load.level === "normal" ? 1 : 2);
}

function defineRoom(name: string, app: AppRoom, parts: Parameters<typeof hostRoom>[1]): void {
  const { telemetry } = parts;
  const handler = new RegisteredHandler(hostRoom(app.room, parts));
  handler.name = name;
  if (app.filterBy) handler.filterBy([...app.filterBy]);
  if (app.sortBy) handler.sortBy({ ...app.sortBy });
  if (app.isListed) handler.enableRealtimeListing();
  handler.on("create", ({ roomId }) => telemetry.emit("room:created", { roomId, name }));
  matchMaker.addRoomType(handler);
}

/** Opens the port, joins the cluster with it, and lets players in. */
async function takePart({ server, transport, cluster, config }: Taking): Promise<number> {
  const { port, host } = config;
  try {
    const actual = await transport.open(port, host);
    await cluster.join(internalAddressOf({ ...config, port: actual }));
    matchMaker.setHealthChecksEnabled(false); // leases tell who lives
    await server.listen(actual, host);
    return actual;
  } catch (cause) {
    throw cause instanceof ArenaError ? cause : portError(cause, `${host}:${port}`);
  }
}

interface Taking {
  readonly server: Server;
  readonly transport: ArenaTransport;
  readonly cluster: Cluster;
  readonly config: Config;
}
