import assert from "node:assert/strict";
import { matchMaker, type Room as ServerRoom } from "@colyseus/core";
import { Client, type Room } from "@colyseus/sdk";
import type { ArenaState } from "../../rooms/arena/arena-state.ts";
import { type FaultProxy, openFaultProxy } from "../support/fault-proxy.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

describe("sessions", () => {
  let test: TestNode;
  let proxy: FaultProxy;
  let mine: Room<unknown, ArenaState>;
  afterEach(async () => {
    mine.reconnection.enabled = false; // an SDK that still tries would outlive the test
    await proxy.close();
    await test.close();
  });

  const open = async (reconnectSeconds: number): Promise<Room<unknown, ArenaState>> => {
    test = await startNode({ reconnectSeconds });
    proxy = await openFaultProxy({ targetPort: test.node.port });
    const sdk = new Client(`ws://127.0.0.1:${proxy.port}`);
    const room = (await sdk.create("arena", { name: "Ann", bots: 1 })) as Room<unknown, ArenaState>; // the SDK cannot know
    mine = room;
    room.reconnection.minUptime = 0; // an SDK gives up on a connection that was lost in its first 5 s
    await new Promise<void>((resolve) => room.onStateChange.once(() => resolve()));
    return room;
  };

  it("[SES1] keeps the seat of a session that lost its connection, for all to see", async () => {
    const room = await open(5);
    const watcher = (await test.colyseus.sdk.joinById(room.roomId)) as Room<unknown, ArenaState>; // as above
    const dropped = test.nextEvent("session:dropped");
    proxy.refuse();

    proxy.cut();

    assert.equal((await dropped).sessionId, room.sessionId);
    while (watcher.state.ships?.get(room.sessionId)?.isConnected !== false) await watcher.waitForNextPatch();
    assert.equal(watcher.state.ships.get(room.sessionId)?.name, "Ann");
  });

  it("[SES2] resumes with the same session, the same ship and the present state", async () => {
    const room = await open(5);
    const { sessionId } = room;
    const resumed = test.nextEvent("session:resumed");
    const back = new Promise<void>((resolve) => room.onReconnect(() => resolve()));

    proxy.cut();
    await Promise.all([resumed, back]);
    await new Promise<void>((resolve) => room.onStateChange.once(() => resolve()));

    assert.equal(room.sessionId, sessionId);
    assert.equal(room.state.ships.get(sessionId)?.isConnected, true);
    assert.equal(room.state.ships.get(sessionId)?.name, "Ann");
    await room.leave();
  });

  it("[SES3] gives the seat up when the session does not come back in time", async () => {
    const room = await open(1);
    const left = test.nextEvent("session:left");
    proxy.refuse();

    proxy.cut();

    assert.equal((await left).sessionId, room.sessionId);
  });

  it("[FOV2] end with their room, also where it is told twice that it is another process'", async () => {
    const { roomId } = await open(60);
    const dropped = test.nextEvent("session:dropped");
    const disposed = test.nextEvent("room:disposed");
    await test.colyseus.sdk.joinById(roomId);
    proxy.refuse();
    proxy.cut();
    await dropped;
    const room = matchMaker.getLocalRoomById(roomId) as ServerRoom & { moveAway(): void }; // every room of an app is one

    room.moveAway();
    await new Promise((resolve) => setImmediate(resolve));
    room.moveAway();

    assert.equal((await disposed).roomId, roomId);
  });

  it("[SES4] a client that cuts the line before it is ready for state leaves nothing behind", async () => {
    await open(5).then((room) => room.leave());
    const { openRawClient, KIND } = await import("../support/raw-client.ts");
    const client = await openRawClient(test.httpUrl, "arena");
    await client.frame(KIND.join);
    const left = test.nextEvent("session:left", ({ sessionId }) => sessionId === client.sessionId);

    client.socket.terminate();

    await left;
    assert.equal((await fetch(`${test.httpUrl}/healthz`)).status, 200);
  });
});
