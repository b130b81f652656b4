import assert from "node:assert/strict";
import { encodeBatch, encodeSnapshot } from "../../../src/op-log/codec.ts";
import { RecordParts } from "../../../src/op-log/record-parts.ts";
import { recover } from "../../../src/op-log/recover.ts";
import type { StoredBatch } from "../../../src/op-log/store.ts";

describe("what a log comes to", () => {
  it("is nothing where nothing was kept", () => {
    assert.deepEqual(recover({ snapshot: undefined, batches: [] }), {
      snapshot: undefined,
      batches: [],
      tornFrom: undefined,
    });
  });

  it("is its batches in order, with all that they hold", () => {
    const { batches, tornFrom } = recover({ snapshot: undefined, batches: [batch(1, 2), batch(3, 3)] });

    assert.deepEqual([seqsOf(batches), tornFrom], [[1, 2, 3], undefined]);
    assert.deepEqual(
      [batches[0]?.outcomes, batches[0]?.owners],
      [
        ["commit", "commit"],
        ["owner 1", "owner 2"],
      ],
    );
    assert.deepEqual([batches[0]?.batch.ts, batches[0]?.batch.from, batches[0]?.batch.to], [1002, 1, 2]);
  });

  it("is a snapshot and what is kept on both sides of it", () => {
    const { snapshot, batches } = recover({ snapshot: snapshotAt(4), batches: [batch(3, 4), batch(5, 5)] });

    assert.deepEqual([snapshot?.seq, seqsOf(batches)], [4, [3, 4, 5]]);
  });

  it("is a snapshot alone", () => {
    const { snapshot, batches } = recover({ snapshot: snapshotAt(4), batches: [] });

    assert.deepEqual([snapshot?.seq, batches], [4, []]);
  });

  for (const length of [0, 3, 15, 16, 40]) {
    it(`[LOG7] leaves out a last batch of which ${length} bytes were written, and says where to cut`, () => {
      const { batches, tornFrom } = recover({ snapshot: undefined, batches: [batch(1, 2), cut(batch(3, 4), length)] });

      assert.deepEqual([seqsOf(batches), tornFrom], [[1, 2], 3]);
    });
  }

  it("[LOG7] leaves out a torn batch that is all there is", () => {
    const { batches, tornFrom } = recover({ snapshot: undefined, batches: [cut(batch(1, 1), 20)] });

    assert.deepEqual([batches, tornFrom], [[], 1]);
  });

  it("[LOG7] leaves out a torn batch right behind a snapshot", () => {
    const { batches, tornFrom } = recover({ snapshot: snapshotAt(4), batches: [cut(batch(5, 5), 20)] });

    assert.deepEqual([batches, tornFrom], [[], 5]);
  });

  it("[LOG7] refuses a batch that is cut off where others follow", () => {
    const content = { snapshot: undefined, batches: [batch(1, 2), cut(batch(3, 4), 20), batch(5, 5)] };

    assert.throws(() => recover(content), { code: "LOG_CORRUPT", message: /Entries 3 to 4/ });
  });

  it("[LOG7] refuses a damaged batch, also the last", () => {
    const content = { snapshot: undefined, batches: [batch(1, 2), damaged(batch(3, 4))] };

    assert.throws(() => recover(content), { code: "LOG_CORRUPT", message: /Entries 3 to 4: .*checksum/ });
  });

  it("[LOG7] refuses a log that does not begin with its first entry", () => {
    const content = { snapshot: undefined, batches: [batch(2, 2)] };

    assert.throws(() => recover(content), { code: "LOG_CORRUPT", message: /Entry 1 is missing/ });
  });

  it("[LOG7] refuses a hole between batches", () => {
    const content = { snapshot: undefined, batches: [batch(1, 2), batch(4, 5)] };

    assert.throws(() => recover(content), { code: "LOG_CORRUPT", message: /Entry 3 is missing/ });
  });

  it("[LOG7] refuses a hole between batches behind which the last is torn", () => {
    const content = { snapshot: undefined, batches: [batch(1, 2), cut(batch(4, 5), 20)] };

    assert.throws(() => recover(content), { code: "LOG_CORRUPT", message: /Entry 3 is missing/ });
  });

  it("[LOG7] refuses a hole between a snapshot and what follows it", () => {
    const content = { snapshot: snapshotAt(4), batches: [batch(6, 6)] };

    assert.throws(() => recover(content), { code: "LOG_CORRUPT", message: /Entry 5 is missing/ });
  });

  it("[LOG7] refuses a hole between a snapshot and a torn batch, which would hide it", () => {
    const content = { snapshot: snapshotAt(4), batches: [cut(batch(6, 6), 20)] };

    assert.throws(() => recover(content), { code: "LOG_CORRUPT", message: /Entry 5 is missing/ });
  });

  it("[LOG7] refuses batches that end before the snapshot does, since what comes next would leave a hole", () => {
    const content = { snapshot: snapshotAt(4), batches: [batch(1, 2), cut(batch(3, 4), 20)] };

    assert.throws(() => recover(content), { code: "LOG_CORRUPT" });
  });

  it("[LOG7] refuses whole batches that end before the snapshot does", () => {
    const content = { snapshot: snapshotAt(4), batches: [batch(1, 2)] };

    assert.throws(() => recover(content), { code: "LOG_CORRUPT", message: /Entry 3 is missing/ });
  });

  it("[LOG7] refuses entries twice", () => {
    const content = { snapshot: undefined, batches: [batch(1, 2), batch(2, 3)] };

    assert.throws(() => recover(content), { code: "LOG_CORRUPT" });
  });

  it("[LOG7] refuses a whole batch that stands in the place of another", () => {
    const moved = { ...batch(5, 6), from: 1, to: 2 };

    assert.throws(() => recover({ snapshot: undefined, batches: [moved] }), { code: "LOG_CORRUPT" });
  });

  it("[LOG7] refuses a batch with more or fewer entries than its place", () => {
    for (const to of [1, 3]) {
      const content = { snapshot: undefined, batches: [{ ...batch(1, 2), to }] };
      assert.throws(() => recover(content), { code: "LOG_CORRUPT" }, `to ${to}`);
    }
  });

  it("[LOG7] refuses a damaged snapshot, whatever batches there are", () => {
    const snapshot = cut({ from: 0, to: 0, bytes: snapshotAt(2) }, 30).bytes;

    assert.throws(() => recover({ snapshot, batches: [batch(1, 2)] }), { code: "LOG_CORRUPT", message: /Snapshot/ });
  });
});

function batch(from: number, to: number): StoredBatch {
  const seqs = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const entries = seqs.map((seq) => ({ seq, clientId: "c", n: seq, userId: "u", ts: 1000 + seq, effects: [{ seq }] }));
  const { bytes } = encodeBatch(entries, {
    outcomes: seqs.map(() => "commit" as const),
    owners: seqs.map((seq) => `owner ${seq}`),
  });
  return { from, to, bytes };
}

function snapshotAt(seq: number): Uint8Array {
  return encodeSnapshot({ seq, parts: new RecordParts([["a", { v: 1 }]]), marks: new Map() });
}

function cut(one: StoredBatch, length: number): StoredBatch {
  return { ...one, bytes: one.bytes.subarray(0, length) };
}

function damaged(one: StoredBatch): StoredBatch {
  return { ...one, bytes: one.bytes.map((byte, index) => (index === 20 ? byte ^ 1 : byte)) };
}

function seqsOf(batches: readonly { readonly entries: readonly { readonly seq: number }[] }[]): number[] {
  return batches.flatMap(({ entries }) => entries.map(({ seq }) => seq));
}
