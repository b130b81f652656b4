import assert from "node:assert/strict";
import { startNode } from "../support/start-node.ts";

describe("http", () => {
  it("[HTP1] says that it is alive and ready, and that it is not ready any more while it ends", async () => {
    const test = await startNode();
    const health = await fetch(`${test.httpUrl}/healthz`);
    const ready = await fetch(`${test.httpUrl}/readyz`);
    const statuses: number[] = [];
    const draining = test.nextEvent("node:draining");

    test.node.telemetry.on("node:draining", () => {
      void fetch(`${test.httpUrl}/readyz`).then(
        ({ status }) => statuses.push(status),
        () => statuses.push(0),
      );
    });
    await test.colyseus.sdk.create("synthetic", { id: "keeps the node up for a moment" });
    await Promise.all([test.close(), draining]);

    assert.equal(health.status, 200);
    assert.equal(ready.status, 200);
    assert.notEqual(statuses[0], 200);
  });

  it("[TEL3] measures connections, rooms, sessions, ticks, frames and joins", async () => {
    const test = await startNode();
    const room = await test.colyseus.sdk.joinOrCreate("arena", { bots: 0 });
    await room.waitForNextPatch();
    await test.nextEvent("traffic:counted");

    const text = await (await fetch(`${test.httpUrl}/metrics`)).text();

    for (const expected of [
      /^arena_connections 1$/m,
      /^arena_rooms\{name="arena"\} 1$/m,
      /^arena_sessions\{name="arena"\} 1$/m,
      /^arena_matchmaking_total\{method="joinOrCreate",code="ok"\} 1$/m,
      /^arena_frames_sent_total\{kind="patch"\} [1-9]/m,
      /^arena_tick_lateness_seconds_count\{name="arena"\} [1-9]/m,
      /^arena_tick_duration_seconds_count\{name="arena"\} [1-9]/m,
      /^arena_event_loop_delay_seconds\{quantile="0.99"\} /m,
      /^arena_bytes_sent_total [1-9]/m,
    ]) {
      assert.match(text, expected);
    }
    await room.leave();
    await test.close();
  });

  it("[HTP4] answers the SDK's latency probe and lets go of a socket that names no room", async () => {
    const { WebSocket } = await import("ws");
    const test = await startNode();
    const socket = new WebSocket(test.wsUrl);
    await new Promise((resolve) => socket.once("open", resolve));
    const answered = new Promise<Buffer>((resolve) => socket.once("message", resolve));

    socket.send(new Uint8Array([18]));

    assert.deepEqual([...(await answered)], [18]);
    const code = await new Promise((resolve) => socket.once("close", resolve));
    assert.equal(code, 1000);
    await test.close();
  });
});
