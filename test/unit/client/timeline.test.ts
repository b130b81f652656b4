import assert from "node:assert/strict";
import { Timeline } from "../../../src/client/timeline.ts";
import type { RecordReader } from "../../../src/document/document.ts";
import type { OpEntry } from "../../../src/protocol/protocol.ts";
import { add, del, type Tally, type TallyOp, tallyDocument } from "../../support/tally-document.ts";

function entry(seq: number, ...effects: TallyOp[]): OpEntry<TallyOp> {
  return { seq, clientId: "c", n: seq, userId: "u", ts: seq, effects };
}

/** Each entry adds one to a counter. */
function counting(from: number, to: number): OpEntry<TallyOp>[] {
  return Array.from({ length: to - from + 1 }, (_, index) => entry(from + index, add("a")));
}

function begin(base: number, count = 0): Timeline<TallyOp, Tally> {
  const timeline = new Timeline<TallyOp, Tally>(tallyDocument, base);
  timeline.begin(count > 0 ? [["a", { count, rev: base }]] : []);
  return timeline;
}

function countAt(timeline: Timeline<TallyOp, Tally>, seq: number): number {
  return timeline.recordsAt(seq).get("a")?.count ?? 0;
}

describe("a timeline", () => {
  it("[HIS1] tells the records as of every entry, and of the state before the first", () => {
    const timeline = begin(0);
    timeline.append([entry(1, add("a", 5)), entry(2, add("b")), entry(3, del("a"))]);

    const states = [0, 1, 2, 3].map((seq) => Object.fromEntries(timeline.recordsAt(seq).entries()));

    assert.deepEqual(states, [
      {},
      { a: { count: 5, rev: 1 } },
      { a: { count: 5, rev: 1 }, b: { count: 1, rev: 2 } },
      { b: { count: 1, rev: 2 } },
    ]);
  });

  it("[HIS1] tells the same wherever one came from, over thousands of entries", () => {
    const timeline = begin(0);
    timeline.append(counting(1, 5000));

    const seqs = [5000, 1, 4999, 2500, 2501, 2499, 256, 255, 257, 0, 3000];

    assert.deepEqual(
      seqs.map((seq) => countAt(timeline, seq)),
      seqs,
    );
  });

  it("leaves what it gave out as it is", () => {
    const timeline = begin(0);
    timeline.append(counting(1, 10));
    const tenth = timeline.recordsAt(10);
    const given: RecordReader<Tally>[] = [5, 6].map((seq) => timeline.recordsAt(seq));

    timeline.append(counting(11, 20));

    assert.deepEqual(
      [tenth, ...given].map((records) => records.get("a")?.count),
      [10, 5, 6],
    );
  });

  it("begins with the records of its base", () => {
    const timeline = begin(100, 40);
    timeline.append(counting(101, 110));

    assert.deepEqual(
      [99, 100, 101, 110, 999].map((seq) => countAt(timeline, seq)),
      [40, 40, 41, 50, 50],
    );
    assert.equal(timeline.base, 100);
  });

  it("leaves out entries that it has", () => {
    const timeline = begin(0);
    timeline.append(counting(1, 5));

    const fresh = timeline.append(counting(3, 7));

    assert.deepEqual(
      fresh.map(({ seq }) => seq),
      [6, 7],
    );
    assert.equal(countAt(timeline, 7), 7);
  });

  it("[HIS1] is joined with an older one", () => {
    const [older, timeline] = [begin(0), begin(1000, 1000)];
    older.append(counting(1, 1000));
    timeline.append(counting(1001, 2000));

    timeline.prepend(older);

    assert.deepEqual([timeline.base, timeline.seq, timeline.entries.length], [0, 2000, 2000]);
    assert.deepEqual(
      [0, 3, 999, 1000, 1001, 1999].map((seq) => countAt(timeline, seq)),
      [0, 3, 999, 1000, 1001, 1999],
    );
  });

  it("tells within a gap the state before it, and exact ones behind it", () => {
    const [older, timeline] = [begin(0), begin(100, 100)];
    older.append(counting(1, 50));
    timeline.append(counting(101, 110));

    timeline.prepend(older);

    assert.deepEqual(
      [50, 70, 99, 100, 105].map((seq) => countAt(timeline, seq)),
      [50, 50, 50, 100, 105],
    );
  });

  it("[HIS2] keeps no more states of a large document than its memory allows, and tells every one", () => {
    const timeline = begin(0);
    const large = Array.from({ length: 60_000 }, (_, index): readonly [string, Tally] => [
      `r${index}`,
      { count: 1, rev: 0 },
    ]);
    timeline.begin(large);

    timeline.append(counting(1, 6000));

    const seqs = [1, 700, 2047, 2048, 2049, 5999];
    assert.deepEqual(
      seqs.map((seq) => countAt(timeline, seq)),
      seqs,
    );
    assert.ok(timeline.keptRecords <= 500_000, `${timeline.keptRecords}`);
  });
});
