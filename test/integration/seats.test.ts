import assert from "node:assert/strict";
import { matchMaker } from "@colyseus/core";
import { Room } from "../../src/room/room.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

class SmallRoom extends Room {
  override maxClients = 3;
}

describe("seats that are asked for together", () => {
  let test: TestNode;
  beforeEach(async () => {
    test = await startNode({}, { small: { room: SmallRoom } });
  });
  afterEach(() => test.close());

  it("[GRP1] are reserved together, or none of them", async () => {
    const { roomId } = await test.colyseus.sdk.create("small", {});
    const room = matchMaker.getLocalRoomById(roomId) as SmallRoom; // the only type that was made
    const seats = (...ids: string[]) => ids.map((sessionId) => ({ sessionId, options: {}, auth: undefined }));

    const tooMany = await room.reserveSeats(seats("a", "b", "c"));
    const fitting = await room.reserveSeats(seats("d", "e"));

    assert.deepEqual([tooMany, fitting, room.hasReachedMaxClients()], [false, true, true]);
  });

  it("[GAT1] of callers who come at once are in as many rooms as they need", async () => {
    await test.colyseus.sdk.create("small", {});
    const joins = await Promise.all(Array.from({ length: 14 }, () => test.colyseus.sdk.joinOrCreate("small", {})));

    const rooms = new Map(joins.map(({ roomId }) => [roomId, joins.filter((join) => join.roomId === roomId).length]));

    assert.equal(rooms.size, 5);
    assert.ok([...rooms.values()].every((count) => count <= 3));
  });
});
