import { EventEmitter } from "node:events";
import { type Client, ClientState, generateId } from "@colyseus/core";
import type { StateView } from "@colyseus/schema";
import type { User } from "../tokens/tokens.ts";

/** Of a socket that is no more (WebSocket.CLOSED). */
const CLOSED = 3;

/** Whose seat is kept. */
export interface AbsentSession {
  readonly sessionId: string;
  /** Hashes of the reconnection tokens under which it may come back. */
  readonly tokenHashes: readonly string[];
  readonly user: User | undefined;
  readonly auth: unknown;
  readonly userData: unknown;
  readonly view: StateView | undefined;
}

/**
 * A client of whom only the seat is there: its connection was to another process. A room's hooks are given it as they are given one whose
 * connection is lost; what is sent to it goes nowhere.
 */
export class AbsentClient {
  readonly sessionId: string;
  readonly tokenHashes: readonly string[];
  readonly user: User | undefined;
  readonly auth: unknown;
  readonly userData: unknown;
  readonly view: StateView | undefined;
  /** Colyseus looks it up like a token. Made here and told to nobody: no hash, with which one who reads checkpoints could take the seat. */
  readonly reconnectionToken = generateId();
  readonly state = ClientState.JOINED;
  readonly readyState = CLOSED;
  readonly ref = new EventEmitter();

  constructor({ sessionId, tokenHashes, user, auth, userData, view }: AbsentSession) {
    this.sessionId = sessionId;
    this.tokenHashes = tokenHashes;
    this.user = user;
    this.auth = auth;
    this.userData = userData;
    this.view = view;
  }

  /** It in the place of a client of Colyseus'. */
  asClient(): Client {
    return this as unknown as Client; // it has all that a room asks of one
  }

  send(): void {}
  sendBytes(): void {}
  raw(): void {}
  rawEphemeral(): void {}
  enqueueRaw(): void {}
  error(): void {}
  refuse(): void {}
  identify(): void {}
  supersede(): void {}
  keepTicket(): void {}
  leave(): void {}
}
