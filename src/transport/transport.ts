/**
 * transport: the sockets between clients and rooms.
 *
 * Owns the HTTP server's upgrades, one Connection per socket, frame checks, refusals and traffic counts. It knows
 * nothing of what a room does with a frame. In the path it stands between the wire and Colyseus in both directions.
 */
import type { IncomingMessage, Server as HttpServer } from "node:http";
import { type AuthContext, connectClientToRoom, createAuthContext, matchMaker } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import type { WebSocket } from "ws";
import type { Clock } from "../clock/clock.ts";
import { ArenaError, toArenaError } from "../errors/errors.ts";
import { CLOSE_CODES } from "../protocol/protocol.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { ArenaClient } from "./client.ts";
import { Connection } from "./connection.ts";
import { TrafficCounter } from "./traffic-counter.ts";

/** What a transport is built from. */
export interface TransportParts {
  readonly httpServer: HttpServer;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Largest frame that a client may send, in bytes. */
  readonly maxFrameBytes: number;
  /** Refused frames of one connection within a minute before it is closed. */
  readonly maxRefusals: number;
}

/** A socket that names no room, such as the SDK's latency probe, is let go after this time. */
const ROOMLESS_MS = 1000;
const CLOSING_MS = 1000;
const PING_INTERVAL_MS = 3000;
const PINGS_BEFORE_DEAD = 2;
const ROOM_PATH = /^\/[\w-]+\/([\w-]+)$/;

/** Colyseus' transport with Arena's connections. */
export class ArenaTransport extends WebSocketTransport {
  readonly #parts: TransportParts;
  readonly #traffic: TrafficCounter;
  /** Settles when the port and every socket are closed. */
  readonly ended: Promise<void>;
  #connections = 0;

  constructor(parts: TransportParts) {
    super({ noServer: true, maxPayload: parts.maxFrameBytes });
    this.#parts = parts;
    this.#traffic = new TrafficCounter(parts.clock, parts.telemetry);
    this.wss.removeAllListeners("connection");
    this.wss.on("connection", (socket: WebSocket, request: IncomingMessage) => void this.#accept(socket, request));
    this.ended = new Promise((resolve) => parts.httpServer.once("close", resolve));
    this.listenForUpgrade(parts.httpServer);
    this.autoTerminateUnresponsiveClients(PING_INTERVAL_MS, PINGS_BEFORE_DEAD);
  }

  /** Opens the port. `onListening` gets the error where that fails. */
  override listen(port: number, host?: string, backlog?: number, onListening?: (error?: Error) => void): this {
    const { httpServer } = this.#parts;
    const fail = (error: Error): void => onListening?.(error);
    httpServer.once("error", fail);
    httpServer.listen(port, host, backlog, () => {
      httpServer.off("error", fail);
      onListening?.();
    });
    return this;
  }

  /** Colyseus offers its own HTTP routes here; Arena's http module serves matchmaking itself, with bounds. */
  override bindRouter(): void {}

  /** Closes the port and asks every socket to close; those that do not within a second are cut. */
  override shutdown(): void {
    clearInterval(this.pingInterval);
    this.wss.close();
    this.#parts.httpServer.close();
    for (const socket of this.wss.clients) socket.close(CLOSE_CODES.SERVER_SHUTDOWN);
    const stop = this.#parts.clock.after(CLOSING_MS, () => {
      for (const socket of this.wss.clients) socket.terminate();
    });
    void this.ended.then(() => {
      stop();
      this.#traffic.close();
    });
  }

  async #accept(socket: WebSocket, request: IncomingMessage): Promise<void> {
    const url = new URL(request.url ?? "/", "ws://node");
    const connection = this.#open(socket, url.searchParams.get("sessionId") ?? "");
    const roomId = ROOM_PATH.exec(url.pathname)?.[1];
    if (roomId === undefined) {
      this.#answerProbe(connection);
      return;
    }
    await this.#join(new ArenaClient(connection), roomId, { request, url });
  }

  #open(socket: WebSocket, sessionId: string): Connection {
    const { clock, telemetry, maxRefusals } = this.#parts;
    const connection = new Connection(socket, { sessionId, clock, telemetry, maxRefusals, traffic: this.#traffic });
    const openedMs = clock.nowMs();
    this.#connections++;
    telemetry.emit("connection:opened", { connections: this.#connections });
    connection.once("close", (code: number) => {
      this.#connections--;
      const durationMs = clock.nowMs() - openedMs;
      telemetry.emit("connection:closed", { code, sessionId, connections: this.#connections, durationMs });
    });
    // Colyseus' sweep of dead sockets counts unanswered pings on the socket itself.
    const counted = Object.assign(socket, { pingCount: 0 });
    socket.on("pong", () => {
      counted.pingCount = 0;
    });
    return connection;
  }

  /** The SDK measures latency with a socket to "/" and expects one byte back. */
  #answerProbe(connection: Connection): void {
    const stop = this.#parts.clock.after(ROOMLESS_MS, () => connection.close(CLOSE_CODES.NORMAL));
    connection.on("message", () => connection.send(PONG));
    connection.once("close", stop);
  }

  async #join(client: ArenaClient, roomId: string, from: { request: IncomingMessage; url: URL }): Promise<void> {
    const query = from.url.searchParams;
    const reconnectionToken = query.get("reconnectionToken");
    try {
      await connectClientToRoom(matchMaker.getLocalRoomById(roomId), client, authContext(from.request, query), {
        ...(reconnectionToken === null ? {} : { reconnectionToken }),
        skipHandshake: query.has("skipHandshake"),
      });
    } catch (cause) {
      const error = joinError(cause);
      this.#parts.telemetry.emit("error:refused", {
        code: error.code,
        where: "socket",
        detail: error.message,
        sessionId: client.sessionId,
      });
      client.error(error.row.wireCode, error.wireMessage);
      client.leave(reconnectionToken === null ? CLOSE_CODES.WITH_ERROR : CLOSE_CODES.FAILED_TO_RECONNECT);
    }
  }
}

const PONG = new Uint8Array([18]);
const SEAT_EXPIRED_CODE = 524;

/** Colyseus reports a missing seat by number; what a room threw is the room's own and stays inside. */
function joinError(cause: unknown): ArenaError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === SEAT_EXPIRED_CODE) return new ArenaError("SEAT_EXPIRED", "", { cause });
  return toArenaError(cause);
}

function authContext(request: IncomingMessage, query: URLSearchParams): AuthContext {
  const { remoteAddress } = request.socket;
  return createAuthContext({
    headers: request.headers as Record<string, string | undefined>, // the few repeated headers are not read
    token: query.get("_authToken"),
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
  });
}
