import assert from "node:assert/strict";
import fc from "fast-check";
import type { Batch } from "../../../src/op-log/codec.ts";
import { Tail, type TailLimits } from "../../../src/op-log/tail.ts";

const WIDE: TailLimits = { minEntries: 1000, minAgeMs: 1000, maxBytes: 1_000_000 };

describe("the tail of a log", () => {
  it("[LOG4] gives everything after a seq, and nothing where that is the last", () => {
    const tail = tailOf(WIDE, [batch(1, 3), batch(4, 4), batch(5, 9)]);

    assert.deepEqual(
      [3, 4, 9].map((seq) => fromOf(tail.after(seq))),
      [[4, 5], [5], []],
    );
  });

  it("[LOG4] gives the whole batch that a seq lies in", () => {
    const tail = tailOf(WIDE, [batch(1, 3), batch(4, 6)]);

    assert.deepEqual(fromOf(tail.after(5)), [4]);
  });

  it("[LOG4] gives nothing rather than a hole where it no longer reaches back", () => {
    const tail = tailOf(WIDE, [batch(5, 6), batch(7, 8)]);

    assert.deepEqual([tail.after(3), tail.bytesAfter(3)], [undefined, undefined]);
    assert.deepEqual(fromOf(tail.after(4)), [5, 7]);
  });

  it("[LOG4] reaches back to nothing while it is empty", () => {
    const tail = new Tail(WIDE);

    assert.deepEqual([tail.from, tail.after(5), tail.bytesAfter(5)], [undefined, undefined, undefined]);
  });

  it("counts the bytes that clients would get", () => {
    const tail = tailOf(WIDE, [batch(1, 1, { bytes: 100 }), batch(2, 2, { bytes: 20 }), batch(3, 3, { bytes: 3 })]);

    assert.deepEqual(
      [0, 1, 2, 3].map((seq) => tail.bytesAfter(seq)),
      [123, 23, 3, 0],
    );
  });

  it("says where the last of it begins that take so many bytes at most, or are so young", () => {
    const sizes = [
      batch(1, 1, { bytes: 100, ts: 1 }),
      batch(2, 4, { bytes: 20, ts: 5 }),
      batch(5, 5, { bytes: 3, ts: 9 }),
    ];
    const tail = tailOf(WIDE, sizes);

    assert.deepEqual(
      [2, 3, 22, 23, 123, 1000].map((bytes) => tail.fromWithin(bytes, -1)),
      [undefined, 5, 5, 2, 1, 1],
    );
    assert.deepEqual(
      [0, 3, 4, 8].map((ageMs) => tail.fromWithin(0, ageMs)),
      [5, 5, 2, 1],
    );
  });

  it("keeps as many entries as it must, however old they are", () => {
    const limits = { minEntries: 3, minAgeMs: 0, maxBytes: 1_000_000 };
    const tail = tailOf(
      limits,
      [1, 2, 3, 4, 5].map((seq) => batch(seq, seq, { ts: seq * 1e9 })),
    );

    assert.equal(tail.from, 3);
  });

  it("keeps what is young enough, however many entries there are", () => {
    const limits = { minEntries: 1, minAgeMs: 100, maxBytes: 1_000_000 };
    const tail = tailOf(
      limits,
      [1, 2, 3, 4, 5].map((seq) => batch(seq, seq, { ts: seq * 40 })),
    );

    assert.equal(tail.from, 3); // of 80, 80 before the last; the one of 40 before it is 120 older
  });

  it("[LOG8] keeps no more bytes than it may, whatever else asks for them", () => {
    const tail = tailOf(
      { ...WIDE, maxBytes: 25 },
      [1, 2, 3, 4, 5].map((seq) => batch(seq, seq, { bytes: 10 })),
    );

    assert.deepEqual([tail.from, tail.bytesAfter(3)], [4, 20]);
  });

  it("keeps the last batch, also where that alone is more than it may keep", () => {
    const tail = tailOf({ ...WIDE, maxBytes: 5 }, [batch(1, 1), batch(2, 2, { bytes: 100 })]);

    assert.deepEqual([tail.from, fromOf(tail.after(1))], [2, [2]]);
  });

  it("is what a plain list would be, after any batches", () => {
    const batches = fc.array(
      fc.record({ entries: fc.integer({ min: 1, max: 5 }), bytes: fc.integer({ min: 1, max: 40 }), ageMs: fc.nat(30) }),
      { minLength: 1, maxLength: 80, size: "max" },
    );
    const limits = fc.record({ minEntries: fc.nat(20), minAgeMs: fc.nat(60), maxBytes: fc.nat(300) });
    fc.assert(
      fc.property(limits, batches, (limit, steps) => {
        const tail = new Tail(limit);
        let list: Batch[] = [];
        let ts = 0;
        for (const { entries, bytes, ageMs } of steps) {
          ts += ageMs;
          const from = (list.at(-1)?.to ?? 0) + 1;
          list = keptOf([...list, batch(from, from + entries - 1, { bytes, ts })], limit);
          tail.add(list[list.length - 1] ?? batch(1, 1));
          sameAsList(tail, list);
        }
      }),
    );
  });
});

/** What must be kept of a list: from the first of the rest on, as each limit says. */
function keptOf(list: readonly Batch[], { minEntries, minAgeMs, maxBytes }: TailLimits): Batch[] {
  const last = list.at(-1);
  assert.ok(last);
  const isWanted = (one: Batch, index: number): boolean =>
    bytesOf(list.slice(index)) <= maxBytes && (last.to - one.to < minEntries || last.ts - one.ts < minAgeMs);
  const first = list.findIndex((one, index) => one === last || isWanted(one, index));
  return list.slice(first);
}

function sameAsList(tail: Tail, list: readonly Batch[]): void {
  const [first, last] = [list[0], list.at(-1)];
  assert.ok(first && last);
  assert.equal(tail.from, first.from);
  for (let seq = first.from - 2; seq <= last.to; seq++) {
    const due: readonly Batch[] | undefined = seq < first.from - 1 ? undefined : list.filter(({ to }) => to > seq);
    assert.deepEqual(fromOf(tail.after(seq)), fromOf(due), `after ${seq}`);
    assert.equal(tail.bytesAfter(seq), due && bytesOf(due), `bytes after ${seq}`);
  }
}

function bytesOf(batches: readonly Batch[]): number {
  return batches.reduce((sum, { wire }) => sum + wire.byteLength, 0);
}

function batch(from: number, to: number, { bytes = 10, ts = 0 } = {}): Batch {
  return { from, to, ts, wire: new Uint8Array(bytes), bytes: new Uint8Array(bytes) };
}

function tailOf(limits: TailLimits, batches: readonly Batch[]): Tail {
  const tail = new Tail(limits);
  for (const one of batches) tail.add(one);
  return tail;
}

function fromOf(batches: readonly Batch[] | undefined): readonly number[] | undefined {
  return batches?.map(({ from }) => from);
}
