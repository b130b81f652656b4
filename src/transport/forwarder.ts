import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** The process that has a room. */
export interface Owner {
  readonly bootId: string;
  /** `host:port`. */
  readonly internalAddress: string;
}

/** What sockets are forwarded with. */
export interface ForwarderParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The other process that has a room; undefined where none has, or this one. Rejects where it cannot be asked. */
  readonly ownerOf: (roomId: string) => Promise<Owner | undefined>;
  /** Name and value of the header that tells the owner who comes. */
  readonly passage: (owner: Owner, target: string, address: string) => readonly [name: string, value: string];
  /** Time between two pings of an owner to its clients. */
  readonly heartbeatMs: number;
}

/** A client whose room is elsewhere. */
export interface Traveller {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What came behind the request. */
  readonly head: Buffer;
  /** Its address, as this process knows it. */
  readonly address: string;
}

const CONNECT_MS = 2000;
/** Headers by which a client could pretend to be one of the cluster. */
const RESERVED = /^x-arena-/i;

/**
 * Passes sockets on to the process that has their room, byte for byte: the owner speaks WebSocket, this process copies. What one side
 * does not take, the other is not asked for, so that nothing piles up here. When one side ends, so does the other.
 */
export class Forwarder {
  readonly #parts: ForwarderParts;
  #count = 0;

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
  }

  /** Sockets that are being passed on. */
  get count(): number {
    return this.#count;
  }

  /** The process to forward a room's socket to, where it is another. */
  ownerOf(roomId: string): Promise<Owner | undefined> {
    return this.#parts.ownerOf(roomId);
  }

  /** Resolves when the line to the owner stands. @throws ArenaError PEER_UNREACHABLE; nothing was sent to the client then */
  async forward(traveller: Traveller, owner: Owner): Promise<void> {
    const { telemetry, heartbeatMs } = this.#parts;
    const { socket, head, request, address } = traveller;
    const line = await this.#open(owner);
    if (socket.destroyed) {
      line.destroy();
      return;
    }
    this.#count++;
    telemetry.emit("forward:opened", { forwarded: this.#count });
    if ("setTimeout" in socket && typeof socket.setTimeout === "function") socket.setTimeout(0); // as ws does with its own
    line.write(requestHead(request, this.#parts.passage(owner, request.url ?? "", address)));
    if (head.length > 0) line.write(head);
    line.setTimeout(SILENT_HEARTBEATS * heartbeatMs, () => line.destroy());
    copy(line, socket);
    copy(socket, line);
    line.once("close", () => {
      this.#count--;
      telemetry.emit("forward:closed", { forwarded: this.#count });
    });
  }

  #open({ internalAddress }: Owner): Promise<Socket> {
    const { hostname, port } = new URL(`http://${internalAddress}`);
    const line = connect({
      host: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port),
      noDelay: true,
      allowHalfOpen: true,
    });
    return new Promise((resolve, reject) => {
      const fail = (cause?: Error): void => {
        stop();
        line.destroy();
        reject(new ArenaError("PEER_UNREACHABLE", "", { cause }));
      };
      const stop = this.#parts.clock.after(CONNECT_MS, fail);
      line.once("error", fail);
      line.once("connect", () => {
        stop();
        line.off("error", fail);
        resolve(line);
      });
    });
  }
}

/** An owner that has sent no ping for so long is dead or frozen. */
const SILENT_HEARTBEATS = 3;

/** The request as it came, with what the cluster adds. */
function requestHead({ method, url, rawHeaders }: IncomingMessage, [name, value]: readonly [string, string]): string {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!RESERVED.test(rawHeaders[at] ?? "")) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  }
  return `${[...lines, `${name}: ${value}`].join("\r\n")}\r\n\r\n`;
}

/** Copies until `from` ends. A side that fails takes the other with it. */
function copy(from: Duplex, to: Duplex): void {
  from.on("data", (bytes: Buffer) => {
    if (to.write(bytes)) return;
    from.pause();
    to.once("drain", () => from.resume());
  });
  from.once("end", () => to.end());
  from.once("error", () => to.destroy());
  from.once("close", () => {
    if (!from.readableEnded) to.destroy();
  });
}
