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

  it("[GRP1] are given in a new room where the one that is found has not as many, and in none where no room has", async () => {
    const { roomId } = await test.colyseus.sdk.create("small", {});
    const callers = (count: number) =>
      Array.from({ length: count }, () => ({ options: {}, auth: { headers: new Headers(), ip: "" } }));
    const two = await test.node.seats.joinTogether({ name: "small" }, { callers: callers(2) });
    const three = await test.node.seats.joinTogether({ name: "small" }, { callers: callers(3) });

    assert.deepEqual(new Set(two.map((seat) => seat.roomId)), new Set([roomId]));
    assert.equal(new Set(three.map((seat) => seat.roomId)).size, 1);
    assert.notEqual(three[0]?.roomId, roomId);
    await assert.rejects(test.node.seats.joinTogether({ name: "small" }, { callers: callers(4) }), {
      code: "ROOM_FULL",
    });
    await assert.rejects(test.node.seats.joinTogether({ roomId }, { callers: callers(1) }), { code: "ROOM_FULL" });
  });

  it("[GRP1] are given up again, and then are somebody else's, unless they were taken", async () => {
    const { roomId, sessionId } = await test.colyseus.sdk.create("small", {});
    const room = matchMaker.getLocalRoomById(roomId) as SmallRoom; // the only type that was made
    await room.reserveSeats([{ sessionId: "a", options: {}, auth: undefined }]);
    await room.reserveSeats([{ sessionId: "b", options: {}, auth: undefined }]);
    const wasFull = room.hasReachedMaxClients();
    const changed = [await room.changeSeats(["a"], undefined), await room.changeSeats([sessionId, "a"], undefined)];

    assert.deepEqual([wasFull, changed, room.hasReachedMaxClients()], [true, [true, false], false]);
    assert.equal(room.clients.length, 1);
    await test.colyseus.sdk.joinById(roomId, {}); // it is not locked any more
  });

  it("[GAT1] of callers who come at once are in as many rooms as they need", async () => {
    await test.colyseus.sdk.create("small", {});
    const joins = await Promise.all(Array.from({ length: 14 }, () => test.colyseus.sdk.joinOrCreate("small", {})));

    const rooms = new Map(joins.map(({ roomId }) => [roomId, joins.filter((join) => join.roomId === roomId).length]));

    assert.equal(rooms.size, 5);
    assert.ok([...rooms.values()].every((count) => count <= 3));
  });
});
