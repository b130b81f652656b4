import assert from "node:assert/strict";
import fc from "fast-check";
import { type Clock, systemClock } from "../../src/clock/clock.ts";
import type { LogContent, LogStore, StoredBatch, StoredLog } from "../../src/op-log/store.ts";
import { batch, snapshot } from "./log-bytes.ts";
import { contentOf, pastOf, plain } from "./log-content.ts";
import { command, ModelRun } from "./log-store-model.ts";

/** How a store is started. */
export interface StartOptions {
  readonly isRestored?: boolean;
  readonly maxHistoryBytes?: number;
}

/** One place for logs, and as many stores on it as a test wants. */
export interface LogStoreHarness {
  /** A further store on the same data, as another process would have; after a `close`, as a restarted one would. */
  start(options?: StartOptions): Promise<LogStore>;
  /** Ends what was started, and removes the data. */
  dispose(): Promise<void>;
}

/** Registers the tests that every LogStore passes. `make` gives a place without logs; its stores use `clock`. */
export function logStoreContract(name: string, make: (clock: Clock) => Promise<LogStoreHarness>): void {
  describe(`${name} fulfils the contract of a log store:`, () => {
    let harness: LogStoreHarness;
    let store: LogStore;
    let wallMs: number;
    beforeEach(async () => {
      wallMs = 1000;
      harness = await make({ ...systemClock(), wallMs: () => wallMs });
      store = await harness.start();
    });
    afterEach(() => harness.dispose());

    /** What a new process would find. */
    const restart = async (options?: StartOptions): Promise<LogStore> => {
      await store.close();
      store = await harness.start(options);
      return store;
    };
    const reload = async (key: string): Promise<LogContent> => {
      const log = await (await restart()).open(key);
      const content = await contentOf(log);
      await log.close();
      return content;
    };

    describe("opening", () => {
      it("makes an empty log where there is none", async () => {
        const log = await store.open("board/new");

        assert.deepEqual(await contentOf(log), { snapshot: undefined, batches: [] });
      });

      it("gives each opening a higher owner's epoch, also after a restart", async () => {
        const epochs: number[] = [];
        for (let round = 0; round < 3; round++) {
          const log = await store.open("board/a");
          epochs.push(log.ownerEpoch);
          await log.close();
          await restart();
        }

        assert.ok(
          Number(epochs[0]) >= 1 && Number(epochs[1]) > Number(epochs[0]) && Number(epochs[2]) > Number(epochs[1]),
        );
      });

      it("takes an owner's epoch that is higher than every one before", async () => {
        await (await store.open("board/a", 7)).close();

        assert.equal((await store.open("board/a", 9)).ownerEpoch, 9);
      });

      it("refuses an owner's epoch that is not higher, and lets the log be opened after that", async () => {
        await (await store.open("board/a", 7)).close();

        await assert.rejects(store.open("board/a", 7), { code: "LOG_FENCED" });
        assert.equal((await store.open("board/a")).ownerEpoch, 8);
      });

      it("leaves the owner as it is when an old owner's epoch is refused", async () => {
        const log = await store.open("board/a", 7);
        const other = await harness.start();

        await assert.rejects(other.open("board/a", 6), { code: "LOG_FENCED" });

        await log.append(batch(1));
      });

      it("refuses a log that is open", async () => {
        const log = await store.open("board/a");

        await assert.rejects(store.open("board/a"), { code: "LOG_IN_USE" });

        await log.append(batch(1));
      });

      it("refuses the second of two openings at once", async () => {
        const results = await Promise.allSettled([store.open("board/a"), store.open("board/a")]);

        assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
      });

      it("waits for a close that is under way, and finds what was appended before", async () => {
        const log = await store.open("board/a");
        const appended = log.append(batch(1));
        const closed = log.close();

        const again = await store.open("board/a");

        assert.deepEqual(from((await contentOf(again)).batches), [1]);
        await Promise.all([appended, closed]);
      });

      it("lets a log that was closed twice be opened once", async () => {
        const log = await store.open("board/a");
        await Promise.all([log.close(), log.close()]);
        const again = await store.open("board/a");

        await log.close();

        await assert.rejects(store.open("board/a"), { code: "LOG_IN_USE" });
        await again.append(batch(1));
      });

      for (const key of ["", "a".repeat(257), `a${"\ud800"}`]) {
        it(`refuses ${JSON.stringify(key).slice(0, 12)} (${key.length} characters) as a key`, async () => {
          await assert.rejects(store.open(key), RangeError);
        });
      }

      it("keeps apart logs whose keys look alike", async () => {
        const keys = [
          "a",
          "a/",
          "a/b",
          "a\0",
          "a\0b",
          `a\0\u0002${"\0".repeat(7)}\u0001`, // as a key of a batch might be put together

          "A",
          "ä",
          "a\u0308",
          "*",
          "{a}",
          "a:b",
          "\uffff".repeat(256),
          "a".repeat(256),
        ];
        for (const [index, key] of keys.entries()) await appendTo(store, key, batch(1, 1, index));

        await restart();

        for (const [index, key] of keys.entries()) {
          const { batches } = await contentOf(await store.open(key));
          assert.deepEqual(batches, [batch(1, 1, index)], JSON.stringify(key));
        }
      });
    });

    describe("appending", () => {
      it("keeps every batch in order, byte for byte, over a restart", async () => {
        const log = await store.open("board/a");
        const batches = [batch(1, 3), batch(4), batch(5, 9, 0), batch(10, 10, 70_000), batch(11, 300)];
        for (const one of batches) await log.append(one);

        assert.deepEqual(await reload("board/a"), { snapshot: undefined, batches });
      });

      it("keeps the order where numbers get longer", async () => {
        const log = await store.open("board/a");
        const starts = [1, 10, 100, 256, 65_536, 2 ** 32, 2 ** 32 + 1, 2 ** 40];
        const batches = starts.map((start, index) => batch(start, (starts[index + 1] ?? start + 1) - 1));
        for (const one of batches) await log.append(one);

        assert.deepEqual((await reload("board/a")).batches, batches);
      });

      it("changes nothing when the same bytes come again at the same place", async () => {
        const log = await store.open("board/a");
        await log.append(batch(1, 3));
        await log.append(batch(4));

        await log.append(batch(1, 3));
        await log.append(batch(4));

        assert.deepEqual((await reload("board/a")).batches, [batch(1, 3), batch(4)]);
      });

      it("takes the same bytes again from a writer that opened the log anew", async () => {
        await appendTo(store, "board/a", batch(1, 3));
        await restart();

        await appendTo(store, "board/a", batch(1, 3));

        assert.deepEqual((await reload("board/a")).batches, [batch(1, 3)]);
      });

      for (const [what, wrong] of [
        ["leaves a hole", batch(6)],
        ["begins before the end", batch(3)],
        ["has other bytes at the place of another", batch(4, 4, 9)],
        ["ends elsewhere than the one at its place", batch(1, 2)],
        ["ends before it begins", { ...batch(5), to: 4 }],
        ["begins at no whole number", { ...batch(5), from: 4.5 }],
      ] as const) {
        it(`refuses a batch that ${what}, as the mistake it is, and goes on`, async () => {
          const log = await store.open("board/a");
          await log.append(batch(1, 3));
          await log.append(batch(4));

          await assert.rejects(log.append(wrong), RangeError);

          await log.append(batch(5));
          assert.deepEqual((await reload("board/a")).batches, [batch(1, 3), batch(4), batch(5)]);
        });
      }

      it("begins a log at 1", async () => {
        const log = await store.open("board/a");

        await assert.rejects(log.append(batch(2)), RangeError);
        await assert.rejects(log.append({ ...batch(0), to: 1 }), RangeError);
      });

      it("writes in the order of the calls, without waiting for each", async () => {
        const log = await store.open("board/a");

        await Promise.all([log.append(batch(1)), log.compact(snapshot(1), 1), log.append(batch(2)), log.cut(2)]);

        await log.append(batch(2, 5));
        assert.deepEqual(await reload("board/a"), { snapshot: snapshot(1).bytes, batches: [batch(1), batch(2, 5)] });
      });

      it("keeps the logs of 200 rooms that write at once", async () => {
        const keys = Array.from({ length: 200 }, (_, index) => `board/${index}`);
        const logs = await Promise.all(keys.map((key) => store.open(key)));
        for (let seq = 1; seq <= 3; seq++)
          await Promise.all(logs.map((log, index) => log.append(batch(seq, seq, index))));

        await restart();

        const loaded = await Promise.all(keys.map(async (key) => contentOf(await store.open(key))));
        const expected = keys.map((_, index) => [1, 2, 3].map((seq) => batch(seq, seq, index)));
        assert.deepEqual(
          loaded.map(({ batches }) => batches),
          expected,
        );
      });

      it("gives out bytes that later reads and writes leave alone", async () => {
        const log = await store.open("board/a");
        await log.append(batch(1, 1, 5000));
        const { batches } = await log.load();
        const other = await store.open("board/b");
        for (let seq = 1; seq <= 20; seq++) await other.append(batch(seq, seq, 6000 + seq));
        await other.load();

        assert.equal(Buffer.compare(batches[0]?.bytes ?? Buffer.of(), batch(1, 1, 5000).bytes), 0);
      });
    });

    describe("compacting", () => {
      it("puts the snapshot in the place of the one before, and drops what ends before the horizon", async () => {
        const log = await store.open("board/a");
        for (const one of [batch(1, 3), batch(4, 6), batch(7, 9)]) await log.append(one);
        await log.compact(snapshot(6), 4);
        await log.append(batch(10));

        await log.compact(snapshot(9), 6);

        assert.deepEqual(await reload("board/a"), {
          snapshot: snapshot(9).bytes,
          batches: [batch(4, 6), batch(7, 9), batch(10)],
        });
      });

      it("does not take back what a compaction let go, where a later one is asked to keep more", async () => {
        const log = await store.open("board/a");
        for (const one of [batch(1, 3), batch(4, 6), batch(7, 9)]) await log.append(one);
        await log.compact(snapshot(6), 7);

        await log.compact(snapshot(9), 4);

        assert.deepEqual(await reload("board/a"), { snapshot: snapshot(9).bytes, batches: [batch(7, 9)] });
      });

      it("goes on after the snapshot where it left no batch", async () => {
        const log = await store.open("board/a");
        await log.append(batch(1, 9));
        await log.compact(snapshot(9), 10);
        await restart();
        const again = await store.open("board/a");

        await assert.rejects(again.append(batch(1)), RangeError);
        await again.append(batch(10));

        assert.deepEqual(await reload("board/a"), { snapshot: snapshot(9).bytes, batches: [batch(10)] });
      });

      it("takes a snapshot that is ahead of the log, as an import is", async () => {
        const log = await store.open("board/a");

        await log.compact(snapshot(100), 101);
        await log.append(batch(101));

        assert.deepEqual(await reload("board/a"), { snapshot: snapshot(100).bytes, batches: [batch(101)] });
      });

      it("refuses to drop what the snapshot does not hold", async () => {
        const log = await store.open("board/a");
        await log.append(batch(1, 9));

        await assert.rejects(log.compact(snapshot(4), 6), RangeError);

        assert.deepEqual(await reload("board/a"), { snapshot: undefined, batches: [batch(1, 9)] });
      });

      it("keeps a snapshot of 4 MB", async () => {
        const log = await store.open("board/a");
        await log.append(batch(1));
        const large = snapshot(1, 4 * 1024 * 1024);

        await log.compact(large, 2);

        const { snapshot: bytes } = await reload("board/a");
        assert.ok(bytes && Buffer.compare(bytes, large.bytes) === 0);
      });
    });

    describe("[HIS1] history", () => {
      /** Batches of 5 entries, each of 32 KiB, and a snapshot of a kilobyte behind every second one. */
      const write = async (log: StoredLog, from: number, to: number): Promise<void> => {
        for (let seq = from; seq <= to; seq += 5) {
          await log.append(batch(seq, seq + 4, LARGE));
          if (seq % 10 === 6) await log.compact(snapshot(seq + 4, 1024), seq + 5);
        }
      };

      it("begins with the first entry of a log that was never compacted", async () => {
        const log = await store.open("board/a");
        await log.append(batch(1, 3));
        await log.append(batch(4));
        const again = await (await restart()).open("board/a");
        await again.load();

        assert.deepEqual(await pastOf(again, 4), { bases: [0], snapshots: [], batches: [batch(1, 3), batch(4)] });
      });

      it("keeps what a compaction replaces, over a restart, and leaves it out of what is loaded", async () => {
        const log = await store.open("board/a");
        await write(log, 1, 25);
        const again = await (await restart()).open("board/a");

        const loaded = await contentOf(again);

        assert.deepEqual(loaded, { snapshot: snapshot(20, 1024).bytes, batches: [batch(21, 25, LARGE)] });
        assert.deepEqual(await pastOf(again, 25), {
          bases: [0, 10, 20],
          snapshots: [snapshot(10, 1024).bytes, snapshot(20, 1024).bytes],
          batches: [1, 6, 11, 16, 21].map((from) => batch(from, from + 4, LARGE)),
        });
      });

      it("is told by the writer that compacts, too, without another load", async () => {
        const log = await store.open("board/a");
        await log.load();
        await write(log, 1, 20);

        assert.deepEqual(log.bases, [0, 10, 20]);
        assert.deepEqual(await plain(log.readBase(10)), snapshot(10, 1024).bytes);
      });

      it("[HIS2] lets the oldest stretch go, whole, where all of it is more than the bound", async () => {
        await restart({ maxHistoryBytes: 3 * LARGE });
        const log = await store.open("board/a");

        await write(log, 1, 40);

        assert.deepEqual(await pastOf(log, 40), {
          bases: [30, 40],
          snapshots: [snapshot(30, 1024).bytes, snapshot(40, 1024).bytes],
          batches: [31, 36].map((from) => batch(from, from + 4, LARGE)),
        });
        assert.equal(await log.readBase(20), undefined);
        const again = await (await restart({ maxHistoryBytes: 3 * LARGE })).open("board/a");
        await again.load();
        assert.deepEqual(again.bases, [30, 40]);
      });

      it("[HIS2] is none where the bound is 0, beside what resumes need", async () => {
        await restart({ maxHistoryBytes: 0 });
        const log = await store.open("board/a");
        await log.append(batch(1, 5, LARGE));
        await log.append(batch(6, 10, LARGE));

        await log.compact(snapshot(10), 6);

        assert.deepEqual(await pastOf(log, 10), {
          bases: [10],
          snapshots: [snapshot(10).bytes],
          batches: [batch(6, 10, LARGE)],
        });
      });

      it("[HIS2] goes down to a bound that was lowered, at the next compaction", async () => {
        const log = await store.open("board/a");
        await write(log, 1, 20);
        const again = await (await restart({ maxHistoryBytes: 0 })).open("board/a");

        await again.compact(snapshot(20, 1024), 21);

        assert.deepEqual(await pastOf(again, 20), { bases: [20], snapshots: [snapshot(20, 1024).bytes], batches: [] });
      });

      it("does not begin a stretch with a snapshot that was taken for a few entries", async () => {
        const log = await store.open("board/a");
        await write(log, 1, 10);
        for (let seq = 11; seq <= 15; seq++) {
          await log.append(batch(seq));
          await log.compact(snapshot(seq), seq + 1);
        }

        assert.deepEqual(await pastOf(log, 15), {
          bases: [0, 10, 15],
          snapshots: [snapshot(10, 1024).bytes, snapshot(15).bytes],
          batches: [batch(1, 5, LARGE), batch(6, 10, LARGE), ...[11, 12, 13, 14, 15].map((seq) => batch(seq))],
        });
      });

      it("gives so many bytes of batches at a time, and those that reach into the range", async () => {
        const log = await store.open("board/a");
        for (let seq = 1; seq <= 30; seq += 3) await log.append(batch(seq, seq + 2, 100));

        const first = await log.readBatches({ from: 5, to: 29 }, 250);
        const last = await log.readBatches({ from: 24, to: 25 }, 250);

        assert.deepEqual(from(first), [4, 7, 10]);
        assert.deepEqual(from(last), [22, 25]);
      });

      it("is the same line after a restore from a backup", async () => {
        const log = await store.open("board/a");
        await write(log, 1, 20);
        wallMs = 5000;
        const restored = await (await restart({ isRestored: true })).open("board/a");
        await restored.load();

        await restored.append(batch(21, 21, 9));

        assert.deepEqual(restored.bases, [0, 10, 20]);
        assert.deepEqual(from(await restored.readBatches({ from: 11, to: 21 }, 1_000_000)), [11, 16, 21]);
      });

      it("can be read while somebody else has the log, and not after it was let go", async () => {
        const log = await store.open("board/a");
        await write(log, 1, 20);
        await (await harness.start()).open("board/a");

        assert.deepEqual(await plain(log.readBase(10)), snapshot(10, 1024).bytes);
        await log.close();
        await assert.rejects(log.readBase(10), { code: "LOG_UNAVAILABLE" });
        await assert.rejects(log.readBatches({ from: 1, to: 2 }, 1), { code: "LOG_UNAVAILABLE" });
      });

      it("is not touched by a cut behind it", async () => {
        const log = await store.open("board/a");
        await write(log, 1, 25);

        await log.cut(21);

        assert.deepEqual(log.bases, [0, 10, 20]);
        assert.deepEqual(from(await log.readBatches({ from: 1, to: 99 }, 1_000_000)), [1, 6, 11, 16]);
      });
    });

    describe("cutting", () => {
      it("drops the batch and all after it, and goes on there", async () => {
        const log = await store.open("board/a");
        for (const one of [batch(1, 3), batch(4, 6), batch(7, 9)]) await log.append(one);

        await log.cut(4);
        await log.append(batch(4, 4));

        assert.deepEqual((await reload("board/a")).batches, [batch(1, 3), batch(4, 4)]);
      });

      it("leaves the snapshot", async () => {
        const log = await store.open("board/a");
        await log.append(batch(1, 3));
        await log.compact(snapshot(3), 4);
        await log.append(batch(4));

        await log.cut(4);

        assert.deepEqual(await reload("board/a"), { snapshot: snapshot(3).bytes, batches: [] });
      });

      it("changes nothing where no batch begins", async () => {
        const log = await store.open("board/a");
        await log.append(batch(1, 3));

        await log.cut(4);

        assert.deepEqual((await reload("board/a")).batches, [batch(1, 3)]);
      });
    });

    describe("a writer whose log was taken by another", () => {
      for (const [what, write] of [
        ["append", (log: StoredLog) => log.append(batch(2))],
        ["append again what is there", (log: StoredLog) => log.append(batch(1))],
        ["compact", (log: StoredLog) => log.compact(snapshot(1), 2)],
        ["cut", (log: StoredLog) => log.cut(1)],
      ] as const) {
        it(`cannot ${what}`, async () => {
          const old = await store.open("board/a");
          await old.append(batch(1));
          const other = await harness.start();
          const log = await other.open("board/a");

          await assert.rejects(write(old), { code: "LOG_FENCED" });

          assert.deepEqual(await contentOf(log), { snapshot: undefined, batches: [batch(1)] });
          await log.append(batch(2, 2, 77));
          assert.deepEqual((await reload("board/a")).batches, [batch(1), batch(2, 2, 77)]);
        });
      }

      it("has written what it had been promised, before the other reads", async () => {
        const old = await store.open("board/a");
        const other = await harness.start();
        const writing = Promise.allSettled(Array.from({ length: 20 }, (_, index) => old.append(batch(index + 1))));

        const { batches } = await contentOf(await other.open("board/a"));
        const results = await writing;

        const promised = results.filter(({ status }) => status === "fulfilled").length;
        assert.deepEqual(
          from(batches),
          Array.from({ length: promised }, (_, index) => index + 1),
        );
      });

      it("disturbs no other log", async () => {
        const [taken, own] = [await store.open("board/a"), await store.open("board/b")];
        const other = await harness.start();
        await other.open("board/a");

        const results = await Promise.allSettled([taken.append(batch(1)), own.append(batch(1))]);

        assert.deepEqual(
          results.map(({ status }) => status),
          ["rejected", "fulfilled"],
        );
      });
    });

    describe("the epoch of the history", () => {
      it("is the time at which the log was made, and stays over restarts", async () => {
        const made = (await store.open("board/a")).epoch;
        wallMs = 5000;
        await restart();

        assert.deepEqual([made, (await store.open("board/a")).epoch], [1000, 1000]);
      });

      it("is a new one where a log is opened first after a restore, and stays from then on", async () => {
        await (await store.open("board/a")).close();
        wallMs = 5000;
        await restart({ isRestored: true });

        const first = await store.open("board/a");
        await first.close();
        wallMs = 6000;
        const second = await store.open("board/a");
        await restart();

        assert.deepEqual([first.epoch, second.epoch, (await store.open("board/a")).epoch], [5000, 5000, 5000]);
      });

      it("rises after a restore also of a log that is opened only by a later process", async () => {
        for (const key of ["board/a", "board/b"]) await (await store.open(key)).close();
        wallMs = 5000;
        await restart({ isRestored: true });
        await (await store.open("board/a")).close();
        wallMs = 7000;
        await restart();

        assert.deepEqual([(await store.open("board/a")).epoch, (await store.open("board/b")).epoch], [5000, 7000]);
      });

      it("rises after a restore even where the time went back", async () => {
        await (await store.open("board/a")).close();
        wallMs = 10;
        await restart({ isRestored: true });

        assert.equal((await store.open("board/a")).epoch, 1001);
      });
    });

    describe("closing", () => {
      it("ends the store after what it was given is safe", async () => {
        const log = await store.open("board/a");
        const appended = log.append(batch(1));

        await store.close();
        await appended;

        store = await harness.start();
        assert.deepEqual((await contentOf(await store.open("board/a"))).batches, [batch(1)]);
      });

      it("refuses every further call to the store and its logs", async () => {
        const log = await store.open("board/a");
        await store.close();

        await assert.rejects(store.open("board/b"), { code: "LOG_UNAVAILABLE" });
        await assert.rejects(log.append(batch(1)), { code: "LOG_UNAVAILABLE" });
        await assert.rejects(log.compact(snapshot(1), 1), { code: "LOG_UNAVAILABLE" });
        await assert.rejects(log.cut(1), { code: "LOG_UNAVAILABLE" });
        await assert.rejects(log.load(), { code: "LOG_UNAVAILABLE" });
      });

      it("refuses further calls to a log that was let go", async () => {
        const log = await store.open("board/a");
        await log.close();

        await assert.rejects(log.append(batch(1)), { code: "LOG_UNAVAILABLE" });
        assert.deepEqual((await reload("board/a")).batches, []);
      });

      it("can be asked for twice", async () => {
        const log = await store.open("board/a");
        await Promise.all([log.close(), store.close(), store.close()]);
        await Promise.all([log.close(), store.close()]);
      });
    });

    it("does what a plain list would, whatever comes in whatever order", async () => {
      const stores = [store, await harness.start()] as const;
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(command, { maxLength: 25, size: "max" }), async (commands) => {
          const run = await ModelRun.begin(stores, `random/${runs++}`);
          for (const one of commands) await run.do(one);
          await run.check();
          await run.end();
        }),
        { numRuns: 100, endOnFailure: true },
      );
    });
  });
}

/** A size that a snapshot has to be outweighed by. */
const LARGE = 32 * 1024;

function from(batches: readonly StoredBatch[]): number[] {
  return batches.map((one) => one.from);
}

async function appendTo(store: LogStore, key: string, one: StoredBatch): Promise<void> {
  const log = await store.open(key);
  await log.append(one);
  await log.close();
}
