import assert from "node:assert/strict";
import { startNode, type TestNode } from "../support/start-node.ts";

interface SyntheticState {
  readonly entities: Map<string, { x: number; y: number }>;
}

describe("the synthetic room", () => {
  let test: TestNode;
  afterEach(() => test.close());

  it("[SYN1] answers freeze with exactly the state that the client holds after the last patch", async () => {
    test = await startNode();
    const room = await test.colyseus.sdk.joinOrCreate("synthetic", { entities: 200, changed: 50, tickMs: 10 });
    await room.waitForInitialState();
    const answered = new Promise<{ entities: Record<string, [number, number]> }>((resolve) =>
      room.onMessage("frozen", resolve),
    );
    for (let patches = 0; patches < 5; patches++) await room.waitForNextPatch();

    room.send("freeze");

    const { entities } = await answered;
    const held = [...(room.state as SyntheticState).entities].map(([key, { x, y }]) => [key, [x, y]]);
    assert.deepEqual(Object.fromEntries(held), entities);
    assert.equal(held.length, 200);
  });

  it("[SYN1] sends the noise that was asked for, each tick", async () => {
    test = await startNode();
    const room = await test.colyseus.sdk.joinOrCreate("synthetic", {
      tickMs: 10,
      messageBytes: 33,
      messagesPerTick: 3,
    });
    const sizes: number[] = [];
    room.onMessage("noise", (bytes: Uint8Array) => sizes.push(bytes.byteLength));
    await room.waitForInitialState();
    await room.waitForNextPatch();
    sizes.length = 0;

    await room.waitForNextPatch();

    assert.deepEqual(sizes, [33, 33, 33]);
  });

  it("[SYN1] picks the instance by its id", async () => {
    test = await startNode();

    const [a, b, again] = [
      await test.colyseus.sdk.joinOrCreate("synthetic", { id: "a" }),
      await test.colyseus.sdk.joinOrCreate("synthetic", { id: "b" }),
      await test.colyseus.sdk.joinOrCreate("synthetic", { id: "a" }),
    ];

    assert.notEqual(a.roomId, b.roomId);
    assert.equal(a.roomId, again.roomId);
  });

  it("[SYN2] is not offered unless it was allowed", async () => {
    test = await startNode({ isSyntheticAllowed: false });

    await assert.rejects(test.colyseus.sdk.joinOrCreate("synthetic"), /ROOM_NAME_UNKNOWN/);
  });

  it("[OUT3] is exact for a client whose frames are compressed", async () => {
    test = await startNode({ isCompressed: true });
    const room = await test.colyseus.sdk.joinOrCreate("synthetic", { entities: 300, changed: 100, tickMs: 10 });
    await room.waitForInitialState();
    const answered = new Promise<{ entities: Record<string, [number, number]> }>((resolve) =>
      room.onMessage("frozen", resolve),
    );
    for (let patches = 0; patches < 20; patches++) await room.waitForNextPatch();

    room.send("freeze");

    const { entities } = await answered;
    const held = [...(room.state as SyntheticState).entities].map(([key, { x, y }]) => [key, [x, y]]);
    assert.deepEqual(Object.fromEntries(held), entities);
  });
});
