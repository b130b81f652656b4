/**
 * Sockets whose room is in another process: who has it is looked up, the owner is asked over the trunk to it, and a client that it takes
 * becomes a WebSocket here whose messages go to the owner (`forwarded.ts`). Nothing is sent to a client before its owner has answered, so
 * that it can still be told here why not. Keeps FWD1 to FWD6.
 */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { WebSocketServer } from "ws";
import type { Clock, Stop } from "../clock/clock.ts";
import { ArenaError, type ErrorCode, toArenaError } from "../errors/errors.ts";
import type { ForwardStage, RefusalPlace, Telemetry } from "../telemetry/telemetry.ts";
import { type EdgeChannel, type EdgeTrunk, type Opening, type Owner, type Ticket, Trunks } from "../trunk/trunk.ts";
import { Forwarded } from "./forwarded.ts";
import { Liveness } from "./liveness.ts";
import type { FindOwner } from "./owner-finder.ts";
import { answerUpgrade, refuseUpgrade } from "./refuse-upgrade.ts";
import { RoomSeeker } from "./room-seeker.ts";
import { MAX_FRAGMENTS, SocketLine } from "./socket-line.ts";
import { UpgradeJudge } from "./upgrade-judge.ts";

/** What sockets are forwarded with. */
export interface ForwarderParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Boot of this process. */
  readonly bootId: string;
  /** The process that has a room; undefined where none has. @throws ArenaError where it may have an owner soon */
  readonly ownerOf: FindOwner;
  /** A process that lives. */
  readonly nodeOf: (bootId: string) => Owner | undefined;
  /** What was known of a room's owner is wrong. */
  readonly forget: (roomId: string) => void;
  /** Name and value of the header that proves to an owner who opens a trunk. */
  readonly passage: (owner: Owner) => readonly [name: string, value: string];
  /** When one who is sent away may come again, in ms from now: another time for each. */
  readonly retryAfterMs: () => number;
  /** Time between two pings, to clients and to owners. */
  readonly heartbeatMs: number;
  /** Largest frame that a client may send, in bytes. */
  readonly maxFrameBytes: number;
  /** Whether permessage-deflate is offered to clients. */
  readonly isCompressed: boolean;
}

/** A client and where it wants to go. */
export interface Passenger {
  readonly request: IncomingMessage;
  /** Nothing of it has been read but the request and `head`. */
  readonly socket: Socket;
  /** What came behind the request. */
  readonly head: Buffer;
  /** Its address, as this process knows it. */
  readonly address: string;
  readonly roomId: string;
  readonly sessionId: string;
  /** Boot of the process that had the room when the client got its seat. */
  readonly lastKnown: string;
}

/** An owner that has sent nothing in this time, no ping either, is dead, frozen or cut off. */
const SILENT_HEARTBEATS = 2;
/** Failures are told together, so that the end of a process that had thousands of clients is one line in the log. */
const REPORT_MS = 1000;
/** Who lost its owner is told to come back where its room is nowhere so long after. */
const FOLLOW_MS = 8000;
/** Between two attempts at that, and as much again at random. */
const AGAIN_MS = 100;
/** Answers of a process that does not have the room any more (ROOM_NOT_HERE), or is another one by now (FORWARD_FORGED). */
const NOT_THE_OWNER: ReadonlySet<number> = new Set([403, 421]);
/** Headers by which a client could pretend to be one of the cluster. */
const RESERVED = /^x-arena-/i;

/** Passes sockets on to the processes that have their rooms. */
export class Forwarder {
  readonly #parts: ForwarderParts;
  readonly #liveness: Liveness;
  readonly #trunks: Trunks;
  readonly #seeker: RoomSeeker;
  readonly #judge: UpgradeJudge;
  /** Completes upgrades. */
  readonly #upgrades: WebSocketServer;
  readonly #clients = new Set<Forwarded>();
  readonly #failures = new Map<ForwardStage, { bootId: string; error: ArenaError; times: number }>();
  readonly #stopReports: Stop;
  #isClosed = false;

  constructor(parts: ForwarderParts) {
    const { clock, heartbeatMs } = parts;
    this.#parts = parts;
    this.#liveness = new Liveness({ clock, heartbeatMs, onStall: () => {} }); // the transport's tells of it
    this.#trunks = new Trunks({
      ...parts,
      silenceMs: SILENT_HEARTBEATS * heartbeatMs,
      watch: (trunk) => this.#watch(trunk),
    });
    this.#seeker = new RoomSeeker(parts);
    const how = { maxPayload: parts.maxFrameBytes, maxFragments: MAX_FRAGMENTS, perMessageDeflate: parts.isCompressed };
    this.#judge = new UpgradeJudge(how);
    this.#upgrades = new WebSocketServer({ ...how, noServer: true, clientTracking: false });
    this.#upgrades.on("wsClientError", (_error, socket) => {
      refuseUpgrade(socket, this.#tellRefused("BODY_INVALID", { where: "upgrade" }));
    });
    this.#stopReports = clock.every(REPORT_MS, () => this.#report());
  }

  /** Sockets that are being passed on. */
  get count(): number {
    return this.#clients.size;
  }

  /** Bytes that wait here, for clients and for owners. */
  get waitingBytes(): number {
    let bytes = this.#trunks.waitingBytes;
    for (const client of this.#clients) bytes += client.waitingBytes;
    return bytes;
  }

  /**
   * Leads a client to the owner of its room. False where no other process has the room, or may have it soon.
   *
   * @throws ArenaError where coming back later helps, or what it asks for is no WebSocket. Nothing was sent to the client then, as with false
   */
  async forward(passenger: Passenger): Promise<boolean> {
    const { roomId, lastKnown, socket, request } = passenger;
    if (!this.#judge.isFit(request)) throw new ArenaError("BODY_INVALID");
    let refusedBy = "";
    while (!socket.destroyed) {
      const owner = await this.#ownerOf(roomId, lastKnown);
      if (!owner || owner.bootId === this.#parts.bootId) return false;
      if (owner.bootId === refusedBy) throw new ArenaError("PEER_UNREACHABLE");
      if (await this.#lead(owner, passenger)) return true;
      this.#parts.forget(roomId);
      if (refusedBy !== "") throw new ArenaError("PEER_UNREACHABLE");
      refusedBy = owner.bootId;
    }
    return true; // it has gone by itself
  }

  /** A process of the cluster is gone: its clients are told to come back, those too whose socket would not tell for long. */
  ownerGone(bootId: string): void {
    this.#trunks.lose(bootId);
  }

  /** Tells every client to come back, and takes no more. Who does not hang up is cut off 3 s later. */
  close(): void {
    this.#isClosed = true;
    for (const client of this.#clients) client.lose("DRAINING");
    this.#trunks.close();
    this.#liveness.close();
    this.#stopReports();
    this.#report();
  }

  #watch({ link }: EdgeTrunk): Stop {
    return this.#liveness.watch(link);
  }

  async #ownerOf(roomId: string, lastKnown: string): Promise<Owner | undefined> {
    try {
      const owner = await this.#parts.ownerOf(roomId, lastKnown);
      if (this.#isClosed) throw new ArenaError("DRAINING");
      return owner;
    } catch (error) {
      this.#note("lookup", "", toArenaError(error));
      throw error;
    }
  }

  /** Whether the owner has answered the client; false where nothing was sent to the client, and another owner may be asked. */
  async #lead(owner: Owner, passenger: Passenger): Promise<boolean> {
    const { socket } = passenger;
    try {
      await this.#ask(await this.#trunks.to(owner), owner, passenger);
      return true;
    } catch (error) {
      if (socket.destroyed) return true;
      this.#note("ask", owner.bootId, toArenaError(error));
      if (this.#isClosed) throw error;
      return false;
    }
  }

  /** @throws ArenaError where the owner does not answer, or does not have the room */
  async #ask(trunk: EdgeTrunk, owner: Owner, passenger: Passenger): Promise<void> {
    const { request, socket, address } = passenger;
    if (socket.destroyed || this.#isClosed) throw new ArenaError("DRAINING");
    const channel = trunk.open({ url: request.url ?? "", headers: headersOf(request), address });
    const onGone = (): void => channel.closed();
    socket.once("close", onGone);
    const refusal = await channel.answer;
    if (!refusal) this.#take(channel, owner, { ...passenger, onGone });
    else if (NOT_THE_OWNER.has(refusal.status)) throw new ArenaError("ROOM_NOT_HERE");
    else answerUpgrade(socket, refusal.answer);
  }

  /** Brings a client that is here to where its room is now: to that process, or wherever it is found in time. */
  async #follow(passenger: Passenger, ticket: Ticket, to: string | undefined): Promise<EdgeChannel> {
    const { clock, nodeOf } = this.#parts;
    let owner = to === undefined ? undefined : nodeOf(to);
    for (const untilMs = clock.nowMs() + FOLLOW_MS; ; owner = undefined) {
      try {
        owner ??= await this.#seeker.find(passenger.roomId);
        return await this.#bring(owner, passenger, ticket);
      } catch (cause) {
        const error = toArenaError(cause);
        this.#note("ask", owner?.bootId ?? "", error);
        if (this.#isClosed) throw new ArenaError("DRAINING");
        if (error.code === "ROOM_NOT_FOUND" || clock.nowMs() > untilMs) throw error;
      }
      await new Promise<void>((resolve) => clock.after(AGAIN_MS * (1 + clock.random()), resolve));
    }
  }

  /** @throws ArenaError where the owner does not answer, or does not take the client */
  async #bring(owner: Owner, { request, address, roomId }: Passenger, ticket: Ticket): Promise<EdgeChannel> {
    const { sessionId, token: reconnectionToken } = ticket;
    const query = new URLSearchParams({ sessionId, reconnectionToken, skipHandshake: "1" });
    const url = `/${owner.bootId}/${roomId}?${query}`;
    const trunk = await this.#trunks.to(owner);
    const opening: Opening = { url, headers: headersOf(request), address, ticket };
    const channel = trunk.open(opening);
    const refusal = await channel.answer;
    if (refusal) throw new ArenaError("ROOM_NOT_HERE", `It answered ${refusal.status}.`);
    return channel;
  }

  #take(channel: EdgeChannel, { bootId }: Owner, passenger: Passenger & { onGone: () => void }): void {
    const { clock, telemetry, heartbeatMs, retryAfterMs } = this.#parts;
    const { request, socket, head, sessionId, onGone } = passenger;
    this.#upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off("close", onGone); // from now on the WebSocket tells, and with which code
      const line = new SocketLine(webSocket, { clock, heartbeatMs });
      const client = new Forwarded(line, channel, {
        clock,
        retryAfterMs,
        follow: (ticket, to) => this.#follow(passenger, ticket, to),
        onLost: (error) => this.#note("flow", bootId, toArenaError(error)),
        onFlooded: () => this.#tellRefused("REFUSED_TOO_OFTEN", { where: "socket", sessionId }),
        onSilent: () => this.#tellRefused("PEER_SILENT", { where: "socket", sessionId }),
        onFailed: (error) => telemetry.emit("connection:failed", { sessionId, error }),
        onClosed: () => {
          unwatch();
          this.#clients.delete(client);
          telemetry.emit("forward:closed", { forwarded: this.#clients.size });
        },
      });
      const unwatch = this.#liveness.watch(client);
      this.#clients.add(client);
      telemetry.emit("forward:opened", { forwarded: this.#clients.size });
    });
  }

  #tellRefused(code: ErrorCode, about: { where: RefusalPlace; sessionId?: string }): ArenaError {
    const error = new ArenaError(code);
    this.#parts.telemetry.emit("error:refused", { code, detail: error.message, ...about });
    return error;
  }

  #note(stage: ForwardStage, bootId: string, error: ArenaError): void {
    const { times } = this.#failures.get(stage) ?? { times: 0 };
    this.#failures.set(stage, { bootId, error, times: times + 1 });
  }

  #report(): void {
    for (const [stage, failure] of this.#failures) this.#parts.telemetry.emit("forward:failed", { stage, ...failure });
    this.#failures.clear();
  }
}

/** The headers as they came, without those that only the cluster writes. */
function headersOf({ headers }: IncomingMessage): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !RESERVED.test(name)));
}
