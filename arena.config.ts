/**
 * The app: which rooms there are, and how the parts of a node are put together. To add a room, add a line to ROOMS.
 */
import type { AddressInfo } from "node:net";
import { createAuthContext, matchMaker, RegisteredHandler, Server } from "@colyseus/core";
import { ArenaRoom } from "./rooms/arena/arena-room.ts";
import { LobbyRoom } from "./rooms/lobby/lobby-room.ts";
import { SyntheticRoom } from "./rooms/synthetic/synthetic-room.ts";
import { systemClock } from "./src/clock/clock.ts";
import type { Config } from "./src/config/config.ts";
import { ArenaError } from "./src/errors/errors.ts";
import { openHttp } from "./src/http/http.ts";
import { createMatchmaking } from "./src/matchmaking/matchmaking.ts";
import { hostRoom, type RoomClass } from "./src/room/room.ts";
import { logTo } from "./src/telemetry/log-sink.ts";
import { measure } from "./src/telemetry/metrics-sink.ts";
import { createTelemetry, type Telemetry } from "./src/telemetry/telemetry.ts";
import { ArenaTransport } from "./src/transport/transport.ts";

/** How the app offers a room. */
interface AppRoom {
  readonly room: RoomClass;
  /** Join options that pick the instance. */
  readonly filterBy?: readonly string[];
  /** Whether the lobby hears of its instances. */
  readonly isListed?: boolean;
  /** Whether this node offers it; always, unless told otherwise. */
  readonly isOffered?: (config: Config) => boolean;
}

/** Every room by the name under which clients join it. */
const ROOMS: Readonly<Record<string, AppRoom>> = {
  arena: { room: ArenaRoom, isListed: true },
  lobby: { room: LobbyRoom },
  synthetic: { room: SyntheticRoom, filterBy: ["id"], isOffered: (config) => config.isSyntheticAllowed },
};

const PAGE_DIR = new URL("./client-sample/dist", import.meta.url).pathname;

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
 * @throws ArenaError PORT_UNAVAILABLE
 */
export async function openNode(config: Config): Promise<ArenaNode> {
  const clock = systemClock();
  const telemetry = createTelemetry();
  logTo(telemetry, { level: config.logLevel, nodeId: config.nodeId });
  const metrics = measure(telemetry);

  const offered = Object.entries(ROOMS).filter(([, { isOffered }]) => isOffered?.(config) ?? true);
  const matchmake = createMatchmaking({
    clock,
    telemetry,
    optionsByRoom: new Map(offered.map(([name, { room }]) => [name, room.options])),
  });
  const http = await openHttp({
    clock,
    telemetry,
    maxBodyBytes: config.maxBodyBytes,
    pageDir: PAGE_DIR,
    matchmake: ({ request, ...call }) => {
      const { remoteAddress } = request.socket;
      const headers = request.headers as Record<string, string | undefined>; // the few repeated headers are not read
      return matchmake({ ...call, auth: createAuthContext({ headers, ...(remoteAddress && { remoteAddress }) }) });
    },
    metrics: metrics.read,
    whyNotReady: () => (matchMaker.state === matchMaker.MatchMakerState.READY ? undefined : "not accepting players"),
  });
  const transport = new ArenaTransport({
    httpServer: http.server,
    clock,
    telemetry,
    maxFrameBytes: config.maxFrameBytes,
    maxRefusals: config.maxRefusals,
  });

  const server = new Server({ transport, greet: false, gracefullyShutdown: false, logger: colyseusLog(telemetry) });
  for (const [name, app] of offered) defineRoom(name, app, { clock, telemetry, ...config });
  await listen(server, config);

  const { port } = http.server.address() as AddressInfo; // a port, never a pipe
  telemetry.emit("node:started", { nodeId: config.nodeId, port, pid: process.pid });

  return {
    server,
    port,
    telemetry,
    close: async (reason) => {
      telemetry.emit("node:draining", { reason });
      const deadline = new Promise<void>((resolve) => clock.after(config.drainMs, resolve));
      await Promise.race([server.gracefullyShutdown(false), deadline]);
      transport.shutdown();
      await Promise.race([transport.ended, deadline]);
      await http.close();
      telemetry.emit("node:stopped", { reason });
      metrics.close();
    },
  };
}

function defineRoom(name: string, app: AppRoom, parts: Parameters<typeof hostRoom>[1]): void {
  const { telemetry } = parts;
  const handler = new RegisteredHandler(hostRoom(app.room, parts));
  handler.name = name;
  if (app.filterBy) handler.filterBy([...app.filterBy]);
  if (app.isListed) handler.enableRealtimeListing();
  handler.on("create", ({ roomId }) => telemetry.emit("room:created", { roomId, name }));
  handler.on("dispose", ({ roomId }) => telemetry.emit("room:disposed", { roomId, name }));
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
  const at = (level: "debug" | "info" | "warn" | "error") =>
    (...parts: unknown[]): void => telemetry.emit("colyseus:logged", { level, text: parts.map(String).join(" ") });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), trace: at("debug") } as never;
}
