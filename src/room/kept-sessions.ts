import { createHash } from "node:crypto";
import { type Client, ClientState, Room as ColyseusRoom, type Deferred } from "@colyseus/core";
import type { Encoder, StateView } from "@colyseus/schema";
import { ArenaError } from "../errors/errors.ts";
import { CLOSE_CODES } from "../protocol/protocol.ts";
import type { User } from "../tokens/tokens.ts";
import { AbsentClient } from "./absent-client.ts";
import { seams } from "./colyseus-seams.ts";
import type { Identified } from "./identity.ts";
import { imageOfView, type ViewImage, viewFrom } from "./view-image.ts";

/** A session as it is kept. */
export interface SessionImage {
  readonly sessionId: string;
  /** SHA-256 of its reconnection token, and of the one that it came with, as it may not have got the newer one. */
  readonly tokenHashes: readonly string[];
  readonly user: User | undefined;
  /** What `onAuth` made of it. */
  readonly auth: unknown;
  readonly userData: unknown;
  /** Which of the views it sees. */
  readonly view: number | undefined;
  /** Wall-clock time until when its seat is kept; undefined for one that is connected. */
  readonly untilMs: number | undefined;
}

/**
 * A seat that is reserved for somebody who is to come. Its session id stands as it is, though it opens the seat: until it is
 * taken or given up, most often within 15 s. Who is to come says nothing else by which the seat could be found, and the ids of those who are in
 * are no secret.
 */
export interface SeatImage {
  readonly sessionId: string;
  readonly options: object;
  readonly auth: unknown;
}

/** Who is in a room. */
export interface SessionsImage {
  readonly sessions: readonly SessionImage[];
  readonly seats: readonly SeatImage[];
  readonly views: readonly ViewImage[];
}

/** What the sessions of a room are kept with. */
export interface KeptSessionsParts {
  readonly room: ColyseusRoom;
  readonly wallMs: () => number;
  /** What encodes the state, where not everybody sees all of it. */
  readonly filtering: () => Encoder | undefined;
}

/** One of those who were here in a process before. */
interface Wait {
  readonly returned: Deferred<Client>;
  /** For how long its seat is kept yet; for one that was connected as long as the room says. */
  readonly leftMs: number;
  isKept: boolean;
}

/** The sessions of a room: who they are, until when their seats are kept, and the tokens with which the absent come back. */
export class KeptSessions {
  readonly #parts: KeptSessionsParts;
  /** The last client of each session. */
  readonly #clients = new Map<string, Client>();
  readonly #usedHashes = new Map<string, string>();
  readonly #untilMs = new Map<string, number>();
  readonly #waits = new Map<Client, Wait>();
  /** The tokens under which Colyseus knows the absent, by the hash of what they bring. */
  readonly #tokens = new Map<string, string>();

  constructor(parts: KeptSessionsParts) {
    this.#parts = parts;
  }

  /** How many there are. */
  get count(): number {
    return this.#clients.size;
  }

  /** The last client of each. */
  get clients(): readonly Client[] {
    return [...this.#clients.values()];
  }

  /** A session has its seat, or is back in it. */
  hold(client: Client): void {
    this.#clients.set(client.sessionId, client);
    this.#untilMs.delete(client.sessionId);
  }

  /** A session has given up its seat. */
  release({ sessionId }: Client): void {
    this.#clients.delete(sessionId);
    this.#untilMs.delete(sessionId);
    this.#usedHashes.delete(sessionId);
  }

  /** For how long a seat is kept, where the room says `seconds`; who was absent before has that less. Undefined: for ever. */
  keptMs(client: Client, seconds: number | "manual"): number | undefined {
    const wait = this.#waits.get(client);
    if (wait) wait.isKept = true;
    const saidMs = seconds === "manual" ? Number.POSITIVE_INFINITY : seconds * 1000;
    const keptMs = Math.min(saidMs, wait?.leftMs ?? Number.POSITIVE_INFINITY);
    this.#untilMs.set(client.sessionId, this.#parts.wallMs() + keptMs);
    return Number.isFinite(keptMs) ? keptMs : undefined;
  }

  /** The token under which Colyseus knows whom a client says it is. */
  tokenOf(token: string): string {
    return this.#tokens.size === 0 ? token : (this.#tokens.get(hashOf(token)) ?? token);
  }

  /** A client comes with a token; until it has the next one it may come with this one again. */
  use(sessionId: string, token: string): void {
    this.#usedHashes.set(sessionId, hashOf(token));
  }

  /** Everybody as of now. */
  image(): SessionsImage {
    const { room, filtering } = this.#parts;
    const views = new Map<StateView, number>();
    const connected = new Set<Client>(room.clients);
    const sessions = [...this.#clients.values()].map((client) => {
      if (client.view && !views.has(client.view)) views.set(client.view, views.size);
      const until = connected.has(client) ? undefined : this.#untilMs.get(client.sessionId);
      return this.#imageOf(client, client.view && views.get(client.view), until);
    });
    const encoder = filtering();
    return {
      sessions,
      seats: this.#seats(),
      views: encoder ? [...views.keys()].map((view) => imageOfView(encoder, view)) : [],
    };
  }

  /** Keeps the seats of those who were here; whoever comes from now on may take one. @param atMs wall-clock time of the image */
  restore({ sessions, views }: SessionsImage, atMs: number): void {
    const encoder = this.#parts.filtering();
    const restored = encoder ? views.map((view) => viewFrom(encoder, view)) : [];
    for (const { view, untilMs, ...session } of sessions) {
      const absent = new AbsentClient({ ...session, view: view === undefined ? undefined : restored[view] });
      this.#wait(absent, untilMs === undefined ? Number.POSITIVE_INFINITY : untilMs - atMs);
    }
    seams(this.#parts.room)._listing.clients = sessions.length;
  }

  /** Tells the room of each that was restored: it is there, and has lost its connection. */
  async wake(): Promise<void> {
    await Promise.all([...this.#waits].map(([client, wait]) => this.#drop(client, wait)));
  }

  #wait(absent: AbsentClient, leftMs: number): void {
    const client = absent.asClient();
    // The room's own way would ask for how long, which it says when it is told of them.
    const returned = ColyseusRoom.prototype.allowReconnection.call(this.#parts.room, client, "manual");
    for (const hash of absent.tokenHashes) this.#tokens.set(hash, absent.reconnectionToken);
    this.#waits.set(client, { returned, leftMs, isKept: false });
    const forget = (): void => {
      for (const hash of absent.tokenHashes) this.#tokens.delete(hash);
      this.#waits.delete(client);
    };
    returned.then(forget, forget);
  }

  async #drop(client: Client, wait: Wait): Promise<void> {
    const { room } = this.#parts;
    const isBack = client.state === ClientState.RECONNECTED;
    seams(room)._events.emit("join", isBack ? room.clients.get(client.sessionId) : client);
    if (isBack) return;
    room.clients.push(client);
    await seams(room)._onLeave(client, CLOSE_CODES.RECONNECT);
    if (!wait.isKept) wait.returned.reject(new ArenaError("SEAT_EXPIRED"));
  }

  #imageOf(client: Client, view: number | undefined, untilMs: number | undefined): SessionImage {
    const { sessionId, auth, userData } = client;
    const { user } = client as unknown as Identified; // ArenaTransport's clients and the absent are
    return { sessionId, tokenHashes: this.#hashesOf(client), user, auth, userData, view, untilMs };
  }

  #hashesOf(client: Client): readonly string[] {
    const known: unknown = Reflect.get(client, "tokenHashes"); // one of the absent
    if (Array.isArray(known) && this.#waits.has(client)) return known;
    const used = this.#usedHashes.get(client.sessionId);
    return [hashOf(client.reconnectionToken), ...(used === undefined ? [] : [used])];
  }

  #seats(): SeatImage[] {
    return Object.entries(seams(this.#parts.room)._reservedSeats).flatMap(([sessionId, seat]) => {
      const [options, auth, isTaken, isKept] = seat as [object, unknown, boolean, boolean]; // Colyseus' form, Room.ts 361
      return isTaken || isKept ? [] : [{ sessionId, options, auth }];
    });
  }
}

/** What is kept of a token: with it nobody could take the seat. */
function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
