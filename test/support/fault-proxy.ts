import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** How the network between the clients and the target behaves. */
export interface FaultProxyOptions {
  /** Port on 127.0.0.1 to which connections are forwarded. */
  readonly targetPort: number;
  /** How long each byte is on its way, in each direction, in ms. @default 0 */
  readonly delayMs?: number;
  /** Throughput of each connection in each direction; unlimited when left out. */
  readonly bytesPerSecond?: number;
}

/** A network that misbehaves on command. Commands act on every connection, and not on later ones unless it is said. */
export interface FaultProxy {
  /** Port on 127.0.0.1 on which clients are taken. */
  readonly port: number;
  /** Where later connections are forwarded to. */
  targetPort: number;
  /** Delay of each direction in ms; a change counts for what arrives from then on and never changes the order. */
  delayMs: number;
  /** Connections that are open. */
  readonly connections: number;
  /** Stops reading and delivering, so that the senders' buffers fill; later connections are stalled too. */
  stall(): void;
  /** Ends a stall; what waited is delivered in order. */
  resume(): void;
  /** Resets all connections (RST on both ends); what was on its way is lost. */
  cut(): void;
  /** Ends the direction to the clients (FIN) after what is on its way; what they send still reaches the target. */
  halfClose(): void;
  /** Resets every new connection at once, until {@link accept}. The port stays taken, so that no other program gets it. */
  refuse(): void;
  /** Takes new connections again. */
  accept(): void;
  /** Resets all connections and gives the port back. */
  close(): Promise<void>;
}

/** What all lanes share. */
interface Network {
  delayMs: number;
  readonly bytesPerSecond: number;
  isStalled: boolean;
}

/** Bytes that one direction of a connection holds before it stops reading. */
const MAX_WAITING_BYTES = 256 * 1024;
/** A throttled lane sends this often, so that its stream is smooth. */
const SLICES_PER_SECOND = 50;
const MS_PER_S = 1000;

/** Opens a proxy between clients and the server on `targetPort`. The target is dialled when a client connects. */
export async function openFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { delayMs = 0, bytesPerSecond = Number.POSITIVE_INFINITY } = options;
  let { targetPort } = options;
  const network: Network = { delayMs, bytesPerSecond, isStalled: false };
  const links = new Set<Link>();
  let isRefusing = false;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (isRefusing) {
      client.on("error", ignore);
      client.resetAndDestroy();
      return;
    }
    const link = openLink(client, targetPort, network);
    links.add(link);
    client.once("close", () => links.delete(link));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const update = (isStalled: boolean): void => {
    network.isStalled = isStalled;
    for (const { up, down } of links) for (const lane of [up, down]) lane.pump();
  };
  return {
    port: (server.address() as AddressInfo).port, // a TCP server's address is never a path
    get targetPort() {
      return targetPort;
    },
    set targetPort(value) {
      targetPort = value;
    },
    get delayMs() {
      return network.delayMs;
    },
    set delayMs(value) {
      network.delayMs = value;
    },
    get connections() {
      return links.size;
    },
    stall: () => update(true),
    resume: () => update(false),
    cut: () => links.forEach(cutLink),
    halfClose: () => {
      for (const { down } of links) down.end();
    },
    refuse: () => {
      isRefusing = true;
    },
    accept: () => {
      isRefusing = false;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      links.forEach(cutLink);
      await closed;
    },
  };
}

/** One client's connection through the proxy. */
interface Link {
  readonly client: Socket;
  readonly target: Socket;
  readonly up: Lane;
  readonly down: Lane;
}

function openLink(client: Socket, targetPort: number, network: Network): Link {
  const target = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  client.once("close", () => reset(target));
  target.once("close", () => reset(client));
  // A failed socket closes, and its close resets the other end.
  client.on("error", ignore);
  target.on("error", ignore);
  return { client, target, up: new Lane(client, target, network), down: new Lane(target, client, network) };
}

function cutLink({ client, target }: Link): void {
  reset(client);
  reset(target);
}

/** An RST at once; a socket that is still dialling sends it as soon as it is through. */
function reset(socket: Socket): void {
  if (!socket.destroyed) socket.resetAndDestroy();
}

function ignore(): void {}

/** Bytes on their way; without bytes, the end of the stream. */
interface Parcel {
  readonly bytes: Buffer | undefined;
  readonly dueMs: number;
}

/** One direction of a connection: a queue, bounded in bytes, whose heads leave when they are due. */
class Lane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #network: Network;
  readonly #parcels: Parcel[] = [];
  #waitingBytes = 0;
  #freeAtMs = 0;
  #hasEnded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, network: Network) {
    this.#from = from;
    this.#to = to;
    this.#network = network;
    from.on("data", (bytes) => this.#take(bytes));
    from.on("end", () => this.end());
    to.on("drain", () => this.pump());
    to.once("close", () => clearTimeout(this.#timer));
    this.pump();
  }

  /** Ends the stream after what is on its way; later bytes are thrown away. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#put(undefined);
    this.pump();
  }

  /** Delivers what is due, reads on while there is room, and comes back when the next parcel falls due. */
  pump(): void {
    clearTimeout(this.#timer);
    while (this.#isOpen && this.#dueInMs() <= 0) this.#deliver();
    const waitMs = this.#dueInMs();
    if (this.#isOpen && waitMs < Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.pump(), waitMs);
    if (this.#network.isStalled || this.#waitingBytes >= MAX_WAITING_BYTES) this.#from.pause();
    else this.#from.resume();
  }

  get #isOpen(): boolean {
    return !this.#network.isStalled && !this.#to.writableNeedDrain && !this.#to.destroyed;
  }

  #dueInMs(): number {
    const next = this.#parcels[0];
    if (!next) return Number.POSITIVE_INFINITY;
    return Math.max(0, Math.max(next.dueMs, this.#freeAtMs) - performance.now());
  }

  #take(bytes: Buffer): void {
    if (this.#hasEnded) return;
    const sliceBytes = Math.max(
      1,
      Math.min(bytes.length, Math.floor(this.#network.bytesPerSecond / SLICES_PER_SECOND)),
    );
    for (let start = 0; start < bytes.length; start += sliceBytes) this.#put(bytes.subarray(start, start + sliceBytes));
    this.pump();
  }

  #put(bytes: Buffer | undefined): void {
    this.#parcels.push({ bytes, dueMs: performance.now() + this.#network.delayMs });
    this.#waitingBytes += bytes?.length ?? 0;
  }

  #deliver(): void {
    const bytes = this.#parcels.shift()?.bytes;
    if (!bytes) {
      this.#to.end();
      return;
    }
    this.#waitingBytes -= bytes.length;
    this.#freeAtMs = performance.now() + (bytes.length / this.#network.bytesPerSecond) * MS_PER_S;
    this.#to.write(bytes);
  }
}
