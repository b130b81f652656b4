import type { Load } from "./load.ts";
import { inFlight } from "./matchmaking.ts";
import { PatchSocket } from "./patch-socket.ts";
import { type PeerName, socketPath } from "./peers.ts";

/** Where a crowd is. */
export interface CrowdPlace {
  readonly peer: PeerName;
  readonly port: number;
  /** The rooms over which newcomers are spread evenly. */
  readonly rooms: readonly Load[];
  /** Told of each patch that arrives, with the number of the client. */
  readonly onPatch?: (client: number) => void;
}

/** Clients that have joined and do nothing but receive. */
export class Crowd {
  /** Patches that arrived, at all of them together. */
  patches = 0;
  readonly #place: CrowdPlace;
  readonly #sockets: PatchSocket[] = [];

  constructor(place: CrowdPlace) {
    this.#place = place;
  }

  /** Clients that are in. */
  get size(): number {
    return this.#sockets.length;
  }

  /** Has `count` more clients join; resolves when each has its first state. */
  async grow(count: number): Promise<void> {
    const { peer, port, rooms, onPatch } = this.#place;
    const before = this.#sockets.length;
    await inFlight(count, async (index) => {
      const client = before + index;
      const room = rooms[client % rooms.length];
      if (!room) throw new Error("A crowd needs a room.");
      const path = await socketPath(peer, port, room);
      const socket = new PatchSocket({
        port,
        path,
        onPatch: () => {
          this.patches++;
          onPatch?.(client);
        },
      });
      this.#sockets.push(socket);
      await socket.joined;
    });
  }

  /** Has the last one who joined hang. */
  stallLast(): void {
    this.#sockets.at(-1)?.stall();
  }

  /** @throws Error where the server closed a connection: what was measured then is not what was meant */
  checkAll(): void {
    const lost = this.#sockets.filter((socket) => socket.isLost).length;
    if (lost > 0) throw new Error(`The server closed ${lost} of ${this.#sockets.length} connections.`);
  }

  /** Ends all connections. */
  close(): void {
    for (const socket of this.#sockets) socket.close();
  }
}
