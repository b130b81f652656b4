import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Packr, pack } from "msgpackr";
import { type BoardClient, joinBoard, note } from "../support/board-client.ts";
import { openFaultProxy } from "../support/fault-proxy.ts";
import { LaneInbox, read } from "../support/lane-client.ts";
import { KIND, openRawClient } from "../support/raw-client.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

const KEY = "a-key-of-sixteen-and-more";
const MAX_REFUSALS = 10;
/** MessagePack of `{k: "a", v:` */
const EPHEMERAL_HEAD = Uint8Array.of(0x82, 0xa1, 0x6b, 0xa1, 0x61, 0xa1, 0x76);

describe("the op lane of a node", () => {
  let test: TestNode;
  let board: string;
  before(async () => {
    test = await startNode({ maxRefusals: MAX_REFUSALS, maxFrameBytes: 300_000 });
  });
  after(() => test.close());
  beforeEach(() => {
    board = randomUUID();
  });

  const join = (more: Parameters<typeof joinBoard>[2] = {}): Promise<BoardClient> => joinBoard(test.wsUrl, board, more);
  const guestToken = async (): Promise<string> => {
    const answer = await fetch(`${test.httpUrl}/api/token`, { method: "POST" });
    return ((await answer.json()) as { token: string }).token;
  };

  it("[OPL1] takes a push, acknowledges it, and shows it to the others and to who comes later", async () => {
    const [ann, bob] = [await join(), await join()];

    ann.push(1, note("a"));

    const ack = await ann.next("op:ack");
    await bob.next("op:batch");
    const late = await join();
    const [[id] = []] = (await late.next("op:snap")).data;
    assert.deepEqual(ack, { n: 1, seq: 1, outcome: "commit" });
    assert.deepEqual([bob.followed(), id], [1, "a"]);
  });

  it("[OPL1] answers HELLO to a push before hello, and goes on", async () => {
    const ann = await join({ isSilent: true });

    ann.push(1, note("a"));
    const { code } = await ann.next("op:nack");
    ann.hello();
    ann.push(1, note("a"));

    assert.equal(code, "HELLO");
    assert.equal((await ann.next("op:ack")).n, 1);
  });

  for (const [what, payload] of [
    ["nothing", undefined],
    ["a number", 7],
    ["no number", { ops: [note("a")] }],
    ["number 0", { n: 0, ops: [note("a")] }],
    ["number -1", { n: -1, ops: [note("a")] }],
    ["number 1.5", { n: 1.5, ops: [note("a")] }],
    ["number 2^53", { n: 2 ** 53, ops: [note("a")] }],
    ["number NaN", { n: Number.NaN, ops: [note("a")] }],
    ["a number as text", { n: "1", ops: [note("a")] }],
    ["a number that cannot be turned into one", { n: { toString: 1, valueOf: 1 }, ops: [] }],
    ["no ops", { n: 1, ops: [] }],
    ["300 ops", { n: 1, ops: Array.from({ length: 300 }, (_, index) => note(`n${index}`)) }],
    ["an op of an unknown kind", { n: 1, ops: [{ t: "explode", id: "a" }] }],
    ["an unknown id", { n: 1, ops: [{ t: "del", id: "nowhere" }] }],
    ["a good op and an unknown id", { n: 1, ops: [note("a"), { t: "del", id: "nowhere" }] }],
    [
      "a shape in itself",
      { n: 1, ops: [note("a"), { t: "set", id: "a", g: "tree", v: { parentId: "a", index: "a" } }] },
    ],
    [
      "NaN for a place",
      { n: 1, ops: [{ t: "create", id: "a", type: "n", g: { pos: { x: Number.NaN, y: 0, r: 0 } } }] },
    ],
    ["a style that is 500 deep", { n: 1, ops: [{ t: "create", id: "a", type: "n", g: { style: nested(500) } }] }],
    ["a text over its bound", { n: 1, ops: [note("a", "x".repeat(20_001))] }],
  ] as const) {
    it(`[BRD4] [OPL2] answers INVALID to a push of ${what}, changes nothing, and takes that number afterwards`, async () => {
      const ann = await join();

      ann.room.send("op:push", payload);
      const { code } = await ann.next("op:nack");
      ann.push(1, note("good"));

      assert.equal(code, "INVALID");
      assert.equal((await ann.next("op:ack")).seq, 1);
      assert.deepEqual(
        (await (await join()).next("op:snap")).data.map(([id]) => id),
        ["good"],
      );
    });
  }

  it("[OPL2] answers GAP with what is due, and takes it then", async () => {
    const ann = await join();

    ann.push(5, note("a"));
    const { code, expected } = await ann.next("op:nack");
    ann.push(expected, note("a"));

    assert.deepEqual([code, expected], ["GAP", 1]);
    assert.equal((await ann.next("op:ack")).n, 1);
  });

  it("[OPL2] goes on with a client of whose pushes 100 were on their way behind a refused one", async () => {
    const ann = await join();
    ann.push(1, { t: "del", id: "nowhere" });
    for (let n = 2; n <= 101; n++) ann.push(n, note(`n${n}`));
    await ann.next("op:nack", 101);

    for (let n = 1; n <= 100; n++) ann.push(n, note(`n${n}`));

    assert.equal((await ann.next("op:ack", 100)).seq, 100);
    assert.deepEqual(ann.errors, []);
  });

  it("[OPL2] closes with 4500 one who repeats faults, of which the others notice nothing", async () => {
    const [eve, bob] = [await join(), await join()];

    for (let count = 0; count <= MAX_REFUSALS; count++) eve.push(1, { t: "zap", id: "nowhere" } as never);
    const code = await eve.closed;
    bob.push(1, note("a"));

    assert.equal(code, 4500);
    assert.equal((await bob.next("op:ack")).seq, 1);
    assert.deepEqual([bob.errors, bob.of("op:nack")], [[], []]);
  });

  it("[OPL2] lets one go on whose pushes are only ruled out, many of them in a row", async () => {
    const ann = await join();

    for (let count = 0; count <= 2 * MAX_REFUSALS; count++) ann.push(1, { t: "del", id: "nowhere" });
    ann.push(1, note("a"));

    assert.equal((await ann.next("op:ack")).n, 1);
    assert.deepEqual(ann.errors, []);
  });

  it("[BRD3] refuses shapes that lie in one another without end", async () => {
    const ann = await join();
    const nested = (index: number) => ({
      ...note(`n${index}`),
      g: { tree: { parentId: index === 0 ? null : `n${index - 1}`, index: "a" } },
    });

    ann.push(1, ...Array.from({ length: 100 }, (_, index) => nested(index)));

    assert.match((await ann.next("op:nack")).detail ?? "", /at most 64 deep/);
  });

  it("[OPL2] refuses a push over the bound of messages with MESSAGE_TOO_LARGE, and goes on", async () => {
    const ann = await join();

    ann.push(1, ...Array.from({ length: 14 }, (_, index) => note(`n${index}`, "x".repeat(20_000))));
    await ann.until(() => ann.errors.length > 0);
    ann.push(1, note("a"));

    assert.match(ann.errors[0] ?? "", /^MESSAGE_TOO_LARGE/);
    assert.equal((await ann.next("op:ack")).n, 1);
  });

  it("closes the connection of a frame over the bound of sockets, of which the others notice nothing", async () => {
    const [eve, bob] = [await join(), await join()];
    eve.room.reconnection.enabled = false;

    eve.push(1, ...Array.from({ length: 20 }, (_, index) => note(`n${index}`, "x".repeat(20_000))));
    await eve.closed;
    bob.push(1, note("a"));

    assert.equal((await bob.next("op:ack")).seq, 1);
  });

  it("[OPL2] takes a push as large as it may be", async () => {
    const [ann, bob] = [await join(), await join()];

    ann.push(1, ...Array.from({ length: 13 }, (_, index) => note(`n${index}`, "x".repeat(19_900))));

    assert.equal((await ann.next("op:ack")).n, 1);
    await bob.next("op:batch");
    assert.equal(bob.followed(), 1);
  });

  it("[OPL2] blames nobody's room for payloads that refer to themselves: refuses a payload that refers to itself", async () => {
    const [eve, bob] = [await join(), await join()];
    eve.room.reconnection.enabled = false;
    const cycle: Record<string, unknown> = { t: "del" };
    cycle["id"] = cycle;
    const payload = new Packr({ useRecords: false, structuredClone: true }).pack({ n: 1, ops: [cycle] });

    eve.room.connection.send(messageFrame("op:push", payload));
    const code = await eve.closed;
    bob.push(1, note("a"));

    assert.equal(code, 4002);
    assert.equal((await bob.next("op:ack")).seq, 1);
  });

  for (const [what, value] of [
    ["500 deep", nested(500)],
    ["of a class", new Date()],
  ] as const) {
    it(`[OPL5] refuses an ephemeral value that is ${what} with MESSAGE_INVALID, and goes on`, async () => {
      const [ann, bob] = [await join(), await join()];

      ann.room.send("eph", { k: "cursor", v: value });
      ann.room.send("eph", { k: "cursor", v: 1 });

      assert.deepEqual(await bob.next("eph"), { k: "cursor", v: 1, from: ann.room.sessionId });
      assert.match(ann.errors[0] ?? "", /^MESSAGE_INVALID/);
    });
  }

  for (const depth of [4000, 200_000]) {
    it(`[OPL5] survives an ephemeral value that is ${depth} deep, which no SDK can write`, async () => {
      const [eve, bob] = [await join(), await join()];
      eve.room.reconnection.enabled = false;
      const value = Buffer.concat([Buffer.alloc(depth, 0x91), Uint8Array.of(1)]);

      eve.room.connection.send(messageFrame("eph", Buffer.concat([EPHEMERAL_HEAD, value])));
      await Promise.race([eve.closed, eve.until(() => eve.errors.length > 0)]);
      bob.push(1, note("a"));

      assert.equal((await bob.next("op:ack")).seq, 1);
      assert.deepEqual(bob.of("eph"), []);
    });
  }

  it("[OPL5] refuses an ephemeral value over 4 kB with MESSAGE_TOO_LARGE, and goes on", async () => {
    const [ann, bob] = [await join(), await join()];

    ann.room.send("eph", { k: "draft", v: "x".repeat(4096) });
    ann.room.send("eph", { k: "draft", v: "x" });

    assert.equal((await bob.next("eph")).v, "x");
    assert.match(ann.errors[0] ?? "", /^MESSAGE_TOO_LARGE/);
  });

  it("[OPL5] sends what the others have to one who has just joined", async () => {
    const ann = await join();
    ann.room.send("eph", { k: "cursor", v: 1 });
    ann.push(1, note("a"));
    await ann.next("op:ack");

    const late = await join();

    assert.deepEqual(await late.next("eph"), { k: "cursor", v: 1, from: ann.room.sessionId });
  });

  it("[OPL5] ends the values of one who leaves", async () => {
    const [ann, bob] = [await join(), await join()];
    ann.room.send("eph", { k: "cursor", v: 1 });
    await bob.next("eph");

    await ann.room.leave();

    assert.deepEqual(await bob.next("eph", 2), { k: "cursor", v: null, from: ann.room.sessionId });
  });

  for (const [what, known, reason] of [
    ["from the future", (epoch: number) => ({ epoch, lastSeq: 99 }), "FUTURE"],
    ["of an epoch that never was", () => ({ epoch: 1, lastSeq: 0 }), "EPOCH"],
  ] as const) {
    it(`[OPL1] resets a hello ${what}, and goes on`, async () => {
      const ann = await join();
      const { epoch } = await ann.next("op:welcome");

      ann.hello(known(epoch));
      const reset = await ann.next("op:reset");
      ann.push(1, note("a"));

      assert.deepEqual(reset, { reason, epoch });
      assert.equal((await ann.next("op:welcome", 2)).mode, "snapshot");
      assert.equal((await ann.next("op:ack")).n, 1);
    });
  }

  for (const hello of [
    { clientId: "a b" },
    { clientId: "" },
    { clientId: "a", lastSeq: -1 },
    { clientId: "a", epoch: 0.5 },
  ]) {
    it(`[OPL1] refuses the hello ${JSON.stringify(hello)} with MESSAGE_INVALID, and goes on`, async () => {
      const ann = await join({ isSilent: true });

      ann.room.send("op:hello", hello);
      await ann.until(() => ann.errors.length > 0);
      ann.hello();

      assert.match(ann.errors[0] ?? "", /^MESSAGE_INVALID: .*"op:hello"/);
      assert.ok(await ann.next("op:welcome"));
    });
  }

  for (const [what, key, otherKey] of [
    ["without a key", undefined, undefined],
    ["with a key, to one without it", KEY, undefined],
    ["with a key, to one with another", KEY, `${KEY}!`],
  ] as const) {
    it(`[OPL3] gives a guest's client id ${what} to no other guest`, async () => {
      const ann = await join({ token: await guestToken(), isSilent: true });
      const eve = await join({ token: await guestToken(), isSilent: true });
      ann.hello({ ...(key && { key }) });
      ann.push(1, note("a"));
      await ann.next("op:ack");

      eve.hello({ clientId: ann.clientId, ...(otherKey && { key: otherKey }) });
      const nack = await eve.next("op:nack");
      eve.push(2, note("b"));

      assert.deepEqual([nack.n, nack.code], [0, "FORBIDDEN"]);
      assert.equal((await eve.next("op:nack", 2)).code, "HELLO");
    });
  }

  it("[OPL3] gives a guest's client id to who knows its key, under any name", async () => {
    const ann = await join({ token: await guestToken(), isSilent: true });
    ann.hello({ key: KEY });
    ann.push(1, note("a"));
    await ann.next("op:ack");
    const later = await join({ token: await guestToken(), isSilent: true });

    later.hello({ clientId: ann.clientId, key: KEY });

    assert.equal((await later.next("op:welcome")).yourLast, 1);
  });

  it("[OPL3] lets the newest connection of a client id push, and answers HELLO to the older", async () => {
    const old = await join();
    const now = await join({ clientId: old.clientId });

    old.push(1, note("a"));
    const { code } = await old.next("op:nack");
    now.push(1, note("b"));

    assert.equal(code, "HELLO");
    assert.equal((await now.next("op:ack")).n, 1);
    await old.next("op:batch");
    assert.equal(old.followed(), 1);
  });

  it("[OPL4] leads on one who lost the connection by exactly what was missed", async () => {
    const proxy = await openFaultProxy({ targetPort: test.node.port });
    const [ann, bob] = [await join(), await joinBoard(`ws://127.0.0.1:${proxy.port}`, board)];
    bob.room.reconnection.minUptime = 0; // an SDK gives up on a connection that was lost in its first 5 s
    await new Promise<void>((resolve) => bob.room.onStateChange.once(() => resolve())); // and on one that is joining
    const { epoch } = await bob.next("op:welcome");
    ann.push(1, note("a"));
    await bob.next("op:batch");
    const back = new Promise<void>((resolve) => bob.room.onReconnect(() => resolve()));

    proxy.cut();
    ann.push(2, note("b"));
    await ann.next("op:ack", 2);
    await back;
    bob.hello({ epoch, lastSeq: 1 });

    assert.equal((await bob.next("op:welcome", 2)).mode, "delta");
    await bob.next("op:batch", 2);
    assert.equal(bob.followed(), 2);
    await bob.room.leave();
    await proxy.close();
  });

  it("[OPL4] leads on one whose line stood still, without a hole, while others drew on", async () => {
    const ann = await join();
    const slow = await openRawClient(test.httpUrl, "whiteboard", { id: board });
    const inbox = new LaneInbox();
    slow.socket.on("message", (frame: Buffer) => {
      if (frame[0] === KIND.message) inbox.told.push(read(frame));
    });
    slow.acknowledgeJoin();
    slow.socket.send(messageFrame("op:hello", pack({ clientId: "slow" })));
    while (!inbox.types.includes("op:snap")) await once(slow.socket, "message");
    slow.socket.pause();
    for (let n = 1; n <= 60; n++) {
      ann.push(n, note(`n${n}`, "x".repeat(19_000)));
      await ann.next("op:ack", n);
    }

    slow.socket.resume();
    while (inbox.of("op:batch").at(-1)?.to !== 60) await once(slow.socket, "message");

    assert.equal(inbox.followed(), 60);
    assert.deepEqual(ann.errors, []);
    slow.socket.terminate();
  });

  it("[OPL6] makes one room of 50 calls at once for one board", async () => {
    const clients = await Promise.all(Array.from({ length: 50 }, () => join()));

    assert.equal(new Set(clients.map(({ room }) => room.roomId)).size, 1);
  });

  it("[OPL6] refuses to create a board that is open, with LOG_IN_USE", async () => {
    const ann = await join();

    const answer = await fetch(`${test.httpUrl}/matchmake/create/whiteboard`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id: board }),
    });
    const { name } = (await answer.json()) as { name: string };
    ann.push(1, note("a"));

    assert.deepEqual([answer.status, name], [409, "LOG_IN_USE"]);
    assert.equal((await ann.next("op:ack")).n, 1);
  });
});

/** A ROOM_DATA frame of a type and a payload that is encoded already. */
function messageFrame(type: string, payload: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(13, 0xa0 | type.length), Buffer.from(type), payload]);
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}
