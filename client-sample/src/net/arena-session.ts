import type { Client, Room, SeatReservation as SdkSeat } from "@colyseus/sdk";
import type { SeatReservation } from "../../../src/client/client.ts";
import { CLOSE_CODES, parseCloseReason } from "../../../src/protocol/protocol.ts";
import type { ArenaView } from "./arena-view.ts";
import { reconnectWithJitter } from "./backoff.ts";
import { boundedJoin } from "./bounded-join.ts";
import { isJoinCode } from "./join-code.ts";
import { meterTraffic, type Traffic } from "./traffic.ts";
import type { VisitorIdentity } from "./visitor-identity.ts";

/** A connection that is silent for so long is taken as lost, in ms: an arena sends many times a second. */
const SILENCE_MS = 5000;
const WATCH_MS = 1000;

/** connected -> reconnecting -> connected or lost; lost is final. */
export type ConnectionState = "connected" | "reconnecting" | "lost";

/** How to get into an arena. */
export type Entrance =
  | { readonly by: "quickPlay" }
  | { readonly by: "createPrivate" }
  | { readonly by: "code"; readonly code: string }
  /** A seat that is still kept; the token is the SDK's. */
  | { readonly by: "seat"; readonly token: string }
  /** A seat that is reserved for this visitor: they were invited, follow somebody, or go with their party. */
  | { readonly by: "reservation"; readonly seat: SeatReservation };

/** One seat in an arena, which outlives its connections. */
export interface ArenaSession {
  readonly room: Room<unknown, ArenaView>;
  readonly traffic: Traffic;
  /** Whether the room is unlisted and is shared by its code. */
  readonly isPrivate: boolean;
  readonly connection: ConnectionState;
  /** Called with every change of `connection`, and with the close code where it is lost. */
  onChange: (connection: ConnectionState, closeCode: number) => void;
  /** Called with the message, "CODE: sentence", of what the server refused. */
  onRefusal: (message: string) => void;
  /** Gives the seat up. */
  leave(): void;
}

/** Who comes: the SDK's client, whose seats it takes, what they are called, and the visitor whose they are. */
export interface Comer {
  readonly client: Client;
  readonly name: string;
  readonly identity: VisitorIdentity;
}

/** Takes a seat in an arena and waits for its first state, 10 s at most. Rejects as the SDK does. */
export async function openArenaSession(comer: Comer, entrance: Entrance): Promise<ArenaSession> {
  const room = await boundedJoin(enterFully(comer, entrance));
  if (entrance.by === "reservation") room.send("rename", { name: comer.name }); // who reserved it may not have known it
  return new Seat(room, comer.identity.keepFresh(room));
}

async function enterFully({ client, name, identity }: Comer, entrance: Entrance): Promise<Room<unknown, ArenaView>> {
  await identity.refresh();
  const room = await enter(client, entrance, name);
  if (room.state.ships === undefined) await new Promise<void>((resolve) => room.onStateChange.once(() => resolve()));
  return room;
}

function enter(client: Client, entrance: Entrance, name: string): Promise<Room<unknown, ArenaView>> {
  switch (entrance.by) {
    case "quickPlay":
      return client.joinOrCreate<ArenaView>("arena", { name });
    case "createPrivate":
      return client.create<ArenaView>("arena", { name, private: true });
    case "code":
      return client.joinById<ArenaView>(entrance.code, { name });
    case "seat":
      return client.reconnect<ArenaView>(entrance.token);
    case "reservation":
      return client.consumeSeatReservation<ArenaView>(entrance.seat as SdkSeat); // JSON has no undefined
  }
}

class Seat implements ArenaSession {
  readonly room: Room<unknown, ArenaView>;
  readonly traffic: Traffic;
  readonly isPrivate: boolean;
  onChange: ArenaSession["onChange"] = () => {};
  onRefusal: ArenaSession["onRefusal"] = () => {};
  readonly #watch: number;
  #connection: ConnectionState = "connected";
  #leaveAloneMs = 0;
  readonly #stopRenewing: () => void;
  #hasLeft = false;

  constructor(room: Room<unknown, ArenaView>, stopRenewing: () => void) {
    this.room = room;
    this.#stopRenewing = stopRenewing;
    this.traffic = meterTraffic(room);
    this.isPrivate = isJoinCode(room.roomId);
    reconnectWithJitter(room, () => this.#leaveAloneMs);
    room.onDrop((_code, reason) => {
      this.#leaveAloneMs = parseCloseReason(reason ?? "")?.retryAfterMs ?? 0;
      this.#become("reconnecting");
    });
    room.onReconnect(() => {
      if (this.#hasLeft) void room.leave();
      else this.#become("connected");
    });
    room.onError((_code, message) => {
      if (this.#connection === "connected" && message !== undefined && message !== "") this.onRefusal(message);
    });
    room.onLeave((code) => {
      window.clearInterval(this.#watch);
      this.#stopRenewing();
      this.#become("lost", code);
    });
    this.#watch = window.setInterval(() => this.#dropWhenSilent(), WATCH_MS);
  }

  get connection(): ConnectionState {
    return this.#connection;
  }

  leave(): void {
    window.clearInterval(this.#watch);
    this.#stopRenewing();
    this.onChange = () => {};
    this.#hasLeft = true;
    this.room.reconnection.maxRetries = 0;
    if (this.room.connection.isOpen) void this.room.leave();
  }

  /** A dead network closes no socket by itself, so the browser would wait for minutes. */
  #dropWhenSilent(): void {
    const isSilent = performance.now() - this.traffic.lastFrameMs > SILENCE_MS;
    if (isSilent && this.#connection === "connected") this.room.connection.close(CLOSE_CODES.RECONNECT);
  }

  #become(connection: ConnectionState, closeCode: number = CLOSE_CODES.NORMAL): void {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.onChange(connection, closeCode);
  }
}
