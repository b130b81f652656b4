import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { ColyseusSDK, type Room as SdkRoom } from "@colyseus/sdk";
import { KIND, openRawClient } from "../support/raw-client.ts";
import { TRAP_ROOMS } from "../support/rooms/trap-room.ts";
import { type NodeProcess, spawnNode } from "../support/spawn-node.ts";
import { startNode, type TestNode } from "../support/start-node.ts";
import { joinTrap } from "../support/traps.ts";

const HEARTBEAT_MS = 2000;

describe("connections to a node that is stopped for a while", function () {
  this.timeout(60_000);
  let node: NodeProcess;
  before(() => {
    node = spawnNode(["--port", "0", "--host", "127.0.0.1", "--heartbeat-ms", String(HEARTBEAT_MS)]);
  });
  after(async () => {
    node.child.kill("SIGKILL");
    await node.ended;
  });

  it("[HB1] all live on", async () => {
    const { port } = await node.ready;
    const lost: number[] = [];
    const rooms = await Promise.all(Array.from({ length: 5 }, () => join(port, lost)));
    const idle = await openRawClient(`http://127.0.0.1:${port}`, "lobby");
    idle.socket.once("close", (code) => lost.push(code));
    await idle.frame(KIND.join);
    idle.acknowledgeJoin();

    node.child.kill("SIGSTOP");
    await elapsed(10_000);
    node.child.kill("SIGCONT");

    await Promise.all(rooms.map((room) => patches(room, 120))); // 6 s, three heartbeats
    assert.deepEqual(lost, []);
    await Promise.all(rooms.map((room) => room.leave()));
    idle.socket.terminate();
  });
});

describe("connections that say nothing", function () {
  this.timeout(40_000);
  let test: TestNode;
  before(async () => {
    test = await startNode({ heartbeatMs: HEARTBEAT_MS, joinMs: 1000 }, TRAP_ROOMS);
  });
  after(() => test.close());

  it("[HB1] are found within two heartbeats", async () => {
    const found = test.nextEvent("error:refused", ({ code }) => code === "PEER_SILENT");
    const closed = test.nextEvent("connection:closed");
    const client = await openRawClient(test.httpUrl, "trap");
    await client.frame(KIND.join);
    client.acknowledgeJoin();
    await client.frame(KIND.state);

    client.socket.pause(); // pings are not read, and so not answered

    assert.equal((await found).sessionId, client.sessionId);
    const { durationMs } = await closed;
    assert.ok(durationMs > HEARTBEAT_MS && durationMs < 2 * HEARTBEAT_MS + 500, `${durationMs} ms`);
    client.socket.terminate();
  });

  it("[HB1] live on while they answer pings", async () => {
    const client = await openRawClient(test.httpUrl, "trap");
    await client.frame(KIND.join);
    client.acknowledgeJoin();

    for (let pings = 0; pings < 4; pings++) await once(client.socket, "ping");

    assert.equal(client.socket.readyState, client.socket.OPEN);
    client.socket.terminate();
  });

  it("[OUT1] are closed with 4002 when they do not say in time that they are ready", async () => {
    const client = await openRawClient(test.httpUrl, "trap");

    assert.deepEqual(await client.closed, { code: 4002, reason: "JOIN_TOO_SLOW" });
    assert.equal(await test.metric('arena_refusals_total{code="JOIN_TOO_SLOW",where="socket"}'), 1);
  });

  it("[FLT3] are cut before they have made themselves known, while others join", async () => {
    const mute = await Promise.all(Array.from({ length: 200 }, () => dial(test.node.port)));
    const slow = await Promise.all(Array.from({ length: 200 }, () => dial(test.node.port)));
    for (const socket of slow) socket.write("GET /process/room HTTP/1.1\r\nHost: a\r\n");
    const drips = setInterval(() => slow.forEach((socket) => void socket.write("X-Slow: 1\r\n")), 1000);
    const cut = Promise.all([...mute, ...slow].map((socket) => once(socket, "close")));

    const room = await joinTrap(test.node.port);

    assert.equal(await room.request("echo", 1), 1);
    await cut;
    clearInterval(drips);
    await room.leave();
  });
});

describe("every kind of message", () => {
  let test: TestNode;
  let room: SdkRoom;
  before(async () => {
    test = await startNode({}, TRAP_ROOMS);
  });
  beforeEach(async () => {
    room = await joinTrap(test.node.port);
  });
  afterEach(() => room.leave());
  after(() => test.close());

  it("is answered where it is a request", async () => {
    assert.deepEqual(await room.request("echo", { some: ["thing"] }), { some: ["thing"] });
  });

  it("comes as bytes where it was sent as bytes", async () => {
    const came = new Promise<Uint8Array>((resolve) => room.onMessage("bytes", resolve));

    room.send("bytes", [1, 2, 3]);

    assert.deepEqual([...(await came)], [1, 2, 3]);
  });

  it("comes after the patch where it was sent to come after the next patch", async () => {
    const padding = new Promise((resolve) => room.onMessage("announced", () => resolve(room.state.padding)));

    room.send("announce");

    assert.equal(await padding, "announced");
  });
});

async function join(port: number, lost: number[]): Promise<SdkRoom> {
  const room = await new ColyseusSDK(`http://127.0.0.1:${port}`).joinOrCreate("arena");
  room.onDrop((code) => lost.push(code));
  return room;
}

/** Resolves when that many patches have come. */
function patches(room: SdkRoom, count: number): Promise<void> {
  let left = count;
  return new Promise((resolve) => {
    room.onStateChange(() => {
      if (--left === 0) resolve();
    });
  });
}

/** Nothing tells how long a stopped process stands still but the time itself. */
function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {}); // shown by its close
  await once(socket, "connect");
  socket.resume();
  return socket;
}
