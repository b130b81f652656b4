import assert from "node:assert/strict";
import { manualClock } from "../../../src/clock/clock.ts";
import { encodeBatch, encodeSnapshot } from "../../../src/op-log/codec.ts";
import { createMemoryStore, MemoryLogs } from "../../../src/op-log/memory-store.ts";
import { decode } from "../../../src/op-log/msgpack.ts";
import { type Past, pastOf } from "../../../src/op-log/past.ts";
import { RecordParts } from "../../../src/op-log/record-parts.ts";
import type { StoredLog } from "../../../src/op-log/store.ts";
import type { OpBatch } from "../../../src/protocol/protocol.ts";

const BULK = "x".repeat(40_000);

describe("the past of a document", () => {
  let logs: MemoryLogs;
  let log: StoredLog;
  beforeEach(async () => {
    logs = new MemoryLogs();
    log = await createMemoryStore({ clock: manualClock(), logs }).open("board/a");
    await log.load();
  });

  const append = (from: number, to: number, bulk = ""): Promise<void> => {
    const entries = Array.from({ length: to - from + 1 }, (_, index) => {
      return { seq: from + index, clientId: "c", n: from + index, userId: "u", ts: 5, effects: [{ t: "add", bulk }] };
    });
    return log.append(
      encodeBatch(entries, { outcomes: entries.map(() => "commit" as const), owners: entries.map(() => "") }),
    );
  };
  const compact = (seq: number): Promise<void> => {
    const parts = new RecordParts([[`r${seq}`, { count: seq }]]);
    return log.compact({ seq, bytes: encodeSnapshot({ seq, parts, marks: new Map() }) }, seq + 1);
  };
  /** Two stretches and the one that goes on: up to 10, up to 20, up to 23. */
  const write = async (): Promise<void> => {
    await append(1, 5, BULK);
    await append(6, 10, BULK);
    await compact(10);
    await append(11, 20, BULK);
    await compact(20);
    await append(21, 22);
    await append(23, 23);
  };
  const read = async (past: Past): Promise<{ ids: string[]; seqs: number[] }> => {
    const [ids, seqs]: [string[], number[]] = [[], []];
    for await (const { kind, data } of past.parts()) {
      if (kind === "records") ids.push(...(decode(data) as [string, object][]).map(([id]) => id));
      else seqs.push(...(decode(data) as OpBatch[]).flatMap(({ entries }) => entries.map(({ seq }) => seq)));
    }
    return { ids, seqs };
  };
  const count = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);

  it("[HIS1] is read stretch by stretch, from the newest to the first entry", async () => {
    await write();
    const newest = pastOf(log, 23);
    const middle = pastOf(log, 23, newest.base + 1);
    const oldest = pastOf(log, 23, middle.base + 1);

    const read3 = [await read(newest), await read(middle), await read(oldest)];

    assert.deepEqual(
      [newest, middle, oldest].map(({ base, to, hasOlder }) => [base, to, hasOlder]),
      [
        [20, 23, true],
        [10, 20, true],
        [0, 10, false],
      ],
    );
    assert.deepEqual(read3, [
      { ids: ["r20"], seqs: count(21, 23) },
      { ids: ["r10"], seqs: count(11, 20) },
      { ids: [], seqs: count(1, 10) },
    ]);
  });

  it("[HIS1] is that of the stretch before where the newest has no entry yet", async () => {
    await append(1, 5, BULK);
    await append(6, 10, BULK);
    await compact(10);

    const { base, to, hasOlder } = pastOf(log, 10);

    assert.deepEqual([base, to, hasOlder], [0, 10, false]);
  });

  it("is nothing, and no error, of a document without entries and before the first of them", async () => {
    const empty = pastOf(log, 0);
    await append(1, 5);
    const before = pastOf(log, 5, 1);

    assert.deepEqual(
      [await read(empty), await read(before)],
      [
        { ids: [], seqs: [] },
        { ids: [], seqs: [] },
      ],
    );
    assert.deepEqual([before.hasOlder, before.to], [false, 0]);
  });

  it("[HIS1] tells what is not safe yet to nobody", async () => {
    await append(1, 5);

    assert.deepEqual(pastOf(log, 3).to, 3);
  });

  it("is given in parts of about 64 kB", async () => {
    await write();
    const sizes: number[] = [];

    for await (const { data } of pastOf(log, 23, 21).parts()) sizes.push(data.byteLength);

    assert.ok(sizes.length > 4 && Math.max(...sizes) < 110_000, `${sizes}`);
  });

  it("names an entry that is damaged, and gives the other stretches", async () => {
    await write();
    damage("batches", 11);

    await assert.rejects(read(pastOf(log, 23, 21)), { code: "LOG_CORRUPT", message: /Entries 11 to 20: .*checksum/ });
    assert.deepEqual((await read(pastOf(log, 23, 11))).seqs, count(1, 10));
  });

  it("names a snapshot that is damaged or missing", async () => {
    await write();
    damage("snapshots", 10);
    await assert.rejects(read(pastOf(log, 23, 21)), { code: "LOG_CORRUPT", message: /checksum/ });
    logs.get("board/a")?.snapshots.delete(10);

    await assert.rejects(read(pastOf(log, 23, 21)), { code: "LOG_CORRUPT", message: /Snapshot 10 is missing/ });
  });

  it("names an entry that is missing", async () => {
    await write();
    const held = logs.get("board/a");
    if (held) held.batches = held.batches.filter(({ from }) => from !== 6);

    await assert.rejects(read(pastOf(log, 23, 11)), { code: "LOG_CORRUPT", message: /Entry 6 is missing/ });
  });

  it("is no damage where a compaction has let go of it meanwhile", async () => {
    log = await createMemoryStore({ clock: manualClock(), maxHistoryBytes: 0 }).open("board/a");
    await append(1, 10, BULK);
    const past = pastOf(log, 10);
    await compact(10);

    await assert.rejects(read(past), { code: "LOG_UNAVAILABLE" });
  });

  /** Turns a byte of what the store has. */
  function damage(what: "batches" | "snapshots", seq: number): void {
    const held = logs.get("board/a");
    const bytes =
      what === "snapshots" ? held?.snapshots.get(seq) : held?.batches.find(({ from }) => from === seq)?.bytes;
    bytes?.set([(bytes.at(-1) ?? 0) ^ 1], bytes.length - 1);
  }
});
