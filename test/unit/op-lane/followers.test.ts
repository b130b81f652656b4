import assert from "node:assert/strict";
import { type LaneBench, openLane } from "../../support/lane-bench.ts";
import type { LaneClient } from "../../support/lane-client.ts";
import { set, type TallyOp } from "../../support/tally-document.ts";

const FEED_BYTES = 64 * 1024;
/** What may be sent on top of what waits: a part of a snapshot, or a piece of a batch. */
const FRAME_BYTES = 2 * FEED_BYTES;
/** A note that is a part of a snapshot by itself. */
const LARGE = "x".repeat(2 * FEED_BYTES);

describe("the followers of a lane", () => {
  let bench: LaneBench;
  let writer: LaneClient;
  let n: number;
  beforeEach(() => open());

  async function open(...limits: Parameters<typeof openLane>): Promise<void> {
    bench = await openLane(...limits);
    writer = bench.join("writer");
    n = 0;
  }

  /** Writes so many notes of 10 kB, each to a record of its own unless there are `ids` only. */
  async function write(count: number, ids = count): Promise<void> {
    for (let index = 0; index < count; index++) {
      await bench.pushed(writer, ++n, set(`r${index % ids}`, n, { note: "x".repeat(10_000) }));
    }
  }

  it("[OPL4] leads on later one whose line is slow, without a hole", async () => {
    const slow = bench.join("slow");
    slow.pause();
    await write(50);

    slow.resume();
    await bench.pass();

    assert.equal(slow.followed(), 50);
    assert.equal(slow.of("op:batch").length, 50);
  });

  it("[OPL4] lets little wait for a slow one, however much is written", async () => {
    const slow = bench.join("slow");
    slow.pause();

    await write(100);

    assert.ok(slow.peakBytes <= FEED_BYTES + FRAME_BYTES, `${slow.peakBytes} bytes waited`);
  });

  it("[OPL4] costs the others nothing: they have each entry at once", async () => {
    const [slow, quick] = [bench.join("slow"), bench.join("quick")];
    slow.pause();

    await write(30);

    assert.equal(quick.followed(), 30);
  });

  it("[OPL4] leads on with the document one that is so slow that what it missed is no longer kept", async () => {
    await open({ tail: { minEntries: 10, minAgeMs: 0, maxBytes: 200_000 } });
    const slow = bench.join("slow");
    await write(1);
    slow.pause();
    await write(99, 5);

    slow.resume();
    await bench.pass();

    assert.equal(slow.followed(), 100);
    assert.equal(slow.of("op:welcome").length, 1); // a second one would pass for the answer to a hello on its way
    assert.deepEqual(
      slow
        .of("op:snap")
        .filter(({ part }) => part === 0)
        .map(({ seq }) => seq > 1),
      [false, true],
    );
    assert.ok(slow.of("op:batch").length < 50);
  });

  it("[OPL4] sends a large document in parts, as the line takes them", async () => {
    await write(100);

    const slow = bench.join("slow");
    slow.pause();
    bench.lane.hello(slow, { clientId: "slow" });
    const partsWhilePaused = slow.of("op:snap").length;
    slow.resume();
    await bench.pass();

    assert.ok(slow.peakBytes <= FEED_BYTES + FRAME_BYTES, `${slow.peakBytes} bytes waited`);
    assert.ok(partsWhilePaused > 0);
    assert.equal(slow.followed(), 100);
  });

  it("[OPL4] sends what is written while it gets the parts after the last of them", async () => {
    await write(100);
    const slow = bench.join("slow");
    slow.pause();
    bench.lane.hello(slow, { clientId: "slow" });
    await write(5);

    slow.resume();
    await bench.pass();

    assert.equal(slow.followed(), 105);
  });

  it("[OPL4] sends a batch that many filled in frames that a line takes, to the quick and to those who come back", async () => {
    bench.store.hold();
    const clients = Array.from({ length: 20 }, (_, index) => bench.join(`c${index}`));
    await bench.pushed(writer, 1, set("first", 1));
    for (const [index, client] of clients.entries()) {
      bench.lane.push(client, { n: 1, ops: [set(`r${index}`, 1, { note: "x".repeat(150_000) })] });
    }
    bench.store.next().release();
    await bench.pass();
    bench.store.next().release();
    await bench.pass();

    const late = bench.join("late", "late", { epoch: bench.store.epoch, lastSeq: 3 });
    await bench.pass();

    assert.deepEqual(bench.store.asked, ["append 1", "append 2"]);
    for (const client of [writer, ...clients, late]) {
      assert.ok(client.largestBytes <= 300_000, `a frame of ${client.largestBytes} bytes`);
    }
    assert.equal(writer.followed(), 21);
    assert.equal(late.followed(3), 21);
  });

  it("[OPL4] leads 150 late joiners to equal documents of 5,000 records that are encoded once", async () => {
    const ops = Array.from({ length: 5000 }, (_, index) => set(`r${index}`, index, { note: "x".repeat(50) }));
    for (let start = 0; start < ops.length; start += 250) {
      await bench.pushed(writer, ++n, ...ops.slice(start, start + 250));
    }

    const late = Array.from({ length: 150 }, (_, index) => bench.join(`late${index}`));
    await bench.pass();

    const [first, ...others] = late;
    assert.equal(idsOf(first).size, 5000);
    for (const { told } of others) {
      assert.ok(
        told.every(({ type, payload }, index) => type !== "op:snap" || payload === first?.told[index]?.payload),
      );
      assert.deepEqual(told.slice(1), first?.told.slice(1)); // after the welcome, whose rate falls
    }
  });

  describe("that say hello again before the answer to another has come whole", () => {
    /** One that has three entries, and whose line takes a part at a time from now on. */
    async function joinLate(): Promise<LaneClient> {
      for (let count = 0; count < 2; count++) await bench.pushed(writer, ++n, set(`r${count}`, n, { note: LARGE }));
      const late = bench.join("late");
      await bench.pushed(writer, ++n);
      late.pause();
      return late;
    }

    /** Says hello as one that knows nothing, and takes so many parts of the document. */
    async function takeParts(late: LaneClient, parts: number): Promise<void> {
      const due = late.of("op:snap").length + parts;
      bench.lane.hello(late, { clientId: "late" });
      while (late.of("op:snap").length < due) {
        late.waitingBytes = 0;
        await bench.pass();
      }
    }

    it("[OPL4] are led on from the document that they were sent, though they had come further before", async () => {
      const late = await joinLate();
      await takeParts(late, 2);

      bench.lane.hello(late, { clientId: "late", epoch: bench.store.epoch, lastSeq: 3 });
      late.resume();
      await bench.pass();

      assert.deepEqual(
        late.of("op:snap").map(({ seq }) => seq),
        [2, 2, 2, 2],
      );
      assert.equal(late.followed(), 3);
    });

    it("[OPL4] are sent the document again that has not come whole", async () => {
      const late = await joinLate();
      await takeParts(late, 1);

      bench.lane.hello(late, { clientId: "late", epoch: bench.store.epoch, lastSeq: 3 });
      late.resume();
      await bench.pass();

      assert.equal(late.of("op:welcome").at(-1)?.mode, "snapshot");
      assert.equal(late.followed(), 3);
    });
  });
});

/** Ids of the records that a client was told of. */
function idsOf(client: LaneClient | undefined): ReadonlySet<string> {
  const snapped = client?.of("op:snap").flatMap(({ data }) => data.map(([id]) => id)) ?? [];
  const entries = client?.of("op:batch").flatMap((batch) => batch.entries) ?? [];
  return new Set([...snapped, ...entries.flatMap(({ effects }) => effects.map((effect) => (effect as TallyOp).id))]);
}
