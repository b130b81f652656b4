import { WebSocketClient } from "@colyseus/ws-transport";
import type { WebSocket } from "ws";
import type { ArenaError } from "../errors/errors.ts";
import type { Connection } from "./connection.ts";

/** Colyseus' client over a Connection. Everything that leaves for a client passes `raw`. */
export class ArenaClient extends WebSocketClient {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    // Colyseus asks of a `ref` only events, readyState and close, all of which a Connection has.
    super(connection.sessionId, connection as unknown as WebSocket);
    this.#connection = connection;
  }

  override raw(frame: Uint8Array, _options?: unknown, onSent?: (error?: Error) => void): void {
    this.#connection.send(frame, onSent);
  }

  override leave(code?: number, reason?: string): void {
    this.#connection.close(code, reason);
  }

  /** Tells the client what of its sending was refused and why; too many of these close the connection. */
  refuse(error: ArenaError): void {
    this.#connection.refuse(error);
  }
}
