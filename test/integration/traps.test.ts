import assert from "node:assert/strict";
import { TRAP_ROOMS } from "../support/rooms/trap-room.ts";
import { type NodeProcess, spawnServer } from "../support/spawn-node.ts";
import { startNode, type TestNode } from "../support/start-node.ts";
import {
  arrayOfJoiner,
  comeBack,
  joinTrap,
  leaveWhileJoining,
  waitingForUnread,
  waitingForUnready,
  wrongAfterStall,
} from "../support/traps.ts";

const HARD_BYTES = 1_048_576;

/** Hides a package that happens to be there with our tools and hides rejections that end the process without it. */
const WITHOUT_PM2 = `--import=data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({
    resolve(name, context, next) {
      if (name === "@pm2/io") throw new Error("not installed");
      return next(name, context);
    },
  });
`)}`;

describe("what plain Colyseus gets wrong", function () {
  this.timeout(30_000);
  let plain: NodeProcess | undefined;
  afterEach(async () => {
    plain?.child.kill("SIGKILL");
    await plain?.ended;
    plain = undefined;
  });

  const startPlain = async (...flags: string[]): Promise<{ port: number; ended: Promise<number | string> }> => {
    plain = spawnServer([WITHOUT_PM2, ...flags, "test/support/plain-colyseus.ts"]);
    const { port } = await plain.ready;
    return { port, ended: plain.ended };
  };

  it("plain Colyseus: leaves a client that stalled with wrong entities for ever", async () => {
    const { port } = await startPlain();

    assert.ok((await wrongAfterStall(port)) > 0);
  });

  it("plain Colyseus: lets bytes wait without bound for a client that does not read", async () => {
    const { port } = await startPlain();

    assert.ok((await waitingForUnread(port)) > 4 * HARD_BYTES);
  });

  it("plain Colyseus: lets bytes wait without bound for a client that is not ready", async () => {
    const { port } = await startPlain();

    assert.ok((await waitingForUnready(port)) > 4 * HARD_BYTES);
  });

  it("plain Colyseus: gives a client that joins between two patches a wrong array", async () => {
    const { port } = await startPlain();

    const { held, truth } = await arrayOfJoiner(port);

    assert.notDeepEqual(held, truth);
  });

  it("plain Colyseus: ends when a client leaves while it joins", async () => {
    const { port, ended } = await startPlain();

    await leaveWhileJoining(port);

    assert.equal(await ended, 1);
  });

  it("plain Colyseus: ends when a handler throws", async () => {
    const { port, ended } = await startPlain();

    (await joinTrap(port)).send("boom");

    assert.equal(await ended, 1);
  });

  it("plain Colyseus: lets nobody back on a Node without WebSocket of its own", async () => {
    const { port } = await startPlain("--no-experimental-websocket");

    await assert.rejects(comeBack(port));
  });
});

describe("what Arena gets right where plain Colyseus does not", function () {
  this.timeout(30_000);
  let test: TestNode;
  let port: number;
  before(async () => {
    test = await startNode({ hardBytes: HARD_BYTES }, TRAP_ROOMS);
    ({ port } = test.node);
  });
  after(() => test.close());

  it("[OUT2] [OUT3] a client that stalled ends with no wrong entity", async () => {
    assert.equal(await wrongAfterStall(port), 0);
  });

  it("[OUT1] no more than the hard bound waits for a client that does not read", async () => {
    const most = await waitingForUnread(port);

    assert.ok(most > 0 && most <= HARD_BYTES, `${most} bytes`);
  });

  it("[OUT1] no more than the hard bound waits for a client that is not ready", async () => {
    const most = await waitingForUnready(port);

    assert.ok(most > 0 && most <= HARD_BYTES, `${most} bytes`);
  });

  it("[OUT3] a client that joins between two patches holds the room's array", async () => {
    const { held, truth } = await arrayOfJoiner(port);

    assert.deepEqual(held, truth);
  });

  it("[FLT1] a client that leaves while it joins ends nothing", async () => {
    await leaveWhileJoining(port);

    const room = await joinTrap(port);
    assert.equal(await room.request("echo", 1), 1);
    await room.leave();
  });

  it("[FLT1] a handler that throws ends nothing", async () => {
    const room = await joinTrap(port);

    await assert.rejects(room.request("boom"));

    assert.equal(await room.request("echo", 1), 1);
    await room.leave();
  });

  it("[SES2] a client that lost its connection takes its seat again", async () => {
    await comeBack(port);
  });
});
