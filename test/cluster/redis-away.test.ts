import assert from "node:assert/strict";
import type { Room } from "@colyseus/sdk";
import { CLOSE_CODES } from "../../src/protocol/protocol.ts";
import { openBoard, pushShape } from "../support/board-seat.ts";
import { TestCluster, turn } from "../support/cluster-processes.ts";

/** More patches than an arena sends within a lease, and the time that it takes to notice that it cannot be renewed. */
const PATCHES = 100;

describe("a cluster whose Redis goes away", function () {
  this.timeout(90_000);
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await TestCluster.start();
  });
  afterEach(() => cluster.stop());

  const patches = (room: Room, count: number): Promise<void> =>
    new Promise((resolve) => {
      let seen = 0;
      room.onStateChange(() => {
        if (++seen === count) resolve();
      });
    });
  /** Rooms on each node and a board, with one client each; what becomes of their seats is written down. */
  const play = async () => {
    const left: number[] = [];
    const arenas = [];
    for (let index = 0; index < 6; index++) arenas.push(await cluster.sdk().create("arena", {}));
    const board = await openBoard(cluster.sdk(), "plans");
    for (const room of [...arenas, board.room]) {
      room.reconnection.enabled = false;
      room.onLeave((code) => left.push(code));
    }
    await Promise.all(arenas.map((room) => patches(room, 1)));
    return { arenas, board, left };
  };
  const create = (): Promise<Response> =>
    fetch(`http://${cluster.address()}/matchmake/create/arena`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
  const untilRoomsAreMade = async (): Promise<void> => {
    while ((await create()).status !== 200) await turn();
  };

  it("[FLT2] goes on: rooms tick, clients stay, newcomers hear when to come back, and all heals by itself", async () => {
    const { arenas, board, left } = await play();
    await cluster.redis.kill();
    await Promise.all(arenas.map((room) => patches(room, PATCHES)));
    const refused = await create();
    const verdict = pushShape(board.room, 1);
    await cluster.redis.restart();
    await untilRoomsAreMade();

    assert.deepEqual([refused.status, Number(refused.headers.get("retry-after")) > 0], [503, true]);
    assert.equal((await verdict).n, 1);
    assert.deepEqual(left, []);
    const joined = await Promise.all(arenas.map(({ roomId }) => cluster.sdk().joinById(roomId)));
    await Promise.all(joined.map((room) => patches(room, 2)));
    assert.ok("outcome" in (await pushShape((await openBoard(cluster.sdk(), "plans")).room, 1)));
  });

  it("[FLT2] goes on while Redis takes connections and answers nothing", async () => {
    const { arenas, left } = await play();
    cluster.redis.pause();
    await Promise.all(arenas.map((room) => patches(room, PATCHES)));
    cluster.redis.resume();
    await untilRoomsAreMade();
    await Promise.all(arenas.map((room) => patches(room, PATCHES / 2)));

    assert.deepEqual(left, []);
  });

  it("[FLT2] writes everything anew where Redis comes back empty, has no room twice, and a process that comes then is one of them", async () => {
    const { arenas, left } = await play();
    const idsOf = async () =>
      (await cluster.rooms("arena")).map(({ roomId, nodeId }) => `${roomId} ${nodeId}`).toSorted();
    const before = await idsOf();
    await cluster.redis.kill();
    await Promise.all(arenas.map((room) => patches(room, PATCHES)));
    await cluster.redis.restart({ isEmpty: true });
    while ((await idsOf().catch(() => [])).length < before.length) await turn();

    assert.deepEqual(await idsOf(), before);
    await untilRoomsAreMade();
    await cluster.add("e2", "edge");
    const again = await Promise.all(arenas.map(({ roomId }) => cluster.sdk("e2").joinById(roomId)));
    await Promise.all(again.map((room) => patches(room, 2)));
    assert.deepEqual(left, []);
  });
});

describe("a node that is to end while Redis stands still", function () {
  this.timeout(60_000);
  let cluster: TestCluster;
  before(async () => {
    cluster = await TestCluster.start({ nodes: ["n1"], args: ["--drain-ms", "300"] });
  });
  after(() => cluster.stop());

  it("[NOD3] has who is in rooms that were kept come back to them also where its time is over before Redis has answered", async () => {
    const board = await openBoard(cluster.sdk(), "plans");
    const rooms = [await cluster.sdk().create("arena", {}), board.room];
    const codes = rooms.map((room) => {
      room.reconnection.enabled = false;
      return new Promise<number>((resolve) => room.onLeave(resolve));
    });
    const isKept = async ({ roomId }: Room): Promise<boolean> =>
      (await cluster.redis.call("HEXISTS", `arena:checkpoint:{${roomId}}`, "content")) === 1;
    for (const room of rooms) while (!(await isKept(room))) await turn();

    cluster.redis.pause();
    cluster.process("n1").child.kill("SIGTERM");

    assert.deepEqual(await Promise.all(codes), [CLOSE_CODES.RECONNECT, CLOSE_CODES.RECONNECT]);
    cluster.redis.resume();
  });
});
