import assert from "node:assert/strict";
import { CLOSE_CODES, closeReason } from "../../../src/protocol/protocol.ts";
import { FakeRoom, LinkBench, settled } from "./link-fixtures.ts";

function assertWithin(ms: number, fromMs: number, toMs: number): void {
  assert.ok(ms >= fromMs && ms <= toMs, `${ms} ms`);
}

describe("link", () => {
  it("is online with a room, whose own reconnection it takes over", async () => {
    const bench = new LinkBench();

    await bench.online();

    assert.equal(bench.link.status, "online");
    assert.equal(bench.room.reconnection.enabled, false);
    assert.deepEqual(bench.shown, ["mine"]);
  });

  it("takes its kept seat again after a lost connection", async () => {
    const bench = new LinkBench();
    await bench.online();

    bench.room.end(1006);
    await bench.pass(1000);

    assert.deepEqual(bench.attempts, ["join", "reconnect:room0:token"]);
    assert.equal(bench.link.status, "online");
  });

  it("takes the seat that is reserved for it first, and only once", async () => {
    const bench = new LinkBench("mine", { name: "board", roomId: "r", sessionId: "s" });
    await bench.online();

    bench.room.end(1006);
    await bench.pass(1000);

    assert.deepEqual(bench.attempts, ["take:s", "reconnect:room0:token"]);
  });

  it("joins as it would without where the reserved seat is gone", async () => {
    const bench = new LinkBench("mine", { name: "board", roomId: "r", sessionId: "s" });
    bench.script.push(() => Promise.reject(new Error("gone")));

    await bench.online();

    assert.deepEqual(bench.attempts, ["take:s", "join"]);
    assert.equal(bench.link.status, "online");
  });

  it("joins anew when its seat can no longer be kept", async () => {
    const bench = new LinkBench();
    await bench.online();
    bench.network.isOnline = false;
    bench.room.end(1006);
    await bench.pass(31_000);

    bench.network.tell("online");
    await bench.pass(500);

    assert.deepEqual(bench.attempts, ["join", "join"]);
  });

  it("joins anew at once when its seat is gone", async () => {
    const bench = new LinkBench();
    await bench.online();
    bench.refuse(404, { name: "ROOM_NOT_FOUND", error: "There is no room." });

    bench.room.end(1006);
    await bench.pass(1000);

    assert.deepEqual(bench.attempts, ["join", "reconnect:room0:token", "join"]);
    assert.equal(bench.link.status, "online");
  });

  it("[CLI5] waits 500 ms to 20 s, longer with every failure", async () => {
    const bench = new LinkBench();
    const waits: number[] = [];
    for (let failure = 0; failure < 12; failure++) bench.script.push(() => Promise.reject(new Error("away")));

    await bench.online();
    for (let failure = 1; failure < 12; failure++) {
      waits.push(bench.retryInMs);
      await bench.pass(bench.retryInMs);
    }

    assert.ok(waits.every((ms) => ms >= 500 && ms <= 20_000));
    assert.ok(Math.max(...waits) > 5000);
  });

  it("[CLI5] waits at least as long as a close asks for", async () => {
    const bench = new LinkBench();
    await bench.online();

    bench.room.end(CLOSE_CODES.RECONNECT, closeReason({ code: "SLOW", retryAfterMs: 7000 }));

    assertWithin(bench.retryInMs, 7000, 8750);
    assert.equal(bench.statuses.at(-1)?.[1].reason?.code, "SLOW");
  });

  it("[CLI5] waits at least as long as an answer asks for", async () => {
    const bench = new LinkBench();
    bench.refuse(503, { name: "DRAINING", error: "later" }, { "retry-after": "3" });

    await bench.online();

    assertWithin(bench.retryInMs, 3000, 3750);
  });

  it("[CLI5] waits as an answer asks for to the millisecond, where it does", async () => {
    const bench = new LinkBench();
    bench.refuse(503, { name: "DRAINING", error: "later", retryAfterMs: 2100 }, { "retry-after": "3" });

    await bench.online();

    assertWithin(bench.retryInMs, 2100, 2625);
  });

  it("comes back no sooner than it was asked to, though the page is looked at", async () => {
    const bench = new LinkBench();
    await bench.online();
    bench.room.end(CLOSE_CODES.RECONNECT, closeReason({ code: "SLOW", retryAfterMs: 7000 }));
    await bench.pass(2000);

    bench.network.tell("visible");

    assertWithin(bench.retryInMs, 5000, 6750);
  });

  it("tries at once when the page is looked at", async () => {
    const bench = new LinkBench();
    await bench.online();
    bench.room.end(1006);

    bench.network.tell("visible");
    await bench.pass(0);

    assert.equal(bench.link.status, "online");
  });

  it("[CLI5] makes no attempt without a network, and one within half a second when that is back", async () => {
    const bench = new LinkBench();
    await bench.online();

    bench.network.tell("offline");
    await bench.pass(60_000);
    const whileOffline = [bench.link.status, bench.attempts.length];
    bench.network.tell("online");
    await bench.pass(500);

    assert.deepEqual(whileOffline, ["offline", 1]);
    assert.equal(bench.link.status, "online");
  });

  it("lets go of a server that stays silent", async () => {
    const bench = new LinkBench();
    await bench.online();
    const [first] = bench.rooms;
    bench.room.answersPings = false;

    await bench.pass(30_000);

    assert.equal(bench.link.status, "reconnecting");
    assert.equal(first?.connection.isOpen, false);
  });

  it("[CLI7] gives up a join that never ends, and leaves what it still comes to", async () => {
    const bench = new LinkBench();
    const late = Promise.withResolvers<FakeRoom>();
    bench.script.push(() => late.promise);
    await bench.online();

    await bench.pass(10_000);
    const status = bench.link.status;
    const room = new FakeRoom("late");
    late.resolve(room);
    await settled();

    assert.equal(status, "reconnecting");
    assert.equal(room.hasLeft, true);
  });

  for (const [what, end] of [
    ["refused for what it sent", CLOSE_CODES.REFUSED],
    ["let go by the room", CLOSE_CODES.CONSENTED],
  ] as const) {
    it(`does not come back when it was ${what}`, async () => {
      const bench = new LinkBench();
      await bench.online();

      bench.room.end(end);
      await bench.pass(60_000);

      assert.equal(bench.link.status, "refused");
      assert.equal(bench.attempts.length, 1);
    });
  }

  it("[CLI5] does not come back when its options are wrong, until it is told to", async () => {
    const bench = new LinkBench();
    bench.refuse(400, { name: "OPTIONS_INVALID", error: "wrong" });
    await bench.online();
    const refused = bench.statuses.at(-1);

    bench.link.retry();
    await bench.pass(0);

    assert.deepEqual(refused, ["refused", { reason: { code: "OPTIONS_INVALID", detail: "wrong" } }]);
    assert.equal(bench.link.status, "online");
  });

  it("gets another token at once when the server does not take the one it has", async () => {
    let tokens = 0;
    const bench = new LinkBench(async () => `token${++tokens}`);
    await bench.online();

    bench.room.end(CLOSE_CODES.TOKEN_REFUSED);
    await bench.pass(0);

    assert.deepEqual(bench.shown, ["token1", "token2"]);
  });

  it("[CLI5] is refused when there is no other token", async () => {
    const bench = new LinkBench("the only one");
    await bench.online();

    bench.room.end(CLOSE_CODES.TOKEN_REFUSED);

    assert.equal(bench.link.status, "refused");
  });

  it("is refused after three tokens in a row that the server does not take", async () => {
    const bench = new LinkBench(async () => "bad");
    for (let attempt = 0; attempt < 4; attempt++) bench.refuse(401, { name: "TOKEN_REVOKED", error: "no" });
    await bench.online();

    await bench.pass(60_000);
    await bench.pass(60_000);
    await bench.pass(60_000);

    assert.equal(bench.link.status, "refused");
    assert.equal(bench.attempts.length, 3);
  });

  it("[CLI7] leaves its seat and stops every timer when it is closed", async () => {
    const bench = new LinkBench();
    await bench.online();

    await bench.link.close();

    assert.equal(bench.room.hasLeft, true);
    assert.equal(bench.clock.pendingTimers, 0);
  });

  it("[CLI9] stays online while its room moves, and tells of it", async () => {
    const bench = new LinkBench();
    await bench.online();
    const before = bench.statuses.length;

    bench.room.move();
    await settled();

    assert.deepEqual([bench.moves, bench.link.status, bench.statuses.length], [1, "online", before]);
  });

  it("leaves a seat that it gets after it was closed", async () => {
    const bench = new LinkBench();
    const joining = Promise.withResolvers<FakeRoom>();
    bench.script.push(() => joining.promise);
    await bench.online();
    await bench.link.close();

    const room = new FakeRoom("late");
    joining.resolve(room);
    await settled();

    assert.equal(room.hasLeft, true);
    assert.equal(bench.link.status, "closed");
  });
});
