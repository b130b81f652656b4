import assert from "node:assert/strict";
import { ColyseusSDK, type Room } from "@colyseus/sdk";
import type { OpAck, OpSnap, OpWelcome } from "../../src/protocol/protocol.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { type NodeProcess, spawnNode } from "../support/spawn-node.ts";

const ADMIN = "an-admin-token-for-tests";
const NODES = ["n1", "n2", "n3"];
/** Use of the event loop at which it says nothing about where a room should be. */
const AT_REST = 0.4;

interface ListedNode {
  readonly nodeId: string;
  readonly role: string;
  readonly pid: number;
  /** Undefined before it has told it. */
  readonly load?: { readonly loop: number };
}

interface ListedRoom {
  readonly roomId: string;
  readonly nodeId: string;
}

describe("a cluster of an edge and three nodes", function () {
  this.timeout(60_000);
  let redis: TestRedis;
  let processes: Map<string, NodeProcess>;
  let edge: string;

  const spawn = (name: string, role: string): NodeProcess =>
    spawnNode(["--port", "0", "--host", "127.0.0.1", "--role", role, "--node-id", name], {
      REDIS_URL: redis.url,
      ARENA_ADMIN_TOKEN: ADMIN,
      ARENA_DATA_DIR: `/tmp/arena-test-${process.pid}`,
    });
  beforeEach(async () => {
    redis = await startRedis({ appendonly: "yes", appendfsync: "always" });
    processes = new Map([
      ...NODES.map((name) => [name, spawn(name, "node")] as const),
      ["edge", spawn("edge", "edge")],
    ]);
    const ready = await Promise.all([...processes.values()].map((each) => each.ready));
    edge = `127.0.0.1:${ready.at(-1)?.port}`;
    // A machine that is still busy with starting them would be a reason to have all rooms on one node.
    while ((await nodes()).filter(({ load }) => load && load.loop < AT_REST).length < NODES.length) await turn();
  });
  afterEach(async () => {
    for (const { child } of processes.values()) child.kill("SIGKILL");
    await Promise.all([...processes.values()].map(({ ended }) => ended));
    await redis.stop();
  });

  /** What is asked for over HTTP takes its time by itself. */
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const ask = async (path: string): Promise<unknown> => {
    const answer = await fetch(`http://${edge}${path}`, { headers: { authorization: `Bearer ${ADMIN}` } });
    assert.equal(answer.status, 200);
    return answer.json();
  };
  const nodes = async (): Promise<readonly ListedNode[]> =>
    ((await ask("/api/nodes")) as { nodes: ListedNode[] }).nodes;
  const rooms = async (name: string): Promise<readonly ListedRoom[]> =>
    ((await ask(`/api/rooms?name=${name}`)) as { rooms: ListedRoom[] }).rooms;
  const sdk = (): ColyseusSDK => new ColyseusSDK(`http://${edge}`);
  const next = <P>(room: Room, type: string): Promise<P> =>
    new Promise((resolve) => void room.onMessage(type, resolve));
  const openBoard = async (id: string) => {
    const room = await sdk().joinOrCreate("whiteboard", { id });
    room.reconnection.enabled = false;
    const [welcome, snap] = [next<OpWelcome>(room, "op:welcome"), next<OpSnap>(room, "op:snap")];
    for (const type of ["op:batch", "eph", "op:nack"]) room.onMessage(type, () => {});
    room.send("op:hello", { clientId: crypto.randomUUID() });
    return { room, welcome: await welcome, snap: await snap };
  };

  it("[FWD1] lets a stock SDK play behind the edge on whichever node its room is, and spreads the rooms", async () => {
    const joined = [];
    for (let index = 0; index < 6; index++) joined.push(await sdk().create("arena", {}));

    await Promise.all(joined.map((room) => new Promise<void>((resolve) => room.onStateChange.once(() => resolve()))));

    const hosts = new Set((await rooms("arena")).map(({ nodeId }) => nodeId));
    assert.ok(hosts.size > 1, `all rooms are on ${[...hosts]}`);
    await Promise.all(joined.map((room) => room.leave()));
  });

  it("[OWN2] opens a board once, whoever asks for it where at the same time", async () => {
    const seats = await Promise.all(
      Array.from({ length: 12 }, () => sdk().joinOrCreate("whiteboard", { id: "plans" })),
    );

    assert.equal(new Set(seats.map(({ roomId }) => roomId)).size, 1);
    assert.equal((await rooms("whiteboard")).length, 1);
  });

  it("[OWN4] opens the boards of a killed node on another when its lease has ended, with all that was acknowledged", async () => {
    const before = await openBoard("plans");
    const acked = next<OpAck>(before.room, "op:ack");
    const shape = { t: "create", id: "s1", type: "rect", g: { pos: { x: 1, y: 2, r: 0 }, size: { w: 9, h: 9 } } };
    before.room.send("op:push", { n: 1, ops: [shape] });
    const { seq } = await acked;
    const [board] = await rooms("whiteboard");
    const left = new Promise((resolve) => before.room.onLeave(resolve));

    processes.get(board?.nodeId ?? "")?.child.kill("SIGKILL");
    await left;
    const killedMs = performance.now();
    while ((await rooms("whiteboard")).length > 0) await turn();
    const hiddenMs = performance.now() - killedMs;
    const after = await openBoard("plans");

    // Its lease ends 2 s after its last renewal; the rest of the bound is for a machine that is busy with something else.
    assert.ok(hiddenMs < 6000, `its room was offered for ${hiddenMs} ms`);
    assert.deepEqual([after.room.roomId, after.welcome.seq], [before.room.roomId, seq]);
    assert.notEqual((await rooms("whiteboard"))[0]?.nodeId, board?.nodeId);
  });

  it("[OWN1] has a frozen node find out that its board is another's, and lead its clients there", async () => {
    const before = await openBoard("plans");
    const [board] = await rooms("whiteboard");
    const frozen = processes.get(board?.nodeId ?? "");
    const left = new Promise<number>((resolve) => before.room.onLeave(resolve));
    frozen?.child.kill("SIGSTOP");
    while ((await rooms("whiteboard")).length > 0) await turn();
    const after = await openBoard("plans");

    frozen?.child.kill("SIGCONT");

    assert.equal(await left, 4010);
    const acked = next<OpAck>(after.room, "op:ack");
    after.room.send("op:push", {
      n: 1,
      ops: [{ t: "create", id: "s2", type: "rect", g: { pos: { x: 1, y: 2, r: 0 } } }],
    });
    assert.equal((await acked).outcome, "commit");
  });

  it("[FWD3] refuses what pretends to be passed on by the cluster", async () => {
    const answer = await fetch(`http://${edge}/matchmake/joinOrCreate/arena`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-arena-passage": "eyJhZGRyZXNzIjoiMSJ9.forged" },
      body: "{}",
    });

    assert.equal(answer.status, 403);
  });

  it("[OWN5] ends a second process that comes with the name of one that lives", async () => {
    const twin = spawn("n1", "node");

    assert.equal(await twin.ended, 1);
    assert.match(twin.stderr(), /Arena cannot start\. Another process of this cluster has that name\. It is "n1"\./);
  });
});
