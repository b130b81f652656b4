import assert from "node:assert/strict";
import { manualClock } from "../../../src/clock/clock.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { createMemoryStore, MemoryLogs } from "../../../src/op-log/memory-store.ts";
import { LaneBench, openLane, settled } from "../../support/lane-bench.ts";
import { add, set } from "../../support/tally-document.ts";

describe("the op lane, where the store fails", () => {
  let bench: LaneBench;
  beforeEach(async () => {
    bench = await openLane();
  });

  /** Lets the append that waits end as an uncertain one. */
  async function lose(isWritten: boolean): Promise<void> {
    bench.store.next().fail("LOG_UNCERTAIN", { isWritten });
    await settled();
    await settled();
  }

  describe("for now", () => {
    it("[LOG9] answers UNAVAILABLE with a time to everything that waits, and blames nobody", async () => {
      bench.store.hold();
      const ann = bench.join("ann");
      await bench.pushed(ann, 1);
      await bench.pushed(ann, 2);

      bench.store.next().fail("LOG_UNAVAILABLE");
      await settled();

      assert.deepEqual(ann.of("op:nack"), [
        { n: 1, code: "UNAVAILABLE", retryAfterMs: 1000 },
        { n: 2, code: "UNAVAILABLE", retryAfterMs: 1000 },
      ]);
      assert.deepEqual([ann.of("op:ack"), ann.refusals, bench.counts], [[], [], {}]);
    });

    it("[LOG9] takes the same numbers again when the store does, without being asked to", async () => {
      bench.store.hold();
      const ann = bench.join("ann");
      await bench.pushed(ann, 1);
      bench.store.next().fail("LOG_UNAVAILABLE");
      await settled();

      await bench.pushed(ann, 1, add("a", 2));
      bench.store.next().release();
      await settled();

      assert.deepEqual(ann.of("op:ack"), [{ n: 1, seq: 1, outcome: "commit" }]);
      assert.deepEqual(bench.counts, { a: 2 });
    });

    it("[LOG9] shows nobody what was refused", async () => {
      bench.store.hold();
      const bob = bench.join("bob");
      await bench.pushed(bench.join("ann"), 1);

      bench.store.next().fail("LOG_UNAVAILABLE");
      await settled();

      assert.deepEqual([bob.of("op:batch"), bench.join("cid").of("op:snap")[0]?.data], [[], []]);
    });

    it("[LOG9] counts a row of pushes behind what was refused as one fault", async () => {
      bench.store.hold();
      const ann = bench.join("ann");
      await bench.pushed(ann, 1);
      bench.store.next().fail("LOG_UNAVAILABLE");
      await settled();

      for (let n = 2; n <= 100; n++) bench.lane.push(ann, { n, ops: [add("a")] });

      assert.equal(ann.refusals.length, 1);
    });
  });

  describe("and nobody knows what it holds", () => {
    for (const isWritten of [true, false]) {
      it(`[LOG3] opens the log again and goes on, each push once, where the last was ${isWritten ? "" : "not "}written`, async () => {
        bench.store.hold();
        const ann = bench.join("ann");
        await bench.pushed(ann, 1, add("a", 2));

        await lose(isWritten);
        bench.lane.hello(ann, { clientId: "ann", epoch: bench.store.epoch, lastSeq: 0 });
        const last = ann.of("op:welcome").at(-1)?.yourLast;
        if (last === 0) {
          await bench.pushed(ann, 1, add("a", 2));
          bench.store.next().release();
        }
        await bench.pass();

        assert.equal(last, isWritten ? 1 : 0);
        assert.deepEqual(bench.counts, { a: 2 });
        assert.equal(ann.followed(), 1);
      });
    }

    it("knows what was safe meanwhile", async () => {
      const ann = bench.join("ann");
      await bench.pushed(ann, 1, add("a", 2));
      bench.store.hold();
      await bench.pushed(ann, 2, add("a", 3));
      bench.store.open = () => new Promise(() => {}); // it takes long

      await lose(false);

      assert.deepEqual(bench.counts, { a: 2 });
    });

    it("tells everybody who follows that it did, and answers HELLO until they say hello", async () => {
      bench.store.hold();
      const [ann, bob] = [bench.join("ann"), bench.join("bob")];
      await bench.pushed(ann, 1);

      await lose(false);
      await bench.pushed(bob, 1);

      for (const client of [ann, bob]) {
        assert.deepEqual(client.of("op:reset"), [{ reason: "REOPENED", epoch: bench.store.epoch }]);
      }
      assert.deepEqual(
        bob.of("op:nack").map(({ code }) => code),
        ["HELLO"],
      );
    });

    it("[OPL4] leads on from the document that it sent before one whose hello was on its way meanwhile", async () => {
      const [ann, bob] = [bench.join("ann"), bench.join("bob")];
      await bench.pushed(ann, 1, set("a", 1, { note: "x".repeat(100_000) }));
      bench.join("cid");
      await bench.pushed(ann, 2);
      bob.pause();
      bench.lane.hello(bob, { clientId: "bob" }); // it is sent what cid was, and its line is full
      bench.store.hold();
      await bench.pushed(ann, 3);
      await lose(false);

      bench.lane.hello(bob, { clientId: "bob", epoch: bench.store.epoch, lastSeq: 2 });
      bob.resume();
      await bench.pass();

      assert.equal(bob.of("op:snap").at(-1)?.seq, 1);
      assert.equal(bob.followed(), 2);
    });

    it("[OPL2] counts a row of pushes that were on their way meanwhile as one fault", async () => {
      bench.store.hold();
      const ann = bench.join("ann");
      await bench.pushed(ann, 1);
      await lose(false);

      for (let n = 2; n <= 100; n++) bench.lane.push(ann, { n, ops: [add("a")] });

      assert.equal(ann.refusals.length, 1);
    });

    it("[LOG9] answers UNAVAILABLE while it cannot be opened again, blames nobody, and tries until it can", async () => {
      bench.store.hold();
      const ann = bench.join("ann");
      await bench.pushed(ann, 1);
      const { open } = bench.store;
      bench.store.open = () => Promise.reject(new ArenaError("LOG_UNAVAILABLE"));
      await lose(true);

      await bench.pass(60_000);
      bench.lane.push(ann, { n: 2, ops: [add("a")] });
      bench.lane.hello(ann, { clientId: "ann" });
      bench.store.open = open;
      await bench.pass(5000);

      assert.deepEqual(
        ann.of("op:nack").map(({ n, code, retryAfterMs }) => [n, code, retryAfterMs]),
        [
          [2, "UNAVAILABLE", 1000],
          [0, "UNAVAILABLE", 1000],
        ],
      );
      assert.deepEqual([ann.refusals, ann.of("op:reset").length, bench.counts], [[], 1, { a: 1 }]);
    });

    it("passes on afterwards the ephemeral values that came meanwhile", async () => {
      bench.store.hold();
      const [ann, bob] = [bench.join("ann"), bench.join("bob")];
      await bench.pushed(ann, 1);
      const opening = Promise.withResolvers<void>();
      const { open } = bench.store;
      bench.store.open = () => opening.promise.then(() => open.call(bench.store));
      await lose(false);

      bench.lane.ephemeral(ann, { k: "cursor", v: 1 });
      await bench.pass();
      opening.resolve();
      await settled();
      await bench.pass();

      assert.deepEqual(bob.of("eph"), [{ k: "cursor", v: 1, from: "ann" }]);
    });

    it("ends where the log is damaged", async () => {
      bench.store.hold();
      await bench.pushed(bench.join("ann"), 1);
      bench.store.open = () => Promise.reject(new ArenaError("LOG_CORRUPT"));

      await lose(true);

      assert.deepEqual(
        bench.ends.map(({ code }) => code),
        ["LOG_CORRUPT"],
      );
    });

    it("opens nothing any more once it is closed", async () => {
      bench.store.hold();
      await bench.pushed(bench.join("ann"), 1);
      let asked = 0;
      bench.store.open = () => {
        asked++;
        return Promise.reject(new ArenaError("LOG_UNAVAILABLE"));
      };
      await lose(false);
      await bench.lane.close();
      const askedBefore = asked;

      await bench.pass(60_000);

      assert.equal(asked, askedBefore);
    });

    it("lets go of a log that came open after it was closed", async () => {
      bench.store.hold();
      await bench.pushed(bench.join("ann"), 1);
      const opening = Promise.withResolvers<void>();
      const { open } = bench.store;
      bench.store.open = () => opening.promise.then(() => open.call(bench.store));
      await lose(false);

      const closed = bench.lane.close();
      opening.resolve();
      await closed;
      await settled();

      assert.equal(bench.store.isOpen, false);
    });
  });

  describe("because the document is another's", () => {
    it("[LOG5] ends, and takes nothing more", async () => {
      const clock = manualClock();
      const logs = new MemoryLogs();
      const first = new LaneBench(createMemoryStore({ clock, logs }));
      const second = new LaneBench(createMemoryStore({ clock, logs }));
      await first.lane.open();
      const ann = first.join("ann");
      await second.lane.open();

      await first.pushed(ann, 1);
      first.lane.push(ann, { n: 2, ops: [add("a")] });

      assert.deepEqual(
        first.ends.map(({ code }) => code),
        ["LOG_FENCED"],
      );
      assert.deepEqual([ann.of("op:ack"), ann.of("op:nack").map(({ code }) => code)], [[], ["UNAVAILABLE"]]);
      assert.equal(second.join("ann").of("op:welcome")[0]?.yourLast, 0);
    });
  });
});
