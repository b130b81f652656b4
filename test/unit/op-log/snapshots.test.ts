import assert from "node:assert/strict";
import { MapRecords } from "../../../src/document/document.ts";
import type { Batch, Mark, Snapshot } from "../../../src/op-log/codec.ts";
import { decode } from "../../../src/op-log/msgpack.ts";
import { MIN_SNAPSHOT_BYTES, Snapshots } from "../../../src/op-log/snapshots.ts";
import { Tail } from "../../../src/op-log/tail.ts";

const MAX_ENTRIES = 1000;
const MARKS = { maxAgeMs: 1000, minClients: 0, maxClients: 10 };

describe("the snapshot in use", () => {
  let records: MapRecords<object>;
  let marks: Map<string, Mark>;
  let tail: Tail;
  let snapshots: Snapshots;
  let seq: number;
  let sizes: { readonly seq: number; readonly bytes: number }[];
  const take = () => snapshots.take(seq, MARKS, 0);
  const add = (bytes: number, entries = 1): void => {
    const wire = new Uint8Array(bytes);
    tail.add({ from: seq + 1, to: seq + entries, ts: 0, wire, bytes: wire } satisfies Batch);
    seq += entries;
    sizes.push({ seq, bytes });
    snapshots.added(seq, bytes, tail.from ?? seq);
  };
  const store = (snapshot: Snapshot): void => {
    const since = sizes.filter((one) => one.seq > snapshot.seq).reduce((sum, { bytes }) => sum + bytes, 0);
    snapshots.stored(snapshot.seq, records.sizeBytes, since);
  };
  beforeEach(() => {
    records = new MapRecords();
    records.set("a", { text: "x".repeat(400_000) });
    marks = new Map();
    tail = new Tail({ minEntries: 1e6, minAgeMs: 1e6, maxBytes: 1_000_000 });
    snapshots = new Snapshots({ records, marks }, MAX_ENTRIES);
    seq = 0;
    sizes = [];
  });

  it("is encoded once for all who ask", () => {
    const first = take();

    assert.equal(take(), first);
  });

  it("is used again while little came since", () => {
    const first = take();
    add(50_000);
    add(50_000);

    assert.equal(take(), first);
    assert.equal(first.seq, 0);
  });

  it("is let go when what came since is a quarter of it", () => {
    take();
    add(110_000);

    assert.equal(take().seq, 1);
  });

  it("is let go when many entries came since, however small they are", () => {
    take();
    add(1, MAX_ENTRIES);

    assert.equal(take().seq, MAX_ENTRIES);
  });

  it("[LOG4] is let go when what came since it is no longer kept", () => {
    tail = new Tail({ minEntries: 0, minAgeMs: 0, maxBytes: 0 });
    snapshots = new Snapshots({ records, marks }, MAX_ENTRIES);
    take();
    add(1);
    add(1);

    assert.equal(take().seq, 2);
  });

  it("stays what it was when records and marks change", () => {
    marks.set("a", mark());
    const before = take();
    records.set("b", { v: 1 });
    marks.set("b", mark());

    assert.deepEqual([...before.marks.keys()], ["a"]);
    assert.deepEqual([...before.parts].flatMap((part) => decode(part) as [string, object][]).length, 1);
  });

  it("[LOG4] stays another's where one that was taken before is stored only now", () => {
    const old = take();
    add(110_000);
    const latest = take();

    store(old);

    assert.equal(take(), latest);
  });

  it("[LOG4] stays let go where it is stored only now", () => {
    const old = take();
    add(110_000);

    store(old);

    assert.equal(take().seq, 1);
  });

  it("is the store's own after a restart", () => {
    const old = take();
    const after = new Snapshots({ records, marks }, MAX_ENTRIES);

    after.restored(old, records.sizeBytes);

    assert.deepEqual([after.take(seq, MARKS, 0) === old, after.storedSeq], [true, old.seq]);
  });

  it("is due for the store when what came since the stored one outweighs it", () => {
    store(take());
    const isDue: boolean[] = [];
    for (const bytes of [300_000, 99_000, 2000]) {
      add(bytes);
      isDue.push(snapshots.isDue(seq));
    }

    assert.deepEqual(isDue, [false, false, true]);
  });

  it("is not due for a document of nearly nothing before the log is worth it", () => {
    records.delete("a");
    store(take());
    add(MIN_SNAPSHOT_BYTES - 1);
    const before = snapshots.isDue(seq);
    add(1);

    assert.deepEqual([before, snapshots.isDue(seq)], [false, true]);
  });

  it("is due for the store after many entries, however small they are", () => {
    store(take());
    add(1, MAX_ENTRIES - 1);
    const before = snapshots.isDue(seq);
    add(1);

    assert.deepEqual([before, snapshots.isDue(seq), take().seq], [false, true, MAX_ENTRIES]);
  });
});

function mark(): Mark {
  return { n: 1, seq: 1, outcome: "commit", owner: "", ts: 0 };
}
