import { matchMaker } from "@colyseus/core";

/** Whether this process has a room. */
export function isHere(roomId: string): boolean {
  return matchMaker.getLocalRoomById(roomId) !== undefined && !hasMoved(roomId);
}

/** Whether a room is another process' by now, and just ends here. */
export function hasMoved(roomId: string): boolean {
  const room = matchMaker.getLocalRoomById(roomId);
  return room !== undefined && Reflect.get(room, "hasMoved") === true; // every room of an app says so
}
