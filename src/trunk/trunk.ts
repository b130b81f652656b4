/**
 * trunk: one line between a process where clients come in and one that has their rooms, with a channel for each client.
 *
 * Owns the records that go over it, their gathering into one write a turn, what is known of bytes on their way, and the trunk's own
 * heartbeats. A frame for many clients goes over it once, ready-made, with the list of them. It knows neither WebSockets nor rooms:
 * at the one end stand clients' sockets, at the other channels that are as good as sockets. Keeps FWD1, FWD2 and FWD4.
 */
import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { afterAwake, type Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { EdgeTrunk } from "./edge-trunk.ts";

export type { ClientEnd, EdgeChannel, EdgeTrunk } from "./edge-trunk.ts";
export { type OwnerChannel, OwnerTrunk } from "./owner-trunk.ts";
export type { Opening, Ticket } from "./records.ts";

/** Another process: which, and where. */
export interface Owner {
  readonly bootId: string;
  /** `host:port`. */
  readonly internalAddress: string;
}

/** What trunks are opened with. */
export interface TrunksParts {
  readonly clock: Clock;
  /** Time after which an owner that sends nothing, no ping either, is taken for dead. */
  readonly silenceMs: number;
  /** Name and value of the header that proves to an owner who comes. */
  readonly passage: (owner: Owner) => readonly [name: string, value: string];
  /** A trunk has opened; what is given back is called when it has ended. */
  readonly watch: (trunk: EdgeTrunk) => () => void;
}

/** Where trunks arrive: an upgrade of this path. */
export const TRUNK_PATH = "/internal/trunk";
/** What the line is from then on. */
const TRUNK_PROTOCOL = "arena-trunk";
/** The answer of an owner that takes a trunk. */
export const TRUNK_ANSWER = `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ${TRUNK_PROTOCOL}\r\n\r\n`;

const CONNECT_MS = 2000;
const ANSWER_MS = 5000;
const FORBIDDEN = 403;

/** The trunks of a process where clients come in: one to each owner, opened for the first client and kept as long as it stands. */
export class Trunks {
  readonly #parts: TrunksParts;
  readonly #open = new Map<string, EdgeTrunk>();
  readonly #opening = new Map<string, Promise<EdgeTrunk>>();
  #isClosed = false;

  constructor(parts: TrunksParts) {
    this.#parts = parts;
  }

  /** Bytes that wait in this process for owners. */
  get waitingBytes(): number {
    let bytes = 0;
    for (const { link } of this.#open.values()) bytes += link.waitingBytes;
    return bytes;
  }

  /** @throws ArenaError PEER_UNREACHABLE; ROOM_NOT_HERE where another process answers there by now */
  async to(owner: Owner): Promise<EdgeTrunk> {
    const { bootId } = owner;
    const open = this.#open.get(bootId);
    if (open) return open;
    const opening = this.#opening.get(bootId) ?? this.#begin(owner).finally(() => this.#opening.delete(bootId));
    this.#opening.set(bootId, opening);
    return await opening;
  }

  /** Its owner is gone. */
  lose(bootId: string): void {
    this.#open.get(bootId)?.link.fail();
  }

  close(): void {
    this.#isClosed = true;
    for (const trunk of [...this.#open.values()]) trunk.link.end();
  }

  async #begin(owner: Owner): Promise<EdgeTrunk> {
    const { clock, silenceMs, passage, watch } = this.#parts;
    const { socket, head } = await connectTo(owner.internalAddress, passage(owner), clock);
    if (this.#isClosed) socket.destroy();
    if (this.#isClosed) throw new ArenaError("DRAINING");
    let unwatch = (): void => {};
    const onEnd = (): void => {
      unwatch();
      this.#open.delete(owner.bootId);
    };
    const trunk = new EdgeTrunk(socket, head, { clock, silenceMs, onEnd });
    this.#open.set(owner.bootId, trunk);
    unwatch = watch(trunk);
    return trunk;
  }
}

/**
 * Opens the line of a trunk, with a header that proves to the owner who comes.
 *
 * @throws ArenaError PEER_UNREACHABLE; ROOM_NOT_HERE where another process answers there by now
 */
function connectTo(
  internalAddress: string,
  [name, value]: readonly [string, string],
  clock: Clock,
): Promise<{ socket: Socket; head: Buffer }> {
  const { hostname, port } = new URL(`http://${internalAddress}`);
  const host = hostname.replace(/^\[|\]$/g, "");
  const { promise, resolve, reject } = Promise.withResolvers<{ socket: Socket; head: Buffer }>();
  const headers = { connection: "upgrade", upgrade: TRUNK_PROTOCOL, [name]: value };
  const call = request({ host, port, path: TRUNK_PATH, headers, agent: false });
  const failAfter = (ms: number, detail: string): (() => void) =>
    afterAwake(clock, ms, () => call.destroy(new ArenaError("PEER_UNREACHABLE", detail)));
  let stop = failAfter(CONNECT_MS, "It cannot be connected to in time.");
  call.once("socket", (socket) =>
    socket.once("connect", () => {
      stop();
      stop = failAfter(ANSWER_MS, "It does not answer in time.");
    }),
  );
  call.once("upgrade", (_answer: IncomingMessage, socket: Duplex, head: Buffer) => {
    resolve({ socket: socket as Socket, head }); // http's own socket
  });
  call.once("response", ({ statusCode = 0 }: IncomingMessage) => {
    reject(
      new ArenaError(statusCode === FORBIDDEN ? "ROOM_NOT_HERE" : "PEER_UNREACHABLE", `It answered ${statusCode}.`),
    );
    call.destroy();
  });
  call.on("error", (cause) =>
    reject(cause instanceof ArenaError ? cause : new ArenaError("PEER_UNREACHABLE", "", { cause })),
  );
  call.end();
  return promise.finally(() => stop());
}
