import { type Load, queryOf } from "./load.ts";
import { reserveSeat } from "./matchmaking.ts";

/** Names of the servers that are compared, in the order in which they are measured. */
export const PEER_NAMES = ["arena", "colyseus", "socketio", "ws"] as const;
export type PeerName = (typeof PEER_NAMES)[number];

/** A server under test. */
export interface Peer {
  readonly title: string;
  /** What node runs, from the root of the repository. */
  readonly entry: string;
  readonly args: readonly string[];
  /** Whether clients get their seat by matchmaking, and the SDK can join. */
  readonly hasRooms: boolean;
}

/** All peers have to take everyone: Arena neither refuses joins nor saves patches, however busy it is. */
const WITHOUT_LOAD_SHEDDING = ["--max-loop-delay-ms", "60000", "--max-tick-lateness-ms", "60000"];

/** The servers. Each but Arena is what its own documentation shows, without anything around it. */
export const PEERS: Readonly<Record<PeerName, Peer>> = {
  arena: {
    title: "Arena",
    entry: "src/main.ts",
    args: ["--port", "0", "--host", "127.0.0.1", "--synthetic", "--log-level", "warn", ...WITHOUT_LOAD_SHEDDING],
    hasRooms: true,
  },
  colyseus: { title: "plain Colyseus", entry: "loadtest/bench/servers/colyseus.ts", args: [], hasRooms: true },
  socketio: { title: "Socket.IO", entry: "loadtest/bench/servers/socketio.ts", args: [], hasRooms: false },
  ws: { title: "bare ws", entry: "loadtest/bench/servers/ws.ts", args: [], hasRooms: false },
};

/** The path on which a new client of `load` opens its socket; where there are rooms, on a seat reserved for it. */
export async function socketPath(name: PeerName, port: number, load: Load): Promise<string> {
  if (PEERS[name].hasRooms) {
    const { processId, roomId, sessionId } = await reserveSeat(port, load);
    return `/${processId}/${roomId}?sessionId=${sessionId}`;
  }
  return name === "socketio" ? `/socket.io/?EIO=4&transport=websocket&${queryOf(load)}` : `/?${queryOf(load)}`;
}
