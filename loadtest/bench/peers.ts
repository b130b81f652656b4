import { type Load, queryOf } from "./load.ts";
import { reserveSeat, seatPath } from "./matchmaking.ts";
import { type Neighbours, startOneNodeCluster } from "./neighbours.ts";

/** Names of the servers that are compared, in the order of the tables. */
export const PEER_NAMES = ["arena", "edge", "colyseus", "socketio", "ws", "writes", "hocuspocus"] as const;
export type PeerName = (typeof PEER_NAMES)[number];

/** The servers that send the state of a room, in the order in which they are measured. */
export const STATE_PEERS = ["arena", "colyseus", "socketio", "ws"] as const satisfies readonly PeerName[];
/** A client's server, one between the client and its server, and what either cannot do without. */
export const FORWARD_PEERS = ["arena", "edge", "writes"] as const satisfies readonly PeerName[];
/** The servers that keep documents, in the order in which they are measured. */
export const BOARD_PEERS = ["arena", "hocuspocus"] as const satisfies readonly PeerName[];
export type BoardPeerName = (typeof BOARD_PEERS)[number];

/** A server under test. */
export interface Peer {
  readonly title: string;
  /** What node runs, from the root of the repository. */
  readonly entry: string;
  /** @param folder an empty folder for what it keeps */
  readonly args: (folder: string) => readonly string[];
  /** Starts what it needs beside it. */
  readonly neighbours?: (folder: string) => Promise<Neighbours>;
  /** Whether clients get their seat by matchmaking, and the SDK can join. */
  readonly hasRooms: boolean;
}

/** All peers have to take everyone and everything: Arena neither refuses joins nor saves patches, however busy it is. */
const WITHOUT_LOAD_SHEDDING = ["--max-loop-delay-ms", "60000", "--max-tick-lateness-ms", "60000"];
/** Nor does it refuse clients that send more than people do. */
const WITHOUT_RATE_LIMITS = ["--messages-per-second", "100000", "--bytes-per-second", "100000000"];

const ARENA = ["--synthetic", "--log-level", "warn", ...WITHOUT_LOAD_SHEDDING, ...WITHOUT_RATE_LIMITS];
const HERE = ["--port", "0", "--host", "127.0.0.1"];

/** The servers. Each but Arena is what its own documentation shows, without anything around it. */
export const PEERS: Readonly<Record<PeerName, Peer>> = {
  arena: {
    title: "Arena",
    entry: "src/main.ts",
    args: (folder) => [...HERE, "--data-dir", folder, "--log-store", "lmdb", ...ARENA],
    hasRooms: true,
  },
  edge: {
    title: "Arena, forwarding",
    entry: "src/main.ts",
    args: (folder) => [...HERE, "--role", "edge", "--data-dir", folder, ...ARENA],
    neighbours: (folder) => startOneNodeCluster(folder, ARENA),
    hasRooms: true,
  },
  colyseus: { title: "plain Colyseus", entry: "loadtest/bench/servers/colyseus.ts", args: () => [], hasRooms: true },
  socketio: { title: "Socket.IO", entry: "loadtest/bench/servers/socketio.ts", args: () => [], hasRooms: false },
  ws: { title: "bare ws", entry: "loadtest/bench/servers/ws.ts", args: () => [], hasRooms: false },
  writes: {
    title: "one write for each client",
    entry: "loadtest/bench/servers/writes.ts",
    args: () => [],
    hasRooms: false,
  },
  hocuspocus: {
    title: "hocuspocus",
    entry: "loadtest/bench/servers/hocuspocus.ts",
    args: (folder) => [folder],
    hasRooms: false,
  },
};

/** Those who come back are let in however busy it is; with load shedding it could not be filled on a machine that others use, too. */
export const STORM_ARGS = ["--synthetic", "--log-level", "error", ...WITHOUT_LOAD_SHEDDING];

/** A server with rooms that thousands come back to. */
export function stormServer(name: PeerName): Omit<Peer, "hasRooms"> {
  const { title, entry, args } = PEERS[name];
  return { title, entry, args: name === "arena" ? (folder) => [...HERE, "--data-dir", folder, ...STORM_ARGS] : args };
}

/** A node that keeps its data in `dataDir`, at a given port or at any for 0. */
export function stormNode(port: number, dataDir: string, args: readonly string[] = []): Omit<Peer, "hasRooms"> {
  const { title, entry } = PEERS.arena;
  const own = ["--port", String(port), "--host", "127.0.0.1", ...STORM_ARGS, ...args, "--data-dir", dataDir];
  return { title, entry, args: () => own };
}

/** An edge at a given port, before a cluster that `args` lead to. */
export function stormEdge(port: number, args: readonly string[]): Omit<Peer, "hasRooms"> {
  const { title, entry } = PEERS.edge;
  const own = ["--port", String(port), "--host", "127.0.0.1", "--role", "edge", ...STORM_ARGS, ...args];
  return { title, entry, args: (folder) => [...own, "--data-dir", folder] };
}

/** A server as one of several processes on a Redis. */
export function inCluster(name: "arena" | "colyseus", nodeId: string, redisUrl: string): Omit<Peer, "hasRooms"> {
  const { title, entry } = PEERS[name];
  if (name === "colyseus") return { title, entry, args: () => [redisUrl] };
  const own = ["--node-id", nodeId, "--redis-url", redisUrl, "--volatile-redis"];
  return { title, entry, args: (folder) => [...HERE, ...ARENA, ...own, "--data-dir", folder] };
}

/** The path on which a new client of `load` opens its socket; where there are rooms, on a seat reserved for it. */
export async function socketPath(name: PeerName, port: number, load: Load): Promise<string> {
  if (PEERS[name].hasRooms) return seatPath(await reserveSeat(port, "synthetic", load));
  return name === "socketio" ? `/socket.io/?EIO=4&transport=websocket&${queryOf(load)}` : `/?${queryOf(load)}`;
}
