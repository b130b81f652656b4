import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import type { ArenaError } from "../../../src/errors/errors.ts";
import { type Committed, type LogLimits, type OpLog, openOpLog, type Refused } from "../../../src/op-log/op-log.ts";
import { createTelemetry, type Telemetry, type TelemetryEvent } from "../../../src/telemetry/telemetry.ts";
import { HeldStore } from "../../support/held-store.ts";
import { add, set, type Tally, type TallyOp, tallyDocument } from "../../support/tally-document.ts";

const LIMITS: LogLimits = {
  tail: { minEntries: 1000, minAgeMs: 60_000, maxBytes: 1_000_000 },
  marks: { maxAgeMs: 60_000, minClients: 0, maxClients: 100 },
  maxDocumentBytes: 1_000_000,
  maxStagedBytes: 100_000,
  maxEntriesWithoutSnapshot: 3,
};

describe("the log of a document", () => {
  let store: HeldStore;
  let clock: ManualClock;
  let telemetry: Telemetry;
  let emitted: string[];
  let log: OpLog<TallyOp, Tally>;
  let committed: Committed<TallyOp>[];
  let refused: Refused[];
  let lost: ArenaError[];

  beforeEach(async () => {
    store = new HeldStore();
    clock = manualClock();
    telemetry = createTelemetry();
    emitted = [];
    const events: TelemetryEvent[] = ["log:opened", "log:cut", "log:appended", "log:compacted", "log:failed"];
    for (const name of events) telemetry.on(name, () => void emitted.push(name));
    [committed, refused, lost] = [[], [], []];
    log = await open();
  });

  function open(document = tallyDocument): Promise<OpLog<TallyOp, Tally>> {
    return openOpLog({
      store,
      key: "notes/a",
      document,
      limits: LIMITS,
      clock,
      telemetry,
      onCommitted: (one) => void committed.push(one),
      onFailed: (all) => void refused.push(...all),
      onLost: (error) => void lost.push(error),
    });
  }

  function push(clientId: string, n: number, op: TallyOp = add("a")): string {
    return log.sequencer.push({ clientId, userId: "", owner: "", n, ops: [op], ts: n }).kind;
  }

  async function pushAndFlush(clientId: string, n: number, op?: TallyOp): Promise<void> {
    push(clientId, n, op);
    log.flush();
    await settled();
  }

  function acked(): readonly string[] {
    return committed.flatMap(({ acks }) => acks.map(({ clientId, ack }) => `${clientId}${ack.n}`));
  }

  function countOf(id: string): number | undefined {
    return log.sequencer.records.get(id)?.count;
  }

  describe("when it is flushed", () => {
    it("[LOG2] says that a push is safe when the store does, not before", async () => {
      store.hold();
      await pushAndFlush("c", 1);
      const before = [acked(), countOf("a")];

      store.next().release();
      await settled();

      assert.deepEqual(before, [[], undefined]);
      assert.deepEqual([acked(), countOf("a")], [["c1"], 1]);
    });

    it("appends one batch at a time, and with the next all that came meanwhile", async () => {
      store.hold();
      await pushAndFlush("c", 1);
      await pushAndFlush("c", 2);
      await pushAndFlush("d", 1);
      store.next().release();
      await settled();
      const meanwhile = acked();

      log.flush();
      store.next().release();
      await settled();

      assert.deepEqual([meanwhile, acked()], [["c1"], ["c1", "c2", "d1"]]);
      assert.deepEqual(store.asked.slice(0, 2), ["append 1", "append 2"]);
    });

    it("asks nothing of the store where nothing was pushed", () => {
      log.flush();

      assert.deepEqual(store.asked, []);
    });
  });

  describe("when the store does not take a batch", () => {
    it("[LOG2] refuses it and all that came since, and goes on with the same seq", async () => {
      store.hold();
      await pushAndFlush("c", 1);
      push("c", 2);
      store.next().fail("LOG_UNAVAILABLE");
      await settled();
      await pushAndFlush("c", 1);
      store.next().release();
      await settled();

      assert.deepEqual(
        refused.map(({ nack }) => [nack.n, nack.code]),
        [
          [1, "UNAVAILABLE"],
          [2, "UNAVAILABLE"],
        ],
      );
      assert.deepEqual([lost, acked(), countOf("a"), store.asked], [[], ["c1"], 1, ["append 1", "append 1"]]);
      assert.ok(emitted.includes("log:failed"));
    });

    for (const code of ["LOG_UNCERTAIN", "LOG_FENCED", "INTERNAL"] as const) {
      it(`[LOG5] is lost on ${code}: says nothing of what was pushed and writes nothing more`, async () => {
        store.hold();
        await pushAndFlush("c", 1);
        push("c", 2);
        store.next().fail(code);
        await settled();
        log.flush();
        await log.close();

        assert.deepEqual([lost.map((error) => error.code), acked(), refused], [[code], [], []]);
        assert.deepEqual([store.asked, store.isOpen], [["append 1"], false]);
      });
    }

    it("[LOG3] takes a push once whose batch was written though nobody could tell", async () => {
      store.hold();
      await pushAndFlush("c", 1);
      store.next().fail("LOG_UNCERTAIN", { isWritten: true });
      await settled();
      await log.close();
      log = await open();

      assert.deepEqual([push("c", 1), countOf("a"), log.sequencer.seq], ["ack", 1, 1]);
    });
  });

  describe("when a snapshot is due", () => {
    beforeEach(async () => {
      await pushAndFlush("c", 1);
      await pushAndFlush("c", 2);
      store.hold();
    });

    async function pushNext(n: number): Promise<void> {
      await pushAndFlush("c", n);
      store.next().release();
      await settled();
    }

    it("stores it after the entry that made it due", async () => {
      await pushNext(3);
      store.next().release();
      await settled();

      assert.deepEqual([store.asked.at(-1), store.snapshot?.seq], ["compact 3", 3]);
      assert.ok(emitted.includes("log:compacted"));
    });

    it("goes on while it is stored, and stores no other meanwhile", async () => {
      await pushNext(3);
      const compaction = store.next();
      for (const n of [4, 5, 6, 7]) await pushNext(n);
      compaction.release();
      await settled();

      assert.deepEqual([acked().length, store.asked.filter((one) => one.startsWith("compact"))], [7, ["compact 3"]]);
      await pushNext(8);
      assert.equal(store.asked.at(-1), "compact 8");
    });

    it("goes on where it could not be stored, and tries again after a while", async () => {
      await pushNext(3);
      store.next().fail("LOG_UNAVAILABLE");
      await settled();
      await pushNext(4);
      const soon = store.asked.at(-1);
      clock.advance(10_000);
      await pushNext(5);

      assert.deepEqual([soon, store.asked.at(-1), lost], ["append 4", "compact 5", []]);
      assert.ok(emitted.includes("log:failed"));
    });

    for (const code of ["LOG_FENCED", "LOG_UNCERTAIN"] as const) {
      it(`[LOG5] is lost where that says ${code}, and writes nothing more`, async () => {
        await pushNext(3);
        store.next().fail(code);
        await settled();
        await pushAndFlush("c", 4);

        assert.deepEqual([lost.map((error) => error.code), store.asked.at(-1)], [[code], "compact 3"]);
      });
    }

    it("is lost once, where both a batch and a snapshot find another owner", async () => {
      await pushNext(3);
      await pushAndFlush("c", 4);
      for (let write = 0; write < 2; write++) store.next().fail("LOG_FENCED");
      await settled();

      assert.equal(lost.length, 1);
    });

    it("[LOG4] keeps behind it what those need who come back after a restart", async () => {
      await pushNext(3);
      store.next().release();
      await settled();
      await pushNext(4);
      log = await open();

      const known = { epoch: log.epoch, lastSeq: 1 };
      assert.equal(log.sequencer.plan("c", log.epoch, known).mode, "delta");
      assert.deepEqual(
        log.sequencer.after(1)?.map(({ from }) => from),
        [2, 3, 4],
      );
    });
  });

  describe("when it ends", () => {
    it("[LOG2] waits until what was pushed is safe, then stores a snapshot, then lets go", async () => {
      store.hold();
      await pushAndFlush("c", 1);
      push("c", 2);
      const closing = log.close();
      const order: string[] = [];
      for (let step = 0; step < 3; step++) {
        const write = store.next();
        order.push(`${write.kind} ${write.at}`);
        assert.ok(store.isOpen);
        write.release();
        await settled();
      }
      await closing;

      assert.deepEqual(order, ["append 1", "append 2", "compact 2"]);
      assert.deepEqual([acked(), store.isOpen], [["c1", "c2"], false]);
    });

    it("lets go where the store takes neither batch nor snapshot", async () => {
      await pushAndFlush("c", 1);
      store.hold();
      push("c", 2);
      const closing = log.close();
      store.next().fail("LOG_UNAVAILABLE");
      await settled();
      store.next().fail("LOG_UNAVAILABLE");
      await closing;

      assert.deepEqual([refused.length, lost, store.isOpen], [1, [], false]);
    });

    it("stores a snapshot though one could not be stored a moment ago", async () => {
      store.hold();
      for (const n of [1, 2, 3]) {
        await pushAndFlush("c", n);
        store.next().release();
        await settled();
      }
      store.next().fail("LOG_UNAVAILABLE");
      await settled();

      const closing = log.close();
      await settled();
      store.next().release();
      await closing;

      assert.equal(store.snapshot?.seq, 3);
    });

    it("stores no snapshot where nothing came since the last", async () => {
      await pushAndFlush("c", 1);
      await log.close();
      log = await open();
      store.asked.length = 0;

      await log.close();

      assert.deepEqual(store.asked, []);
    });

    it("writes nothing once it has ended", async () => {
      await log.close();
      await pushAndFlush("c", 1);

      assert.deepEqual(store.asked, []);
    });
  });

  describe("when it is opened", () => {
    it("[LOG1] is what it was", async () => {
      for (const n of [1, 2, 3, 4, 5]) await pushAndFlush("c", n, set(`r${n}`, n, { note: "ü" }));
      const before = [...log.sequencer.records.entries()];

      log = await open();

      assert.deepEqual([...log.sequencer.records.entries()], before);
      assert.deepEqual([log.sequencer.seq, log.epoch, push("c", 5), push("c", 6)], [5, store.epoch, "ack", "staged"]);
    });

    it("[LOG7] cuts off a last batch that is torn, and goes on at its place", async () => {
      await pushAndFlush("c", 1);
      await pushAndFlush("c", 2);
      tearLast();
      log = await open();
      await pushAndFlush("c", 2);

      assert.deepEqual(store.asked.slice(-2), ["cut 2", "append 2"]);
      assert.deepEqual([countOf("a"), emitted.includes("log:cut")], [2, true]);
    });

    it("[LOG7] is not opened where a torn batch cannot be cut off", async () => {
      await pushAndFlush("c", 1);
      tearLast();
      store.hold();
      const opening = open();
      await settled();
      store.next().fail("LOG_UNAVAILABLE");

      await assert.rejects(opening, { code: "LOG_UNAVAILABLE" });
      assert.equal(store.isOpen, false);
    });

    it("[LOG7] refuses a damaged log, names the place, lets go of it and leaves it as it is", async () => {
      await pushAndFlush("c", 1);
      await pushAndFlush("c", 2);
      store.batches = store.batches.map((batch) =>
        batch.from === 1 ? { ...batch, bytes: batch.bytes.with(30, 255) } : batch,
      );
      const before = { asked: [...store.asked], batches: store.batches };

      await assert.rejects(open(), { code: "LOG_CORRUPT", message: /Entries 1 to 1/ });

      assert.deepEqual({ asked: store.asked, batches: store.batches }, before);
      assert.deepEqual([store.isOpen, emitted.at(-1)], [false, "log:failed"]);
    });

    it("lets go of a log on which the document fails", async () => {
      await pushAndFlush("c", 1);

      const failing = open({ ...tallyDocument, evolve: () => assert.fail("an effect of long ago") });

      await assert.rejects(failing, { code: "INTERNAL" });
      assert.equal(store.isOpen, false);
    });

    it("[LOG6] asks the document about nothing", async () => {
      await pushAndFlush("c", 1);

      log = await open({ ...tallyDocument, apply: () => assert.fail("asked") });

      assert.equal(countOf("a"), 1);
    });

    it("tells of a store that does not open it", async () => {
      store.open = () => Promise.reject(new Error("no disk"));

      await assert.rejects(open(), { code: "INTERNAL" });

      assert.equal(emitted.at(-1), "log:failed");
    });
  });

  function tearLast(): void {
    store.batches = store.batches.map((batch, index) =>
      index === store.batches.length - 1 ? { ...batch, bytes: batch.bytes.subarray(0, 20) } : batch,
    );
  }
});

/** After all that follows from what has happened; the held store answers without any I/O. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
