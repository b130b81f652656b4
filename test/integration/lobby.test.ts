import assert from "node:assert/strict";
import type { Room } from "@colyseus/sdk";
import type { LobbyState } from "../../rooms/lobby/lobby-state.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

describe("the lobby room", () => {
  let test: TestNode;
  let lobby: Room<unknown, LobbyState>;
  beforeEach(async () => {
    test = await startNode();
    lobby = (await test.colyseus.sdk.joinOrCreate("lobby")) as typeof lobby; // the SDK cannot know the type
    await lobby.waitForInitialState();
  });
  afterEach(() => test.close());

  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await lobby.waitForNextPatch();
  };

  it("[LOB1] shows a public arena with its players and bots as they come and go", async () => {
    const first = await test.colyseus.sdk.create("arena", { bots: 2 });
    await until(() => lobby.state.rooms.get(first.roomId)?.bots === 2);
    const second = await test.colyseus.sdk.joinById(first.roomId);
    await until(() => lobby.state.rooms.get(first.roomId)?.players === 2);

    await second.leave();
    await until(() => lobby.state.rooms.get(first.roomId)?.players === 1);

    const card = lobby.state.rooms.get(first.roomId);
    assert.deepEqual([card?.maxPlayers, card?.phase, card?.round], [32, "playing", 1]);
  });

  it("[LOB1] takes a room off the list when it ends", async () => {
    const room = await test.colyseus.sdk.create("arena", { bots: 0 });
    await until(() => lobby.state.rooms.has(room.roomId));

    await room.leave();

    await until(() => !lobby.state.rooms.has(room.roomId));
  });

  it("[LOB1] shows rooms that were there before it", async () => {
    const room = await test.colyseus.sdk.create("arena", { bots: 0 });
    await until(() => lobby.state.rooms.has(room.roomId));
    const ended = test.nextEvent("room:disposed", ({ name }) => name === "lobby");
    await lobby.leave();
    await ended;

    lobby = (await test.colyseus.sdk.joinOrCreate("lobby")) as typeof lobby; // as above
    await lobby.waitForInitialState();

    assert.ok(lobby.state.rooms.has(room.roomId));
  });

  it("[LOB2] never shows a private room", async () => {
    const hidden = await test.colyseus.sdk.create("arena", { private: true });
    const shown = await test.colyseus.sdk.create("arena", {});
    await until(() => lobby.state.rooms.get(shown.roomId)?.players === 1);

    assert.equal(lobby.state.rooms.has(hidden.roomId), false);
  });

  it("answers a ping with its payload", async () => {
    const answered = new Promise((resolve) => lobby.onMessage("pong", resolve));

    lobby.send("ping", 42);

    assert.equal(await answered, 42);
  });
});
