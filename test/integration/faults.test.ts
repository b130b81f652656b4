import assert from "node:assert/strict";
import { startNode, type TestNode } from "../support/start-node.ts";

describe("faults in rooms", () => {
  let test: TestNode;
  before(async () => {
    test = await startNode({ maxRoomErrors: 5 });
  });
  after(() => test.close());

  it("[FLT1] a handler that throws leaves the room, its other clients and the node as they were", async () => {
    const thrower = await test.colyseus.sdk.joinOrCreate("synthetic", { id: "one", tickMs: 10 });
    const other = await test.colyseus.sdk.joinOrCreate("synthetic", { id: "one" });
    const failed = test.nextEvent("room:failed");
    const echoed = new Promise((resolve) => other.onMessage("echo", resolve));

    thrower.send("boom");
    other.send("echo", { still: "here" });

    assert.equal((await failed).hook, "message boom");
    assert.deepEqual(await echoed, { still: "here" });
    await Promise.all([thrower.leave(), other.leave()]);
  });

  it("[FLT1] tells the sender that its message failed", async () => {
    const room = await test.colyseus.sdk.joinOrCreate("synthetic", { id: "two" });
    const told = new Promise<string>((resolve) => room.onError((_code, message) => resolve(message ?? "")));

    room.send("boom");

    assert.match(await told, /^HANDLER_FAILED/);
    await room.leave();
  });

  it("[FLT4] a room that fails too often is closed with 4501, and only that room", async () => {
    const failing = await test.colyseus.sdk.joinOrCreate("synthetic", { id: "three" });
    const healthy = await test.colyseus.sdk.joinOrCreate("synthetic", { id: "four" });
    const closed = new Promise((resolve) => failing.onLeave(resolve));
    const echoed = new Promise((resolve) => healthy.onMessage("echo", resolve));

    for (let sent = 0; sent < 5; sent++) failing.send("boom");

    assert.equal(await closed, 4501);
    healthy.send("echo", 1);
    assert.equal(await echoed, 1);
    await healthy.leave();
  });
});
