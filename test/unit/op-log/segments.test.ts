import assert from "node:assert/strict";
import {
  EMPTY_INDEX,
  type LogIndex,
  readIndex,
  type Segment,
  stepPast,
  writeIndex,
} from "../../../src/op-log/segments.ts";

const KB = 1024;

function segment(base: number, batchKb: number, snapshotKb = 1): Segment {
  return { base, snapshotBytes: snapshotKb * KB, batchBytes: batchKb * KB };
}

/** A snapshot of a kilobyte takes the place of that of `before`, with so many kilobytes between. */
function step(past: readonly Segment[], before: number, after: number, more: { kb?: number; maxKb?: number } = {}) {
  const { kb = 100, maxKb = 1000 } = more;
  const size = (seq: number) => ({ seq, bytes: seq === 0 ? 0 : KB });
  const change = { before: size(before), after: size(after), batchBytes: kb * KB, keepFrom: after };
  return stepPast({ keepFrom: 0, past }, change, maxKb * KB);
}

describe("the past of a log", () => {
  it("[HIS1] begins with the empty document", () => {
    const { index, dropped, dropBefore } = step([], 0, 10);

    assert.deepEqual(index.past, [segment(0, 100, 0)]);
    assert.deepEqual([dropped, dropBefore], [[], 1]);
  });

  it("[HIS1] gets a stretch of its own from each snapshot that the entries before it outweigh", () => {
    const { index, dropped } = step([segment(0, 100, 0)], 10, 20);

    assert.deepEqual(index.past, [segment(0, 100, 0), segment(10, 100)]);
    assert.deepEqual(dropped, []);
  });

  it("lets a snapshot go that few entries led to, and goes on with the stretch before it", () => {
    const { index, dropped } = step([segment(0, 100, 0), segment(10, 2)], 12, 20, { kb: 3 });

    assert.deepEqual(index.past, [segment(0, 100, 0), segment(10, 5)]);
    assert.deepEqual(dropped, [12]);
  });

  it("gives an opening no more entries again than the compaction before left it", () => {
    const change = { before: { seq: 10, bytes: KB }, after: { seq: 20, bytes: KB }, batchBytes: 0, keepFrom: 5 };
    const { index } = stepPast({ keepFrom: 11, past: [] }, change, 0);

    assert.equal(index.keepFrom, 11);
  });

  it("[HIS2] keeps the newest that fit, whole", () => {
    const { index, dropped, dropBefore } = step([segment(0, 100, 0), segment(10, 100)], 20, 30, { maxKb: 210 });

    assert.deepEqual(index.past, [segment(10, 100), segment(20, 100)]);
    assert.deepEqual([dropped, dropBefore], [[], 11]);
  });

  it("[HIS2] keeps nothing where nothing fits, and no entry that only the past needs", () => {
    const { index, dropped, dropBefore } = step([segment(10, 100)], 20, 30, { maxKb: 0 });

    assert.deepEqual(index.past, []);
    assert.deepEqual([dropped, dropBefore], [[10, 20], 30]);
  });

  it("stays as it is where a snapshot takes the place of the same one", () => {
    const past = [segment(0, 100, 0)];

    const { index, dropped } = step(past, 10, 10);

    assert.deepEqual([index.past, dropped], [past, []]);
  });

  it("is written down and read again", () => {
    const index: LogIndex = { keepFrom: 7, past: [segment(0, 3, 0), segment(5, 4)] };

    assert.deepEqual(readIndex(writeIndex(index)), index);
  });

  for (const text of [undefined, "", "[", "{}", "[1]", '[1,[["a",2,3]]]', '["1",[]]', "[1,[[1,2]]]"]) {
    it(`counts as none where what was written is ${JSON.stringify(text)}`, () => {
      assert.deepEqual(readIndex(text), EMPTY_INDEX);
    });
  }
});
