import type { Schema } from "@colyseus/schema";
import { Callbacks, Client, type Room } from "@colyseus/sdk";
import { type Clock, systemClock } from "../clock/clock.ts";
import {
  type Ephemeral,
  OP_MESSAGES,
  type OpWelcome,
  PRESENCE_MESSAGES,
  type PresenceTold,
  type SeatReservation,
} from "../protocol/protocol.ts";
import { Answers } from "./answers.ts";
import { Credentials, type TokenSource } from "./credentials.ts";
import { EphemeralValues } from "./ephemeral.ts";
import { Link, type Status, type StatusDetail } from "./link.ts";
import { Listeners, type Stop } from "./listeners.ts";
import type { Reason } from "./loss.ts";
import { type Network, systemNetwork } from "./network.ts";
import { ConnectionPeople } from "./people.ts";
import { ConnectionPresence } from "./presence.ts";

/** How to reach a room. */
export interface ConnectOptions {
  /** Of the server: http:, https:, ws: or wss:. */
  readonly url: string;
  /** Name of the room's type. */
  readonly room: string;
  /** Join options of the room. @default none */
  readonly options?: object | undefined;
  /**
   * A seat that is reserved for this user, who must be the `token`'s; it is taken first. Where it is not kept any more, any of
   * the room type will do.
   */
  readonly seat?: SeatReservation | undefined;
  /** A token, or where one comes from whenever one is needed. @default the server's own for a guest */
  readonly token?: TokenSource;
  /** An attempt to join, a call or a farewell that takes longer is given up. @default 10_000 */
  readonly timeoutMs?: number | undefined;
  /** @default the system's */
  readonly clock?: Clock | undefined;
  /** @default what the browser tells; elsewhere it is always there */
  readonly network?: Network | undefined;
  /** @default the global one */
  readonly fetch?: typeof fetch | undefined;
}

/** Typed callbacks of a room's state, as the SDK has them. */
export type StateCallbacks<S extends Schema> = ReturnType<typeof Callbacks.get<S>>;

const TIMEOUT_MS = 10_000;
const MAX_BUFFERED_BYTES = 64 * 1024;

/**
 * Opens a connection to a room, which is kept until it is closed or the server refuses it for good: whenever it is lost it is
 * made again, with the same seat where that is still kept.
 *
 * ```ts
 * const connection = connect<BoardState>({ url: "https://example.org", room: "whiteboard", options: { id: "team" } });
 * connection.onStatus((status, { reason }) => showStatus(status, reason));
 * connection.onState((callbacks) => callbacks.onAdd("users", (user) => addUser(user)));
 * ```
 */
export function connect<S extends Schema = Schema>(options: ConnectOptions): Connection<S> {
  return new Connection<S>(options);
}

/** A connection to a room; see {@link connect}. */
export class Connection<S extends Schema = Schema> {
  /** As it was opened. */
  readonly options: ConnectOptions;
  readonly clock: Clock;
  /** Values for the others in the room that may be lost. Rooms with a document have them. */
  readonly ephemeral: EphemeralValues;
  /** Who is online, where and how, as far as the room lets this client see it. */
  readonly presence: ConnectionPresence;
  /** Invitations, following somebody, and a party that goes into rooms together. */
  readonly people: ConnectionPeople;
  /** The token of this user: with `connect({ token: connection.token })` another connection is the same user's. Rejects where none can be had now. */
  readonly token: () => Promise<string>;
  readonly #link: Link;
  readonly #messages = new Map<string, Listeners<[unknown]>>();
  readonly #statuses = new Listeners<[Status, StatusDetail]>();
  readonly #states = new Listeners<[StateCallbacks<S>, Room<unknown, S>]>();
  readonly #errors = new Listeners<[number, string]>();
  readonly #moves = new Listeners<[]>();
  readonly #credentials: Credentials;
  readonly #closing = new Set<() => Promise<void>>();
  #detail: StatusDetail = {};

  constructor(options: ConnectOptions) {
    const {
      url,
      room,
      token,
      timeoutMs = TIMEOUT_MS,
      clock = systemClock("foreground"),
      network = systemNetwork(),
    } = options;
    this.options = options;
    this.clock = clock;
    this.ephemeral = new EphemeralValues(clock, (type, message) => !this.#isCongested && this.send(type, message));
    const [send, request] = [this.send.bind(this), this.request.bind(this)];
    this.presence = new ConnectionPresence({ clock, send, request });
    this.people = new ConnectionPeople({ clock, request, onMessage: this.onMessage.bind(this) });
    const answers = new Answers(options.fetch ?? globalThis.fetch.bind(globalThis));
    const httpUrl = url.replace(/^ws/, "http").replace(/\/$/, "");
    this.#credentials = new Credentials({ source: token, httpUrl, fetch: answers.fetch, clock, timeoutMs });
    this.token = () => this.#credentials.current();
    this.#link = new Link({
      client: new Client(httpUrl, { fetchFn: answers.fetch }),
      room,
      options: options.options ?? {},
      reserved: options.seat,
      credentials: this.#credentials,
      answers,
      network,
      clock,
      joinTimeoutMs: timeoutMs,
      onJoined: (joined) => this.#onJoined(joined),
      onMoved: () => this.#onMoved(),
      onLost: () => {
        this.ephemeral.lost();
        this.presence.lost();
        this.people.lost();
      },
      onStatus: (status, detail) => {
        this.#detail = detail;
        this.#statuses.tell(status, detail);
      },
    });
    this.#listen();
    this.#link.retry();
  }

  /** Whether the server can be reached; "reconnecting" at first. */
  get status(): Status {
    return this.#link.status;
  }

  /** Why, and when the next attempt is made. */
  get statusDetail(): StatusDetail {
    return this.#detail;
  }

  /** The room's state while online. The object is another one after every join: use {@link onState} to follow it. */
  get state(): S | undefined {
    return this.#room?.state;
  }

  /** This client's session in the room while online; it may be another one after a lost connection. */
  get sessionId(): string | undefined {
    return this.#room?.sessionId;
  }

  /** The user of whom the token speaks, as far as that is known: not before the first token is there, nor of one that cannot be read. */
  get userId(): string | undefined {
    return this.#credentials.userId;
  }

  /** Tells of every change of the status. */
  onStatus(listener: (status: Status, detail: StatusDetail) => void): Stop {
    return this.#statuses.add(listener);
  }

  /**
   * Hands over the callbacks of the state, to register what is to be told of: now, if online, and after every join, since each
   * begins with a state of its own. Items that are there already are told of as added.
   */
  onState(listener: (callbacks: StateCallbacks<S>, room: Room<unknown, S>) => void): Stop {
    const stop = this.#states.add(listener);
    const room = this.#room;
    if (room && hasState(room)) listener(Callbacks.get<S>(room), room);
    return stop;
  }

  /** Tells of the room's messages of a type, across lost connections. */
  onMessage<Payload = unknown>(type: string, listener: (payload: Payload) => void): Stop {
    const listeners = this.#messages.get(type) ?? new Listeners<[unknown]>();
    this.#messages.set(type, listeners);
    return listeners.add((payload) => listener(payload as Payload)); // the room's word for what it sends
  }

  /** Tells of what the server refused of this connection, by its number in the catalogue of errors. */
  onError(listener: (code: number, detail: string) => void): Stop {
    return this.#errors.add(listener);
  }

  /**
   * Tells that the room has moved to another process while this stayed online: what the room was told and does not keep in its state or
   * document is said again.
   */
  onMoved(listener: () => void): Stop {
    return this.#moves.add(listener);
  }

  /** Sends a message, and says whether it did: while not online, nothing is sent and nothing kept. */
  send(type: string, payload?: unknown): boolean {
    const room = this.#room;
    if (!room?.connection.isOpen) return false;
    room.send(type, payload);
    return true;
  }

  /**
   * Sends a message that the room answers.
   *
   * @throws Error while not online, where the room fails, and where no answer comes within 10 s or before the connection is lost
   */
  request<Answer = unknown>(type: string, payload?: unknown): Promise<Answer> {
    const room = this.#room;
    return room ? room.request(type, payload) : Promise.reject(new Error("There is no connection."));
  }

  /** Makes an attempt at once, also after the server has refused this client; while online, takes another connection. */
  reconnect(reason: Reason = { code: "ASKED", detail: "" }): void {
    this.#link.restart(reason);
    this.#link.retry();
  }

  /** Does something when this is closed; `close` waits for it. */
  onClose(work: () => Promise<void>): Stop {
    this.#closing.add(work);
    return () => this.#closing.delete(work);
  }

  /**
   * Leaves for good; the second call does nothing. Documents that are open on it are closed: resolves when their outboxes are
   * kept, or cannot be.
   */
  async close(): Promise<void> {
    await Promise.allSettled([this.#link.close(), ...Array.from(this.#closing, (work) => work())]);
    this.ephemeral.close();
    this.presence.close();
    this.people.close();
    this.#errors.clear();
    this.#moves.clear();
    this.#states.clear();
    this.#messages.clear();
    this.#statuses.clear();
  }

  /** Values that may be lost do not wait behind what the network does not take. */
  get #isCongested(): boolean {
    const { transport }: { transport?: { ws?: { bufferedAmount?: number } } } = Object(this.#room?.connection);
    return (transport?.ws?.bufferedAmount ?? 0) > MAX_BUFFERED_BYTES;
  }

  get #room(): Room<unknown, S> | undefined {
    return this.#link.room as Room<unknown, S> | undefined; // whoever opened it says what its state is
  }

  #onJoined(room: Room): void {
    room.onMessage("*", (type, payload) => this.#messages.get(String(type))?.tell(payload));
    room.onError((code, detail = "") => this.#errors.tell(code, detail));
    const own = room as Room<unknown, S>; // as in #room
    if (hasState(own)) this.#states.tell(Callbacks.get<S>(own), own);
    this.ephemeral.joined();
    this.presence.joined();
    this.people.joined();
  }

  #onMoved(): void {
    this.ephemeral.moved();
    this.presence.lost();
    this.presence.joined();
    this.#moves.tell();
  }

  #listen(): void {
    const { ephemeral, presence } = this;
    this.onMessage<PresenceTold>(PRESENCE_MESSAGES.TOLD, (told) => presence.receive(told));
    this.onMessage<Ephemeral>(OP_MESSAGES.EPHEMERAL, (message) => ephemeral.receive(message));
    this.onMessage<OpWelcome>(OP_MESSAGES.WELCOME, ({ ephHz }) => ephemeral.setRate(ephHz));
    this.onMessage<{ hz: number }>(OP_MESSAGES.EPHEMERAL_RATE, ({ hz }) => ephemeral.setRate(hz));
  }
}

/** A room may have messages or a document and no state. */
function hasState({ serializerId }: Room): boolean {
  return serializerId === "schema";
}
