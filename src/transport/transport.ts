/**
 * transport: the sockets between clients and rooms.
 *
 * Owns the HTTP server's upgrades, one Connection per socket, frame checks, refusals and traffic counts. It knows
 * nothing of what a room does with a frame. In the path it stands between the wire and Colyseus in both directions.
 */
import { once } from "node:events";
import type { Server as HttpServer, IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connectClientToRoom, matchMaker } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import type { WebSocket } from "ws";
import type { Clock, Stop } from "../clock/clock.ts";
import { ArenaError, rawAnswer, toArenaError } from "../errors/errors.ts";
import { CLOSE_CODES } from "../protocol/protocol.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Revoked, Tokens, User } from "../tokens/tokens.ts";
import { type Opening, type OwnerChannel, OwnerTrunk, type Ticket, TRUNK_ANSWER, TRUNK_PATH } from "../trunk/trunk.ts";
import type { Admission } from "./admission.ts";
import { answerProbe } from "./answer-probe.ts";
import type { Arrivals } from "./arrivals.ts";
import { authContext } from "./auth-context.ts";
import type { Authority } from "./authority.ts";
import { ArenaClient } from "./client.ts";
import { Connection, type ConnectionLimits, type ConnectionParts } from "./connection.ts";
import type { Forwarder, Passenger } from "./forwarder.ts";
import { comerOf, inTurn } from "./in-turn.ts";
import { joinError } from "./join-error.ts";
import type { Line } from "./line.ts";
import { Liveness } from "./liveness.ts";
import { isHere } from "./local-rooms.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";
import { destinationOf, sessionIdOf } from "./room-path.ts";
import { MAX_FRAGMENTS, SocketLine } from "./socket-line.ts";
import { TrafficCounter } from "./traffic-counter.ts";
import { Writer } from "./writer.ts";

/** What a transport is built from. */
export interface TransportParts {
  readonly httpServer: HttpServer;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Largest frame that a client may send, in bytes. */
  readonly maxFrameBytes: number;
  /** Whether permessage-deflate is offered to clients. */
  readonly isCompressed: boolean;
  readonly limits: ConnectionLimits;
  readonly admission: Admission;
  readonly arrivals: Arrivals;
  /** When one who is sent away may come again, in ms from now: another time for each. */
  readonly retryAfterMs: () => number;
  readonly authority: Authority;
  readonly tokens: Tokens;
  /** The address that a request comes from. @throws ArenaError FORWARD_FORGED */
  readonly addressOf: (request: IncomingMessage) => string;
  /** Whether another process of the cluster opens a trunk. @throws ArenaError FORWARD_FORGED */
  readonly checkTrunk: (request: IncomingMessage) => void;
  /** While a room is on its way to another process or to this one: settles when it has come, or stays; undefined where it is not. */
  readonly settled: (roomId: string) => Promise<void> | undefined;
  /** Leads clients to rooms of other processes; undefined for a process on its own. */
  readonly forwarder: Forwarder | undefined;
}

/** A client that was let in. */
interface Arrival {
  readonly headers: IncomingHttpHeaders;
  readonly url: URL;
  readonly address: string;
  /** To be called when it has gone, where its socket does not tell. */
  readonly onClose?: Stop;
  /** Of one that was brought here by the process where it came in, which knows who it is. */
  readonly ticket?: Ticket | undefined;
  /** Why it cannot be led to its room. */
  readonly refusal?: ArenaError;
}

/** An upgrade that is to be gone on with. */
interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly arrival: Arrival;
}

const CLOSING_MS = 1000;
/**
 * Lines that the system holds until they are looked at, as far as it lets us (`net.core.somaxconn`); those beyond try again after 1, 3, 7,
 * 15 and 31 s.
 */
const BACKLOG = 65_535;

/** Colyseus' transport with Arena's connections. */
export class ArenaTransport extends WebSocketTransport {
  readonly #parts: TransportParts;
  readonly #traffic: TrafficCounter;
  readonly #liveness: Liveness;
  readonly #connectionParts: ConnectionParts;
  /** Settles when the port and every socket are closed. */
  readonly ended: Promise<void>;
  readonly #connections = new Set<Connection>();
  /** From processes that pass clients on. */
  readonly #trunks = new Set<OwnerTrunk>();

  constructor(parts: TransportParts) {
    super({
      noServer: true,
      maxPayload: parts.maxFrameBytes,
      maxFragments: MAX_FRAGMENTS,
      perMessageDeflate: parts.isCompressed,
      pingInterval: 0,
    });
    const { clock, telemetry, limits } = parts;
    this.#parts = parts;
    this.#traffic = new TrafficCounter(clock, telemetry);
    this.#connectionParts = { ...parts, traffic: this.#traffic, writer: new Writer(parts.authority) };
    this.#liveness = new Liveness({
      clock,
      heartbeatMs: limits.heartbeatMs,
      onStall: (stallMs) => telemetry.emit("node:stalled", { stallMs }),
    });
    this.wss.removeAllListeners("connection");
    this.wss.on("connection", (socket: WebSocket, arrival: Arrival) => {
      void this.#accept(new SocketLine(socket, { clock, heartbeatMs: limits.heartbeatMs }), arrival);
    });
    this.wss.on("wsClientError", (_error, socket) => this.#refuseUpgrade(socket, new ArenaError("BODY_INVALID")));
    parts.tokens.onRevoked((revoked) => this.#expel(revoked));
    this.ended = new Promise((resolve) => parts.httpServer.once("close", resolve));
    this.listenForUpgrade(parts.httpServer);
  }

  /** Bytes that wait in this process for all connections together. */
  get queuedBytes(): number {
    let bytes = this.#parts.forwarder?.waitingBytes ?? 0;
    for (const connection of this.#connections) bytes += connection.waitingBytes;
    return bytes;
  }

  /** Opens the port and gives its number. Until matchmaking is ready, nobody gets a seat. */
  async open(port: number, host: string): Promise<number> {
    const { httpServer } = this.#parts;
    httpServer.listen({ port, host, backlog: BACKLOG });
    await once(httpServer, "listening");
    return (httpServer.address() as AddressInfo).port; // a port, never a pipe
  }

  /** For Colyseus, which opens the port last: it is open. */
  override listen(_port: number, _host?: string, _backlog?: number, onListening?: () => void): this {
    onListening?.();
    return this;
  }

  /** Colyseus offers its own HTTP routes here; Arena's http module serves matchmaking itself, with bounds. */
  override bindRouter(): void {}

  /** Closes the port and asks every socket to close; those that do not within a second are cut, or 3 s where they are forwarded. */
  override shutdown(): void {
    this.#liveness.close();
    this.#parts.forwarder?.close();
    this.wss.close();
    this.#parts.httpServer.close();
    for (const connection of this.#connections) connection.close(CLOSE_CODES.SERVER_SHUTDOWN);
    for (const trunk of this.#trunks) trunk.close();
    const stop = this.#parts.clock.after(CLOSING_MS, () => {
      for (const connection of this.#connections) connection.cut();
      for (const { link } of this.#trunks) link.end();
      this.#parts.httpServer.closeAllConnections();
    });
    void this.ended.then(() => {
      stop();
      this.#traffic.close();
    });
  }

  protected override listenForUpgrade(server: HttpServer): void {
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Refuses an upgrade before anything is made for it, or has ws complete it. */
  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (request.url === TRUNK_PATH) {
      this.#takeTrunk(request, socket as Socket, head); // http's own socket
      return;
    }
    const admitted = this.#admitRequest(request);
    if (admitted instanceof ArenaError) {
      this.#refuseUpgrade(socket, admitted);
      return;
    }
    const { stop, arrival } = admitted;
    const { arrivals, admission } = this.#parts;
    socket.once("close", stop);
    const goOn = (): void => this.#takeIn(request, { socket, head, arrival });
    const refuse = (): void => this.#refuseUpgrade(socket, admission.refusal("CONNECTIONS_TOO_FAST"));
    inTurn(arrivals, { url: arrival.url, socket, goOn, refuse });
  }

  #takeIn(request: IncomingMessage, { socket, head, arrival }: Upgrade): void {
    const accept = (refusal?: ArenaError): void =>
      this.wss.handleUpgrade(request, socket, head, (webSocket) =>
        this.wss.emit("connection", webSocket, refusal ? { ...arrival, refusal } : arrival),
      );
    const { address, url } = arrival;
    const { lastKnown, roomId } = destinationOf(url.pathname);
    if (!this.#parts.forwarder || roomId === "") {
      accept();
      return;
    }
    const sessionId = sessionIdOf(url);
    const passenger = { roomId, sessionId, lastKnown, request, socket: socket as Socket, head, address };
    const settled = this.#parts.settled(roomId);
    if (settled || !isHere(roomId)) void this.#forward(passenger, accept, settled);
    else accept();
  }

  /** A process of the cluster comes, with clients whose rooms are here. */
  #takeTrunk(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { clock, telemetry, limits, checkTrunk, maxFrameBytes: maxMessageBytes } = this.#parts;
    try {
      checkTrunk(request);
    } catch (error) {
      this.#refuseUpgrade(socket, toArenaError(error));
      return;
    }
    socket.write(TRUNK_ANSWER);
    const trunk: OwnerTrunk = new OwnerTrunk(socket, head, {
      clock,
      maxMessageBytes,
      silenceMs: 2 * limits.heartbeatMs,
      onOpen: (channel, opening) => this.#openChannel(channel, opening),
      onEnd: (error) => {
        if (error) telemetry.emit("connection:failed", { sessionId: "trunk", error });
        unwatch();
        this.#trunks.delete(trunk);
      },
    });
    const unwatch = this.#liveness.watch(trunk.link);
    this.#trunks.add(trunk);
  }

  /** A client that came in at another process; it is not passed on again. */
  #openChannel(channel: OwnerChannel, opening: Opening): void {
    const settled = this.#parts.settled(destinationOf(opening.url.split("?", 1)[0] ?? "").roomId);
    if (settled) void settled.then(() => this.#judgeChannel(channel, opening));
    else this.#judgeChannel(channel, opening);
  }

  #judgeChannel(channel: OwnerChannel, opening: Opening): void {
    if (channel.readyState !== OPEN) return; // it has gone
    const arrival = this.#admitChannel(opening);
    if (arrival instanceof ArenaError) {
      this.#refuseChannel(channel, arrival);
      return;
    }
    const { arrivals, admission } = this.#parts;
    const goOn = (): void => {
      if (channel.readyState === OPEN) {
        channel.accept();
        void this.#accept(channel, arrival);
      } else arrival.onClose?.(); // it has gone while it waited
    };
    const sendAway = (): void => {
      arrival.onClose?.();
      if (channel.readyState === OPEN) this.#refuseChannel(channel, admission.refusal("CONNECTIONS_TOO_FAST"));
    };
    if (arrivals.enter()) goOn();
    else if (!arrivals.wait(comerOf(arrival.url), { comeIn: goOn, sendAway })) sendAway();
  }

  #refuseChannel(channel: OwnerChannel, error: ArenaError): void {
    this.#tellRefused(error);
    channel.refuse(error.row.httpStatus, rawAnswer(error));
  }

  #admitChannel({ url: path, headers, address, ticket }: Opening): Arrival | ArenaError {
    const url = URL.parse(path, "ws://node");
    if (!url || !isHere(destinationOf(url.pathname).roomId)) return new ArenaError("ROOM_NOT_HERE");
    const onClose = this.#admit({ headers, url, address });
    return onClose instanceof ArenaError ? onClose : { headers, url, address, ticket, onClose };
  }

  /** Leads a client to the owner of its room; where that cannot be, `accept` has it told here why, or that there is no such room. */
  async #forward(
    passenger: Passenger,
    accept: (refusal?: ArenaError) => void,
    settled: Promise<void> | undefined,
  ): Promise<void> {
    const { socket, roomId } = passenger;
    const onError = (): void => void socket.destroy();
    socket.on("error", onError); // nobody else listens yet
    await settled;
    const isLed = isHere(roomId) ? false : await this.#parts.forwarder?.forward(passenger).catch(toArenaError);
    if (isLed === true) return;
    socket.off("error", onError);
    if (!socket.destroyed) accept(isLed || undefined);
  }

  #refuseUpgrade(socket: Duplex, error: ArenaError): void {
    this.#tellRefused(error);
    refuseUpgrade(socket, error);
  }

  #tellRefused({ code, message: detail }: ArenaError): void {
    this.#parts.telemetry.emit("error:refused", { code, where: "upgrade", detail });
  }

  #admitRequest(request: IncomingMessage): { stop: Stop; arrival: Arrival } | ArenaError {
    const { headers } = request;
    const url = URL.parse(request.url ?? "/", "ws://node");
    if (!url) return new ArenaError("BODY_INVALID");
    let address: string;
    try {
      address = this.#parts.addressOf(request);
    } catch (error) {
      return toArenaError(error);
    }
    const arrival = { headers, url, address };
    const stop = this.#admit(arrival);
    return stop instanceof ArenaError ? stop : { stop, arrival };
  }

  #admit({ headers, url, address }: Arrival): Stop | ArenaError {
    const { origin } = headers;
    return this.#parts.admission.connect({ address, origin, isReturning: comerOf(url) === "returning" });
  }

  async #accept(line: Line, arrival: Arrival): Promise<void> {
    const { url } = arrival;
    const connection = this.#open(line, sessionIdOf(url));
    if (arrival.onClose) connection.once("close", arrival.onClose);
    const { roomId } = destinationOf(url.pathname);
    if (roomId === "") {
      answerProbe(connection, this.#parts.clock);
      return;
    }
    if (arrival.refusal) {
      const client = new ArenaClient(connection, this.#parts.limits.hardBytes);
      this.#refuseJoin(client, arrival.refusal, url.searchParams.has("reconnectionToken"));
      return;
    }
    await this.#join(connection, roomId, arrival);
  }

  /** Closes every connection of a user, or under a token, that has just been revoked. */
  #expel({ userId, tokenId }: Revoked): void {
    for (const connection of this.#connections) {
      const { user } = connection;
      if (user && (user.userId === userId || user.tokenId === tokenId)) connection.end("TOKEN_REVOKED");
    }
  }

  #open(line: Line, sessionId: string): Connection {
    const { clock, telemetry } = this.#parts;
    const connection = new Connection(line, sessionId, this.#connectionParts);
    const unwatch = this.#liveness.watch(connection);
    const openedMs = clock.nowMs();
    this.#connections.add(connection);
    telemetry.emit("connection:opened", { connections: this.#connections.size });
    connection.once("close", (code: number) => {
      unwatch();
      this.#connections.delete(connection);
      const durationMs = clock.nowMs() - openedMs;
      telemetry.emit("connection:closed", { code, sessionId, connections: this.#connections.size, durationMs });
    });
    return connection;
  }

  async #join(connection: Connection, roomId: string, { headers, url, address, ticket }: Arrival): Promise<void> {
    const query = url.searchParams;
    const reconnectionToken = query.get("reconnectionToken");
    const context = authContext(headers, address, query.get("_authToken"));
    const client = new ArenaClient(connection, this.#parts.limits.hardBytes);
    try {
      const user = ticket ? (ticket.user as User | undefined) : await this.#parts.tokens.identify(context.token); // as the owner before knew it
      if (connection.readyState !== OPEN) return; // Colyseus would wait for a close that has been
      if (user) this.#identify(connection, user);
      if (!this.#parts.authority.mayAct()) throw new ArenaError("PEER_UNREACHABLE"); // the next owner knows nothing of it
      await connectClientToRoom(matchMaker.getLocalRoomById(roomId), client, context, {
        ...(reconnectionToken === null ? {} : { reconnectionToken }),
        skipHandshake: query.has("skipHandshake"),
        ...(ticket && { isLed: true }),
      });
    } catch (cause) {
      this.#refuseJoin(client, joinError(cause, roomId), reconnectionToken !== null);
    }
  }

  /** @throws ArenaError TOO_MANY_CONNECTIONS */
  #identify(connection: Connection, user: User): void {
    const stop = this.#parts.admission.identify(user.userId);
    if (stop instanceof ArenaError) throw stop;
    connection.once("close", stop);
    connection.identify(user);
  }

  #refuseJoin(client: ArenaClient, error: ArenaError, isReturning: boolean): void {
    const { code, message: detail, row, wireMessage } = error;
    this.#parts.telemetry.emit("error:refused", { code, where: "socket", detail, sessionId: client.sessionId });
    client.error(row.wireCode, wireMessage);
    if (isReturning && row.isRetryable) client.leave(CLOSE_CODES.RECONNECT, code);
    else client.leave(row.closeCode ?? (isReturning ? CLOSE_CODES.FAILED_TO_RECONNECT : CLOSE_CODES.WITH_ERROR));
  }
}

const OPEN = 1;
