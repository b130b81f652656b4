import type { ColyseusSDK, Room } from "@colyseus/sdk";
import type { OpAck, OpNack, OpSnap, OpWelcome } from "../../src/protocol/protocol.ts";

/** Resolves with the next message of a type. */
function next<P>(room: Room, type: string): Promise<P> {
  return new Promise((resolve) => void room.onMessage(type, resolve));
}

/** Joins a board by the stock SDK, and says hello. */
export async function openBoard(sdk: ColyseusSDK, id: string) {
  const room = await sdk.joinOrCreate("whiteboard", { id });
  room.reconnection.enabled = false;
  const [welcome, snap] = [next<OpWelcome>(room, "op:welcome"), next<OpSnap>(room, "op:snap")];
  for (const type of ["op:batch", "eph", "op:nack", "op:reset"]) room.onMessage(type, () => {});
  room.send("op:hello", { clientId: crypto.randomUUID() });
  return { room, welcome: await welcome, snap: await snap };
}

/** Pushes one rectangle; resolves with the verdict. */
export function pushShape(room: Room, n: number): Promise<OpAck | OpNack> {
  const verdict = Promise.race([next<OpAck>(room, "op:ack"), next<OpNack>(room, "op:nack")]);
  const g = { pos: { x: n, y: 2, r: 0 }, size: { w: 9, h: 9 } };
  room.send("op:push", { n, ops: [{ t: "create", id: crypto.randomUUID(), type: "rect", g }] });
  return verdict;
}
