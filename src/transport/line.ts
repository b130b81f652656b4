import type { Ticket } from "../trunk/trunk.ts";

/** Who is told of what happens on a line. */
export interface LineListener {
  message(data: Buffer, isBinary: boolean): void;
  /** What waits has become less. */
  drained(): void;
  /** It is closed; `code` as of WebSocket. */
  closed(code: number): void;
  /** More pings and pongs come than are of use to anybody. */
  flooded(): void;
  /** It has failed, and will be closed. */
  failed(error: Error): void;
}

/** What leads to a client: a WebSocket of this process, or a channel to the process where the client came in. */
export interface Line {
  /** As of WebSocket: 1 is open. */
  readonly readyState: number;
  /** Time that the last ping and its answer took, in ms; undefined before the first. */
  readonly roundTripMs: number | undefined;
  /** Bytes that were written and have not left for the client. */
  readonly waitingBytes: number;
  /** Tells `listener` from now on; asked once. */
  listen(listener: LineListener): void;
  /** Writes ready-made WebSocket frames, whole ones; whether they have left. */
  write(bytes: Buffer): boolean;
  /** Starts the closing handshake behind what was written. */
  close(code: number, reason?: string): void;
  /** Ends it without a handshake. */
  cut(): void;
  /** Takes nothing in until `resume`. */
  pause(): void;
  resume(): void;
  /** Keeps back what the client sends; settles when all that was on its way has come. */
  hold(): Promise<void>;
  release(): void;
  /** With what the client is brought to its room, should this process be lost. */
  tellTicket(ticket: Ticket): void;
  /** Has the client brought to another process behind what was written, and is over; false where the client has to come there itself. */
  lead(to: string, ticket: Ticket): boolean;
  ping(): void;
  /** Whether nothing came for two heartbeats, a pong neither. */
  isSilent(nowMs: number): boolean;
  /** Leaves out a time in which this process itself stood still. */
  forgive(stallMs: number): void;
}
