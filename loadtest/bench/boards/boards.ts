import type { BoardPeerName } from "../peers.ts";
import { ArenaBoard } from "./arena-board.ts";
import type { BoardClient, BoardPlace } from "./board-client.ts";
import { HocuspocusBoard } from "./hocuspocus-board.ts";

/** Connects a client to a board of a peer; it is ready later. */
export async function openBoard(peer: BoardPeerName, place: BoardPlace): Promise<BoardClient> {
  return peer === "arena" ? ArenaBoard.open(place) : new HocuspocusBoard(place);
}
