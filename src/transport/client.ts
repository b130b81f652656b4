import { ClientState, enqueueClientRaw, type ISendOptions } from "@colyseus/core";
import { WebSocketClient } from "@colyseus/ws-transport";
import type { WebSocket } from "ws";
import type { ArenaError } from "../errors/errors.ts";
import type { User } from "../tokens/tokens.ts";
import type { Connection } from "./connection.ts";

/** Colyseus' client over a Connection. Everything that leaves for a client passes `raw`. */
export class ArenaClient extends WebSocketClient {
  readonly #connection: Connection;
  readonly #maxEarlyBytes: number;
  #earlyBytes = 0;

  /** @param maxEarlyBytes most bytes of messages that wait until the client says that it is ready for them */
  constructor(connection: Connection, maxEarlyBytes: number) {
    // Colyseus asks of a `ref` only events, readyState and close, all of which a Connection has.
    super(connection.sessionId, connection as unknown as WebSocket);
    this.#connection = connection;
    this.#maxEarlyBytes = maxEarlyBytes;
  }

  override enqueueRaw(frame: Uint8Array, options?: ISendOptions): void {
    if (this.state !== ClientState.JOINED) {
      this.#earlyBytes += frame.byteLength;
      if (this.#earlyBytes > this.#maxEarlyBytes) {
        if (this.#earlyBytes - frame.byteLength <= this.#maxEarlyBytes) this.#connection.end("SLOW");
        return;
      }
    }
    enqueueClientRaw(this, frame, options);
  }

  override raw(frame: Uint8Array, _options?: ISendOptions, onSent?: () => void): void {
    this.#connection.send(frame);
    onSent?.(); // what is sent leaves before a close that follows, which is all that a caller can want to know
  }

  /** Sends a frame that is worth nothing once a newer one of the same key exists. */
  rawEphemeral(frame: Uint8Array, key: string): void {
    this.#connection.send(frame, key);
  }

  override leave(code?: number, reason?: string): void {
    this.#connection.close(code, reason);
  }

  /** Ends the connection at once: its owner has come back on another one. */
  supersede(): void {
    this.#connection.cut();
  }

  /** See Connection, of these and what follows. */
  keepTicket(): void {
    this.#connection.keepTicket(this.reconnectionToken);
  }

  hold(): Promise<void> {
    return this.#connection.hold();
  }

  freeze(): void {
    this.#connection.freeze();
  }

  goOn(): void {
    this.#connection.goOn();
  }

  lead(to: string): boolean {
    return this.#connection.lead(to, this.reconnectionToken);
  }

  /** Who is connected; undefined for somebody without a token. */
  get user(): User | undefined {
    return this.#connection.user;
  }

  /** The user has a newer token. */
  identify(user: User): void {
    this.#connection.identify(user);
  }

  /**
   * Tells the client what of its sending was refused and why; too many of these close the connection.
   *
   * @param answer frame that says it, in the place of an ERROR
   */
  refuse(error: ArenaError, answer?: Uint8Array): void {
    this.#connection.refuse(error, answer);
  }

  /** Bytes that wait for this client in this process. */
  get waitingBytes(): number {
    return this.#connection.waitingBytes;
  }
}
