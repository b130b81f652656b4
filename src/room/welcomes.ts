import type { EventEmitter } from "node:events";
import { type Client, ClientState, type Room } from "@colyseus/core";
import { CLOSE_CODES } from "../protocol/protocol.ts";
import { seams } from "./colyseus-seams.ts";
import type { FullStates } from "./full-states.ts";

/** Gives clients the whole state, when they are ready for it and whenever they lost some of it. */
export class Welcomes {
  readonly #room: Room;
  readonly #fullStates: FullStates;
  readonly #onFailed: (error: unknown) => void;

  constructor(room: Room, fullStates: FullStates, onFailed: (error: unknown) => void) {
    this.#room = room;
    this.#fullStates = fullStates;
    this.#onFailed = onFailed;
  }

  /** A client is ready for state: it gets it right after a patch, and again whenever it lost one. */
  welcome(client: Client, join: () => void): void {
    if (this.#fullStates.isWaiting(client)) return; // it says so twice
    const ref: EventEmitter = client.ref;
    ref.on("stale", () =>
      this.#deliverTo(client, () => {
        if (client.state === ClientState.JOINED && this.#room.state) seams(this.#room).sendFullState(client);
      }),
    );
    this.#deliverTo(client, join);
  }

  /** Whoever cannot be given a full state must not go on without: it is sent away to come back, and the others get theirs. */
  #deliverTo(client: Client, send: () => void): void {
    this.#fullStates.ask(client, () => {
      try {
        send();
      } catch (error) {
        this.#onFailed(error);
        client.leave(CLOSE_CODES.RECONNECT);
      }
    });
  }
}
