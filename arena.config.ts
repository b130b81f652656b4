/**
 * The app: which rooms there are, and how the parts of a node are put together. To add a room, add a line to ROOMS.
 */
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { matchMaker, RegisteredHandler, Server } from "@colyseus/core";
import { ArenaRoom } from "./rooms/arena/arena-room.ts";
import { ChatRoom } from "./rooms/chat/chat-room.ts";
import { LobbyRoom } from "./rooms/lobby/lobby-room.ts";
import { SyntheticRoom } from "./rooms/synthetic/synthetic-room.ts";
import { BoardRoom } from "./rooms/whiteboard/board-room.ts";
import { type Clock, systemClock } from "./src/clock/clock.ts";
import type { Config } from "./src/config/config.ts";
import { ArenaError } from "./src/errors/errors.ts";
import { type Http, openHttp } from "./src/http/http.ts";
import { type Images, openImages } from "./src/images/images.ts";
import { createMatchmaking } from "./src/matchmaking/matchmaking.ts";
import { type LogStore, type LogStoreOptions, logLimits, openLogStore } from "./src/op-log/op-log.ts";
import { hostRoom, type RoomClass } from "./src/room/room.ts";
import { logTo } from "./src/telemetry/log-sink.ts";
import { measure } from "./src/telemetry/metrics-sink.ts";
import { createTelemetry, type Telemetry } from "./src/telemetry/telemetry.ts";
import { createTokens, keepSecret, type Tokens, type TokensOptions } from "./src/tokens/tokens.ts";
import { Admission } from "./src/transport/admission.ts";
import { authContext } from "./src/transport/auth-context.ts";
import { clientAddress, parseNetworks } from "./src/transport/client-address.ts";
import { LoadMonitor } from "./src/transport/load-monitor.ts";
import { ArenaTransport } from "./src/transport/transport.ts";

/** How the app offers a room. */
export interface AppRoom {
  readonly room: RoomClass;
  /** Join options that pick the instance. */
  readonly filterBy?: readonly string[];
  /** Whether the lobby hears of its instances. */
  readonly isListed?: boolean;
  /** Whether this node offers it; always, unless told otherwise. */
  readonly isOffered?: (config: Config) => boolean;
}

/** Every room by the name under which clients join it. */
export const ROOMS: Readonly<Record<string, AppRoom>> = {
  arena: { room: ArenaRoom, isListed: true },
  lobby: { room: LobbyRoom },
  whiteboard: { room: BoardRoom, filterBy: ["id"] },
  chat: { room: ChatRoom, filterBy: ["id"] },
  synthetic: { room: SyntheticRoom, filterBy: ["id"], isOffered: (config) => config.isSyntheticAllowed },
};

const PAGE_DIR = fileURLToPath(new URL("./client-sample/dist", import.meta.url));

/** A node that serves. */
export interface ArenaNode {
  /** Colyseus' server, for tools that want one. */
  readonly server: Server;
  readonly port: number;
  readonly telemetry: Telemetry;
  /** Takes no new players, ends the rooms, waits at most `drainMs` for them, closes the port. */
  close(reason: string): Promise<void>;
}

/**
 * Puts a node together and opens its port.
 *
 * @param rooms what the node offers; the app's own unless told otherwise
 * @throws ArenaError PORT_UNAVAILABLE, CONFIG_INVALID
 */
export async function openNode(config: Config, rooms: Readonly<Record<string, AppRoom>> = ROOMS): Promise<ArenaNode> {
  const clock = systemClock();
  const telemetry = createTelemetry();
  logTo(telemetry, { level: config.logLevel, nodeId: config.nodeId });
  const metrics = measure(telemetry);
  const tokens = await openTokens(config, { clock, telemetry });
  const base = { clock, telemetry, tokens, ...(await openStores(config, { clock, telemetry })) };

  const openRooms = watchRooms(telemetry);
  const addressOf = addressReader(config);
  const load: LoadMonitor = new LoadMonitor({ ...base, limits: config, queuedBytes: () => transport.queuedBytes });
  const admission = new Admission({ clock, limits: config, isOverloaded: () => load.level === "overloaded" });

  const offered = Object.entries(rooms).filter(([, { isOffered }]) => isOffered?.(config) ?? true);
  const matchmake = createMatchmaking({
    ...base,
    optionsByRoom: new Map(offered.map(([name, { room }]) => [name, room.options])),
  });
  const http = await openHttp({
    ...base,
    maxBodyBytes: config.maxBodyBytes,
    socketBufferBytes: config.softBytes / 2,
    pageDir: PAGE_DIR,
    allowedOrigins: config.allowedOrigins,
    adminToken: config.adminToken,
    admit: ({ request, method }) =>
      admission.call({ ...callerOf(request, addressOf), isReturning: method === "reconnect" }),
    matchmake: ({ request, ...call }) => matchmake({ ...call, auth: authContext(request, addressOf(request)) }),
    metrics: metrics.read,
    whyNotReady: () => whyNotReady(load),
  });
  const transport = new ArenaTransport({
    ...base,
    ...config,
    httpServer: http.server,
    limits: config,
    admission,
    addressOf,
  });

  const server = new Server({ transport, greet: false, gracefullyShutdown: false, logger: colyseusLog(telemetry) });
  const parts = {
    ...base,
    ...config,
    logLimits: logLimits(config.maxDocumentBytes),
    patchEvery: patchesOf(load),
  };
  for (const [name, app] of offered) defineRoom(name, app, parts);
  await listen(server, config);

  const { port } = http.server.address() as AddressInfo; // a port, never a pipe
  telemetry.emit("node:started", { nodeId: config.nodeId, port, pid: process.pid });
  const close = async (reason: string): Promise<void> => {
    telemetry.emit("node:draining", { reason });
    await endWithin(config.drainMs, { ...base, server, transport, http, openRooms, load });
    telemetry.emit("node:stopped", { reason });
    metrics.close();
  };
  return { server, port, telemetry, close };
}

/** Where what outlives the node is kept. */
interface Stores {
  readonly logs: LogStore;
  readonly images: Images;
}

/** What has to end before the node may. */
interface Ending extends Stores {
  readonly clock: Clock;
  readonly server: Server;
  readonly transport: ArenaTransport;
  readonly http: Http;
  readonly openRooms: ReadonlySet<string>;
  readonly load: LoadMonitor;
}

async function endWithin(
  drainMs: number,
  { clock, server, transport, http, openRooms, load, logs, images }: Ending,
): Promise<void> {
  const deadline = new Promise<void>((resolve) => clock.after(drainMs, resolve));
  await Promise.race([server.gracefullyShutdown(false), roomsEnded(openRooms, clock), deadline]);
  transport.shutdown();
  await Promise.race([transport.ended, deadline]);
  await http.close();
  load.close();
  await images.close();
  await logs.close(); // after the rooms, which bring what they were pushed to it
}

/** The rooms that have been made and not yet ended. */
function watchRooms(telemetry: Telemetry): ReadonlySet<string> {
  const rooms = new Set<string>();
  telemetry.on("room:created", ({ roomId }) => rooms.add(roomId));
  telemetry.on("room:disposed", ({ roomId }) => rooms.delete(roomId));
  return rooms;
}

const ENDED_CHECK_MS = 50;

/** Colyseus waits for an event that it misses when a room is just being made; this looks for itself. */
function roomsEnded(rooms: ReadonlySet<string>, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.every(ENDED_CHECK_MS, () => {
      if (rooms.size > 0) return;
      stop();
      resolve();
    });
  });
}

async function openStores(config: Config, parts: Pick<LogStoreOptions, "clock" | "telemetry">): Promise<Stores> {
  const place = placeOf(config, "documents");
  const logs = await openLogStore({ ...config, ...parts, ...place, isVolatileAllowed: config.isVolatileRedisAllowed });
  const images = await openImages({ ...parts, ...placeOf(config, "images"), limits: config });
  return { logs, images };
}

/** Where what outlives the process is kept: a folder in the data folder, or Redis. */
function placeOf({ logStore, dataDir, redisUrl }: Config, folder: string) {
  return { kind: logStore, path: join(dataDir, folder), redisUrl };
}

async function openTokens(config: Config, parts: Pick<TokensOptions, "clock" | "telemetry">): Promise<Tokens> {
  const { auth, tokenSecret, jwksUrl, logStore, dataDir } = config;
  const isKept = tokenSecret === "" && logStore !== "memory";
  const ownSecret = isKept ? await keepSecret(dataDir, parts.telemetry) : undefined;
  return createTokens({ mode: auth, secret: tokenSecret, jwksUrl, ...(ownSecret && { ownSecret }), ...parts });
}

function addressReader(config: Config): (request: IncomingMessage) => string {
  const trustedProxies = parseNetworks(config.trustedProxies);
  return ({ headers, socket }) => clientAddress(headers, socket.remoteAddress, trustedProxies);
}

function callerOf(request: IncomingMessage, addressOf: (request: IncomingMessage) => string) {
  return { address: addressOf(request), origin: request.headers.origin };
}

function whyNotReady(load: LoadMonitor): string | undefined {
  if (matchMaker.state !== matchMaker.MatchMakerState.READY) return "not accepting players";
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
  if (app.isListed) handler.enableRealtimeListing();
  handler.on("create", ({ roomId }) => telemetry.emit("room:created", { roomId, name }));
  matchMaker.addRoomType(handler);
}

async function listen(server: Server, { port, host }: Config): Promise<void> {
  try {
    await server.listen(port, host);
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? REASONS[String(cause.code)] : undefined;
    throw new ArenaError("PORT_UNAVAILABLE", `${host}:${port} ${reason ?? String(cause)}.`, { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use by another program",
  EACCES: "may not be opened by this user",
  EADDRNOTAVAIL: "is not an address of this machine",
  ENOTFOUND: "cannot be resolved",
};

function colyseusLog(telemetry: Telemetry): NonNullable<ConstructorParameters<typeof Server>[0]>["logger"] {
  const at =
    (level: "debug" | "info" | "warn" | "error") =>
    (...parts: unknown[]): void =>
      telemetry.emit("colyseus:logged", { level, text: parts.map(String).join(" ") });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), trace: at("debug") } as never;
}
