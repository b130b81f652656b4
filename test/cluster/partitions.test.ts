import assert from "node:assert/strict";
import type { Room } from "@colyseus/sdk";
import { openBoard, pushShape } from "../support/board-seat.ts";
import { TestCluster, turn } from "../support/cluster-processes.ts";
import { type FaultProxy, openFaultProxy } from "../support/fault-proxy.ts";

const NODES = ["n1", "n2", "n3"];
const EDGES = ["e1", "e2", "e3"];
/** How far the wall clocks of some processes are off. */
const SKEW_MS: Readonly<Record<string, number>> = { n1: 120_000, n2: -120_000, e2: 60_000 };

describe("a cluster of three edges and three nodes, whose clocks differ and whose lines to Redis can be cut", function () {
  this.timeout(90_000);
  let cluster: TestCluster;
  const lines = new Map<string, FaultProxy>();
  before(async () => {
    cluster = await TestCluster.start({
      nodes: NODES,
      edges: EDGES,
      args: ["--synthetic"],
      prepare: async ({ port }) => {
        for (const name of NODES) lines.set(name, await openFaultProxy({ targetPort: port }));
      },
      redisUrl: (name, redis) => `redis://127.0.0.1:${lines.get(name)?.port ?? redis.port}`,
      nodeFlags: (name) => ["--import", shiftClock(SKEW_MS[name] ?? 0)],
    });
  });
  after(async () => {
    await cluster.stop();
    await Promise.all([...lines.values()].map((line) => line.close()));
  });

  const patches = (room: Room, count: number): Promise<void> =>
    new Promise((resolve) => {
      let seen = 0;
      room.onStateChange(() => {
        if (++seen === count) resolve();
      });
    });
  const ownerOf = async (name: string, roomId: string): Promise<string | undefined> =>
    (await cluster.rooms(name)).find((room) => room.roomId === roomId)?.nodeId;
  const untilOwnedElsewhere = async (name: string, roomId: string, nodeId: string | undefined): Promise<void> => {
    while ((await ownerOf(name, roomId)) === nodeId) await turn();
  };
  const moving = { entities: 10, changed: 5, tickMs: 50 };

  it("[FWD1] has every edge lead to every node", async () => {
    const rooms = [];
    for (const edge of EDGES)
      for (let index = 0; index < 4; index++) rooms.push(await cluster.sdk(edge).create("arena", {}));

    await Promise.all(rooms.map((room) => patches(room, 3)));

    assert.deepEqual(new Set((await cluster.rooms("arena")).map(({ nodeId }) => nodeId)), new Set(NODES));
    const others = await Promise.all(rooms.map(({ roomId }, n) => cluster.sdk(EDGES[n % 3]).joinById(roomId)));
    await Promise.all(others.map((room) => patches(room, 1)));
    await Promise.all([...rooms, ...others].map((room) => room.leave()));
  });

  it("[OWN1] has a node that alone is cut off from Redis fall silent before another has its room, and lead its clients there", async () => {
    const options = { id: crypto.randomUUID(), ...moving };
    const before = await cluster.sdk("e1").joinOrCreate("synthetic", options);
    before.reconnection.enabled = false;
    const left = new Promise<number>((resolve) => before.onLeave(resolve));
    let lastMs = 0;
    before.onStateChange(() => {
      lastMs = performance.now();
    });
    await patches(before, 2);
    const owner = await ownerOf("synthetic", before.roomId);
    const line = lines.get(owner ?? "");

    line?.refuse();
    line?.cut();
    await untilOwnedElsewhere("synthetic", before.roomId, owner);
    const after = await cluster.sdk("e3").joinOrCreate("synthetic", options);
    const firstMs = performance.now();
    await patches(after, 20);
    const silentMs = lastMs;
    line?.accept();

    assert.equal(await left, 4010);
    assert.ok(silentMs < firstMs, `it sent something ${silentMs - firstMs} ms after another had its room`);
    assert.equal(lastMs, silentMs);
    assert.notEqual(await ownerOf("synthetic", after.roomId), owner);
    await after.leave();
  });

  it("[OWN1] has a node that alone is cut off from Redis let nobody in, who then has a seat with the next owner", async () => {
    const options = { id: crypto.randomUUID(), ...moving, durability: "checkpoint" };
    const { roomId } = await cluster.sdk("e1").joinOrCreate("synthetic", options);
    const owner = (await ownerOf("synthetic", roomId)) ?? "";
    const room = await cluster.sdk(owner).joinOrCreate("synthetic", options);
    Object.assign(room.reconnection, { minUptime: 0, maxDelay: 200, maxRetries: 100 });
    const back = new Promise<string>((resolve) => {
      room.onReconnect(() => resolve("back"));
      room.onLeave((code) => resolve(`left: ${code}`));
    });
    await patches(room, 30); // it is kept once a second
    const line = lines.get(owner);

    line?.refuse();
    line?.cut();
    while ((await fetch(`http://${cluster.address(owner)}/readyz`)).ok) await turn();
    room.connection.close();
    await untilOwnedElsewhere("synthetic", roomId, owner);
    const isBackEarly = await Promise.race([back, turn().then(() => "not yet")]);
    line?.accept();

    assert.deepEqual([isBackEarly, await back], ["not yet", "back"]);
    await patches(room, 20);
    await room.leave();
  });

  it("[OWN4] opens a board elsewhere with all that was acknowledged, whatever the clocks of the two owners say", async () => {
    const id = crypto.randomUUID();
    const before = await openBoard(cluster.sdk("e1"), id);
    for (let n = 1; n <= 5; n++) assert.ok("outcome" in (await pushShape(before.room, n)));
    const owner = await ownerOf("whiteboard", before.room.roomId);
    const line = lines.get(owner ?? "");

    line?.refuse();
    line?.cut();
    const late = Promise.race([
      pushShape(before.room, 6).then((answer) => "outcome" in answer),
      new Promise<false>((resolve) => {
        before.room.onLeave(() => resolve(false));
        before.room.onReconnect(() => resolve(false)); // led to the next owner on the line that it has
      }),
    ]);
    await untilOwnedElsewhere("whiteboard", before.room.roomId, owner);
    const after = await openBoard(cluster.sdk("e2"), id);
    const verdict = await pushShape(after.room, 1);
    line?.accept();

    assert.equal(after.welcome.seq, 5);
    assert.ok("outcome" in verdict);
    assert.equal(await late, false, "the old owner acknowledged what it could not keep");
    await after.room.leave();
  });
});

/** Has the wall clock of a process be off by so much, and leaves its monotonic one alone. */
function shiftClock(ms: number): string {
  return `data:text/javascript,const now=Date.now;globalThis.Date=class extends Date{constructor(...a){super(...(a.length?a:[now()+${ms}]))}static now(){return now()+${ms}}}`;
}
