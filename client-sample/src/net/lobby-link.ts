import type { Client, Room } from "@colyseus/sdk";
import { CLOSE_CODES } from "../../../src/protocol/protocol.ts";
import type { LobbyView, RoomCardView } from "./arena-view.ts";
import { jitteredDelayMs } from "./backoff.ts";
import { boundedJoin } from "./bounded-join.ts";
import { tokenRefusalIn } from "./token-words.ts";

const PING_MS = 1000;
/** So many pings without an answer are a lost connection. Not a time: a hidden tab pings once a minute. */
const MAX_UNANSWERED = 5;

/** What the lobby shows. */
export interface LobbySnapshot {
  readonly isConnected: boolean;
  /** The live arenas, fullest first. */
  readonly rooms: readonly RoomCardView[];
  /** The code with which the server refuses this visitor's token, or that there is none; undefined where it does not. */
  readonly tokenRefusal: string | undefined;
  /** Last measured round trip; undefined before the first. */
  readonly pingMs: number | undefined;
}

/** A seat in the lobby that is taken again whenever it is lost, until closed. */
export interface LobbyLink {
  close(): void;
}

/** Joins the lobby and tells every change to `onSnapshot`, beginning with "not connected". */
export function openLobbyLink(client: Client, onSnapshot: (snapshot: LobbySnapshot) => void): LobbyLink {
  const link = new Link(client, onSnapshot);
  link.open();
  return link;
}

class Link implements LobbyLink {
  readonly #client: Client;
  readonly #onSnapshot: (snapshot: LobbySnapshot) => void;
  #room: Room<unknown, LobbyView> | undefined;
  #timer = 0;
  #attempts = 0;
  #unanswered = 0;
  #pingMs: number | undefined;
  #tokenRefusal: string | undefined;
  #isClosed = false;

  constructor(client: Client, onSnapshot: (snapshot: LobbySnapshot) => void) {
    this.#client = client;
    this.#onSnapshot = onSnapshot;
  }

  open(): void {
    this.#tell();
    void this.#join();
  }

  close(): void {
    this.#isClosed = true;
    window.clearTimeout(this.#timer);
    if (this.#room?.connection.isOpen) void this.#room.leave();
  }

  async #join(): Promise<void> {
    try {
      const room = await boundedJoin(this.#client.joinOrCreate<LobbyView>("lobby"));
      if (this.#isClosed) await room.leave();
      else this.#adopt(room);
    } catch (error) {
      this.#tokenRefusal = tokenRefusalIn(error);
      if (this.#tokenRefusal === undefined)
        this.#joinLater(); // the page already says that the lobby is away
      else this.#tell();
    }
  }

  /** A lost lobby is joined anew: it holds nothing of this visitor that would be worth resuming. */
  #adopt(room: Room<unknown, LobbyView>): void {
    room.reconnection.enabled = false;
    room.onStateChange(() => this.#tell());
    room.onMessage("pong", (sentAtMs: number) => {
      this.#unanswered = 0;
      this.#pingMs = performance.now() - sentAtMs;
      this.#tell();
    });
    room.onLeave(() => {
      window.clearInterval(this.#timer);
      this.#room = undefined;
      this.#pingMs = undefined;
      if (this.#isClosed) return;
      this.#tell();
      this.#joinLater();
    });
    this.#attempts = 0;
    this.#unanswered = 0;
    this.#room = room;
    this.#timer = window.setInterval(() => this.#ping(room), PING_MS);
    this.#tell();
  }

  /** A server that stands still closes no socket, so its silence counts as the loss. */
  #ping(room: Room): void {
    if (this.#unanswered === MAX_UNANSWERED) {
      room.connection.close(CLOSE_CODES.RECONNECT);
      return;
    }
    this.#unanswered++;
    room.send("ping", performance.now());
  }

  #joinLater(): void {
    if (this.#isClosed) return;
    this.#attempts++;
    this.#timer = window.setTimeout(() => void this.#join(), jitteredDelayMs(this.#attempts));
  }

  #tell(): void {
    const rooms: RoomCardView[] = [];
    this.#room?.state.rooms?.forEach((card) => {
      rooms.push(card);
    });
    rooms.sort((a, b) => b.players - a.players || b.bots - a.bots);
    this.#onSnapshot({
      isConnected: this.#room !== undefined,
      rooms,
      pingMs: this.#pingMs,
      tokenRefusal: this.#tokenRefusal,
    });
  }
}
