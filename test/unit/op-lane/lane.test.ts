import assert from "node:assert/strict";
import { type LaneBench, openLane, settled } from "../../support/lane-bench.ts";
import { LaneClient, userOf } from "../../support/lane-client.ts";
import { add, set } from "../../support/tally-document.ts";

const KEY = "a-key-of-sixteen-and-more";

describe("the op lane", () => {
  let bench: LaneBench;
  let lane: LaneBench["lane"];
  let store: LaneBench["store"];
  beforeEach(() => open());

  async function open(...limits: Parameters<typeof openLane>): Promise<void> {
    bench = await openLane(...limits);
    ({ lane, store } = bench);
  }

  const join: LaneBench["join"] = (...hello) => bench.join(...hello);
  const pushed: LaneBench["pushed"] = (...push) => bench.pushed(...push);
  const pass: LaneBench["pass"] = (ms) => bench.pass(ms);
  const counts = (): Record<string, number> => bench.counts;

  describe("on a hello", () => {
    it("[OPL1] answers with a welcome and the document", async () => {
      await pushed(join("ann"), 1, add("a", 3));

      const { told } = join("bob");

      const epoch = store.epoch;
      const limits = { maxPushBytes: 256 * 1024, maxOps: 256 };
      assert.deepEqual(told, [
        { type: "op:welcome", payload: { epoch, mode: "snapshot", seq: 1, yourLast: 0, ephHz: 20, limits } },
        { type: "op:snap", payload: { seq: 1, part: 0, of: 1, data: [["a", { count: 3, rev: 1 }]] } },
      ]);
    });

    it("[OPL1] sends a document without records as one part, so that its end is seen", () => {
      const { told } = join("ann");

      assert.deepEqual(told[1], { type: "op:snap", payload: { seq: 0, part: 0, of: 1, data: [] } });
    });

    it("[OPL1] leads on by exactly what was missed", async () => {
      const ann = join("ann");
      for (const n of [1, 2, 3]) await pushed(ann, n);

      const bob = join("bob", "bob", { epoch: store.epoch, lastSeq: 1 });

      assert.deepEqual(bob.types, ["op:welcome", "op:batch", "op:batch"]);
      assert.equal(bob.followed(1), 3);
    });

    it("[OPL1] sends no entry twice where a batch was known in part", async () => {
      const [ann, cid] = [join("ann"), join("cid")];
      lane.push(ann, { n: 1, ops: [add("a")] });
      await pushed(cid, 1);

      const bob = join("bob", "bob", { epoch: store.epoch, lastSeq: 1 });

      assert.deepEqual(
        bob.of("op:batch").map(({ from, to }) => [from, to]),
        [[2, 2]],
      );
    });

    it("[OPL1] says nothing but the welcome to who has everything", async () => {
      await pushed(join("ann"), 1);

      const bob = join("bob", "bob", { epoch: store.epoch, lastSeq: 1 });

      assert.deepEqual(bob.types, ["op:welcome"]);
    });

    it("[OPL1] tells a client its last push that is safe, on every connection", async () => {
      const ann = join("ann");
      await pushed(ann, 1);
      await pushed(ann, 2);

      const [again] = join("ann-2", "ann").of("op:welcome");

      assert.equal(again?.yourLast, 2);
    });

    for (const [what, known, reason] of [
      ["from the future", { epoch: 7, lastSeq: 99 }, "FUTURE"],
      ["with an epoch that never was", { epoch: 123, lastSeq: 1 }, "EPOCH"],
      ["with an old epoch and a seq from the future", { epoch: 1, lastSeq: 99 }, "EPOCH"],
    ] as const) {
      it(`[OPL1] resets one ${what}, then sends the document`, async () => {
        await pushed(join("ann"), 1);

        const bob = join("bob", "bob", known);

        assert.deepEqual(bob.types, ["op:reset", "op:welcome", "op:snap"]);
        assert.deepEqual(bob.of("op:reset"), [{ reason, epoch: store.epoch }]);
        assert.deepEqual(bob.refusals, []);
      });
    }

    it("[OPL1] sends the document to one that knows an entry, but not of which history", async () => {
      await pushed(join("ann"), 1);

      const bob = join("bob", "bob", { lastSeq: 1 });

      assert.deepEqual(bob.types, ["op:welcome", "op:snap"]);
    });

    it("[OPL1] leads on anew a client that says hello twice, and tells it each entry once from then on", async () => {
      const ann = join("ann");
      lane.hello(ann, { clientId: "ann" });

      await pushed(ann, 1);

      assert.deepEqual(ann.types, ["op:welcome", "op:snap", "op:welcome", "op:snap", "op:batch", "op:ack"]);
    });

    it("[OPL1] lets a connection speak for another client id", async () => {
      const ann = join("ann");
      lane.hello(ann, { clientId: "other" });

      await pushed(ann, 1);
      const welcomes = [join("x", "ann"), join("y", "other")].map((client) => client.of("op:welcome")[0]?.yourLast);

      assert.deepEqual(welcomes, [0, 1]);
    });
  });

  describe("on a push", () => {
    it("[OPL1] answers HELLO to who said none, and takes nothing", async () => {
      const eve = new LaneClient("eve");

      await pushed(eve, 1);

      assert.deepEqual(eve.of("op:nack"), [{ n: 1, code: "HELLO", detail: "Say hello first." }]);
      assert.deepEqual([counts(), eve.refusals.length], [{}, 1]);
    });

    it("[OPL3] answers HELLO to an old connection of a client id that said hello on a newer one", async () => {
      const old = join("old", "ann");
      const now = join("now", "ann");

      await pushed(old, 1);
      await pushed(now, 1, add("b"));

      assert.deepEqual(old.of("op:nack"), [{ n: 1, code: "HELLO", detail: "Say hello first." }]);
      assert.deepEqual(counts(), { b: 1 });
    });

    it("[OPL3] keeps leading on the old connection, which may only look now", async () => {
      const old = join("old", "ann");
      const now = join("now", "ann");

      await pushed(now, 1);

      assert.equal(old.followed(), 1);
      assert.deepEqual(old.of("op:ack"), []);
    });

    it("[OPL3] acknowledges what was pushed on an old connection there and on the newest one", async () => {
      store.hold();
      const old = join("old", "ann");
      await pushed(old, 1);
      const now = join("now", "ann");

      store.next().release();
      await settled();

      const acks = [{ n: 1, seq: 1, outcome: "commit" }];
      assert.deepEqual([old.of("op:ack"), now.of("op:ack")], [acks, acks]);
    });

    it("[OPL3] counts a row of pushes that were on their way when another connection took over as one", async () => {
      const old = join("old", "ann");
      join("now", "ann");

      for (let n = 1; n <= 100; n++) lane.push(old, { n, ops: [add("a")] });

      assert.deepEqual([old.of("op:nack").length, old.refusals.length], [100, 1]);
    });

    it("[OPL3] may speak again for what it took back by another hello", async () => {
      const old = join("old", "ann");
      join("now", "ann");

      lane.hello(old, { clientId: "ann" });
      await pushed(old, 1);

      assert.deepEqual(old.of("op:ack"), [{ n: 1, seq: 1, outcome: "commit" }]);
    });

    it("[OPL3] leaves a client id with its speaker when an older connection of it ends", async () => {
      const old = join("old", "ann");
      const now = join("now", "ann");

      lane.leave(old);
      await pushed(now, 1);

      assert.deepEqual(now.of("op:ack"), [{ n: 1, seq: 1, outcome: "commit" }]);
    });

    it("[OPL2] answers GAP with the number that is due, and takes nothing", async () => {
      const ann = join("ann");

      await pushed(ann, 3);

      assert.deepEqual(ann.of("op:nack"), [{ n: 3, code: "GAP", detail: "Push 1 is due.", expected: 1 }]);
      assert.deepEqual(counts(), {});
    });

    it("[OPL2] acknowledges again what is safe, and does it once", async () => {
      const ann = join("ann");
      await pushed(ann, 1);

      await pushed(ann, 1, add("a", 5));

      assert.deepEqual(ann.of("op:ack"), [
        { n: 1, seq: 1, outcome: "commit" },
        { n: 1, seq: 1, outcome: "commit" },
      ]);
      assert.deepEqual(counts(), { a: 1 });
    });

    it("[OPL2] acknowledges once what is sent twice while it waits for the disk", async () => {
      store.hold();
      const ann = join("ann");
      await pushed(ann, 1);
      await pushed(ann, 1);

      store.next().release();
      await settled();

      assert.deepEqual(ann.of("op:ack").length, 1);
      assert.deepEqual(counts(), { a: 1 });
    });

    it("[OPL2] takes all ops of a push or none, and its number stays free", async () => {
      const ann = join("ann");

      await pushed(ann, 1, add("a"), add("locked"), add("b"));
      await pushed(ann, 1, add("c"));

      assert.deepEqual(
        ann.of("op:nack").map(({ n, code }) => [n, code]),
        [[1, "FORBIDDEN"]],
      );
      assert.deepEqual(counts(), { c: 1 });
    });

    it("[OPL2] counts a row of 100 pushes behind one that the rules refuse as one fault", () => {
      const ann = join("ann");
      lane.push(ann, { n: 1, ops: [add("locked")] });

      for (let n = 2; n <= 101; n++) lane.push(ann, { n, ops: [add("a")] });

      assert.equal(ann.of("op:nack").length, 101);
      assert.deepEqual(
        ann.refusals.map(({ message }) => /FORBIDDEN|GAP/.exec(message)?.[0]),
        ["GAP"],
      );
    });

    it("[OPL2] counts each of several rows", async () => {
      const ann = join("ann");
      await pushed(ann, 9);
      await pushed(ann, 1);

      await pushed(ann, 9);

      assert.equal(ann.refusals.length, 2);
    });

    it("[OPL2] blames nobody for what the room does not take now, and takes it when the room does", async () => {
      const ann = join("ann");
      bench.refusal = { code: "READONLY", detail: "Not now." };
      await pushed(ann, 1);
      bench.refusal = undefined;

      await pushed(ann, 1);

      assert.deepEqual(
        ann.of("op:nack").map(({ code }) => code),
        ["READONLY"],
      );
      assert.deepEqual([ann.refusals.length, counts()], [0, { a: 1 }]);
    });

    it("tells the document what the author may be, anew for each push", async () => {
      const ann = join("ann");
      bench.role = "guest";
      await pushed(ann, 1, add("by-role"));
      bench.role = "owner";
      await pushed(ann, 1, add("by-role"));

      assert.deepEqual(counts(), { "by-role": 1 });
      assert.equal(ann.of("op:nack")[0]?.code, "FORBIDDEN");
    });

    it("[OPL2] asks the room only about a push that is due", async () => {
      const ann = join("ann");
      await pushed(ann, 1);
      const { asked } = bench;
      bench.refusal = { code: "RATE_LIMITED", detail: "Slower.", retryAfterMs: 1000 };

      await pushed(ann, 1);
      await pushed(ann, 3);

      assert.deepEqual([asked, bench.asked], [1, 1]);
      assert.deepEqual([ann.of("op:ack").length, ann.of("op:nack")[0]?.code], [2, "GAP"]);
    });

    it("[OPL2] blames nobody but the room where the document itself fails", async () => {
      const ann = join("ann");

      await pushed(ann, 1, add("broken"));

      assert.deepEqual(
        ann.of("op:nack").map(({ code }) => code),
        ["INVALID"],
      );
      assert.equal(bench.faults.length, 1);
    });

    it("[LOG8] answers RATE_LIMITED, with a time, where too much waits for the disk, and blames nobody", async () => {
      await open({ maxStagedBytes: 500 });
      store.hold();
      const ann = join("ann");

      for (let n = 1; n <= 10; n++) lane.push(ann, { n, ops: [add("a")] });

      const limited = ann.of("op:nack").filter(({ code }) => code === "RATE_LIMITED");
      assert.ok(limited.length > 0 && limited.every(({ retryAfterMs = 0 }) => retryAfterMs > 0));
    });

    it("[LOG8] answers FULL where the document is as large as it may be, and blames nobody", async () => {
      await open({ maxDocumentBytes: 200 });
      const ann = join("ann");

      await pushed(ann, 1, set("a", 1, { note: "x".repeat(300) }));

      assert.deepEqual(
        ann.of("op:nack").map(({ code }) => code),
        ["FULL"],
      );
      assert.deepEqual(ann.refusals, []);
    });
  });

  describe("on a push that cannot be read", () => {
    for (const [what, payload, n] of [
      ["that has a number", { n: 4, ops: "none" }, 4],
      ["with half a number", { n: 1.5 }, 0],
      ["with a number that is none", { n: Number.NaN }, 0],
      ["with a number beyond all numbers", { n: 2 ** 53 }, 0],
      ["with a number as text", { n: "4" }, 0],
      ["with a number that cannot be turned into one", { n: { toString: 1, valueOf: 1 } }, 0],
      ["that is nothing", undefined, 0],
      ["that is null", null, 0],
      ["that is a text", "push", 0],
    ] as const) {
      it(`[OPL2] answers INVALID to one ${what}`, () => {
        const ann = join("ann");

        lane.refuseUnread(ann, payload, "push: expected an object.");

        assert.deepEqual(ann.of("op:nack"), [{ n, code: "INVALID", detail: "push: expected an object." }]);
        assert.equal(ann.refusals.length, 1);
      });
    }
  });

  describe("with client ids", () => {
    const cases = [
      ["another user", userOf("ann"), undefined, userOf("eve"), undefined],
      ["somebody without a token", userOf("ann"), undefined, undefined, undefined],
      ["a user, where it was nobody's in particular", undefined, undefined, userOf("eve"), undefined],
      ["another user with the same key", userOf("ann"), KEY, userOf("eve"), KEY],
      ["the same user without the key", userOf("ann"), KEY, userOf("ann"), undefined],
      ["another guest without a key", userOf("guest-1", true), undefined, userOf("guest-2", true), undefined],
      ["another guest with another key", userOf("guest-1", true), KEY, userOf("guest-2", true), `${KEY}!`],
      ["somebody with a key that was not shown at first", undefined, undefined, undefined, KEY],
    ] as const;
    for (const [who, owner, key, other, otherKey] of cases) {
      it(`[OPL3] refuses one to ${who}`, async () => {
        const ann = new LaneClient("ann", owner);
        lane.hello(ann, { clientId: "id", key });
        await pushed(ann, 1);
        const eve = new LaneClient("eve", other);

        lane.hello(eve, { clientId: "id", key: otherKey });
        await pushed(ann, 2);

        assert.deepEqual(eve.told, [
          { type: "op:nack", payload: { n: 0, code: "FORBIDDEN", detail: "This client id is another's." } },
        ]);
        assert.equal(ann.of("op:ack").length, 2);
      });
    }

    it("[OPL3] gives one to a guest who shows the same key under a new name", async () => {
      const ann = new LaneClient("ann", userOf("guest-1", true));
      lane.hello(ann, { clientId: "id", key: KEY });
      await pushed(ann, 1);
      const later = new LaneClient("later", userOf("guest-2", true));

      lane.hello(later, { clientId: "id", key: KEY });

      assert.equal(later.of("op:welcome")[0]?.yourLast, 1);
    });

    it("[OPL3] refuses one to another already while its first push waits for the disk", async () => {
      store.hold();
      const ann = new LaneClient("ann", userOf("ann"));
      lane.hello(ann, { clientId: "id" });
      await pushed(ann, 1);
      const eve = new LaneClient("eve", userOf("eve"));

      lane.hello(eve, { clientId: "id" });

      assert.deepEqual(eve.types, ["op:nack"]);
    });

    it("[OPL3] leaves a connection what it was when it asks for another's", async () => {
      await pushed(join("ann"), 1);
      const eve = new LaneClient("eve", userOf("eve"));
      lane.hello(eve, { clientId: "eve" });

      lane.hello(eve, { clientId: "ann" });
      await pushed(eve, 1);

      assert.deepEqual(eve.of("op:ack"), [{ n: 1, seq: 2, outcome: "commit" }]);
    });

    for (const id of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      it(`[OPL3] takes "${id}" for a name like any other`, async () => {
        const ann = join("ann", id);

        await pushed(ann, 1, add(id));

        assert.deepEqual(ann.of("op:ack"), [{ n: 1, seq: 1, outcome: "commit" }]);
        assert.equal(join("bob").of("op:snap")[0]?.data[0]?.[0], id);
      });
    }
  });

  describe("on its ticks", () => {
    it("takes what comes within a tick as one batch", async () => {
      const [ann, bob] = [join("ann"), join("bob")];
      await pushed(ann, 1);
      lane.push(ann, { n: 2, ops: [add("a")] });
      lane.push(bob, { n: 1, ops: [add("a")] });

      await pass();

      assert.deepEqual(store.asked, ["append 1", "append 2"]);
    });

    it("brings the first after a rest to the disk at once", async () => {
      const ann = join("ann");
      await pass(1000);

      lane.push(ann, { n: 1, ops: [add("a")] });
      await pass(0);

      assert.deepEqual(ann.of("op:ack").length, 1);
    });

    it("[LOG2] shows and acknowledges nothing before the store says so", async () => {
      store.hold();
      const [ann, bob] = [join("ann"), join("bob")];

      await pushed(ann, 1);

      assert.deepEqual([ann.of("op:ack"), ann.of("op:batch"), bob.of("op:batch")], [[], [], []]);
      assert.deepEqual(join("cid").of("op:snap")[0]?.data, []);
    });

    it("tells who pushed of an entry before it acknowledges it", async () => {
      const ann = join("ann");

      await pushed(ann, 1);

      assert.deepEqual(ann.types.slice(-2), ["op:batch", "op:ack"]);
    });

    it("goes on with what was pushed while a batch was on its way", async () => {
      store.hold();
      const ann = join("ann");
      await pushed(ann, 1);
      await pushed(ann, 2);

      store.next().release();
      await pass();
      store.next().release();
      await pass();

      assert.deepEqual(
        ann.of("op:ack").map(({ n }) => n),
        [1, 2],
      );
    });

    it("has nothing to do once everything is done", async () => {
      await pushed(join("ann"), 1);
      await pass(1000);

      assert.equal(bench.clock.pendingTimers, 0);
    });
  });

  describe("when it ends", () => {
    it("[OPL7] brings to the store what was pushed a moment before", async () => {
      const ann = join("ann");
      lane.push(ann, { n: 1, ops: [add("a")] });

      await lane.close();

      assert.deepEqual(store.asked, ["append 1", "compact 1"]);
    });

    it("takes no push and no hello afterwards", async () => {
      const ann = join("ann");
      await lane.close();

      lane.push(ann, { n: 1, ops: [add("a")] });
      lane.hello(ann, { clientId: "ann" });

      assert.deepEqual(
        ann.of("op:nack").map(({ n, code }) => [n, code]),
        [
          [1, "UNAVAILABLE"],
          [0, "UNAVAILABLE"],
        ],
      );
    });

    it("leaves no timer behind", async () => {
      const ann = join("ann");
      lane.ephemeral(ann, { k: "cursor", v: 1 });
      lane.drop(ann);

      await lane.close();
      bench.clock.advance(0);

      assert.equal(bench.clock.pendingTimers, 0);
    });
  });
});
