import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { systemClock } from "../../src/clock/clock.ts";
import type { ArenaError } from "../../src/errors/errors.ts";
import { type OpLog, openOpLog } from "../../src/op-log/op-log.ts";
import { createRedisStore } from "../../src/op-log/redis-store.ts";
import type { LogStore } from "../../src/op-log/store.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { add, type Tally, type TallyOp, tallyDocument } from "../support/tally-document.ts";

type Log = OpLog<TallyOp, Tally>;

describe("a document whose Redis has lost some of it", function () {
  this.timeout(20_000);
  let redis: TestRedis;
  let store: LogStore;
  let events: EventEmitter;
  beforeEach(async () => {
    redis = await startRedis({ appendonly: "yes", appendfsync: "always" });
    events = new EventEmitter();
    const onConnected = (): void => void events.emit("connected");
    store = await createRedisStore({ url: redis.url, clock: systemClock(), giveUpMs: 2000, onConnected });
  });
  afterEach(async () => {
    await store.close();
    await redis.stop();
  });

  const open = async (minEntries = 1000, held?: Log["sequencer"], of = store) => {
    const lost = Promise.withResolvers<ArenaError>();
    let safe = (): void => {};
    const log = await openOpLog<TallyOp, Tally>({
      store: of,
      key: "notes/a",
      document: tallyDocument,
      held,
      limits: {
        tail: { minEntries, minAgeMs: 0, maxBytes: 1_000_000 },
        marks: { maxAgeMs: 60_000, minClients: 10, maxClients: 100 },
        maxDocumentBytes: 1_000_000,
        maxStagedBytes: 100_000,
        maxEntriesWithoutSnapshot: 100,
      },
      clock: systemClock(),
      telemetry: createTelemetry(),
      onCommitted: () => safe(),
      onFailed: () => {},
      onLost: lost.resolve,
    });
    const push = (n: number, clientId = "c"): void => {
      log.sequencer.push({ clientId, userId: "", owner: "", n, ops: [add("a")], ts: n });
      log.flush();
    };
    const pushAll = async (from: number, to: number, clientId?: string): Promise<void> => {
      for (let n = from; n <= to; n++) {
        const committed = new Promise<void>((resolve) => {
          safe = resolve;
        });
        push(n, clientId);
        await committed;
      }
    };
    return { log, lost: lost.promise, push, pushAll };
  };
  /** What a process has that opens the log after the one that was there is gone. */
  const countAnew = async (log: Log): Promise<number | undefined> => {
    await log.close();
    return (await open()).log.sequencer.records.get("a")?.count;
  };
  const restart = async (how: Parameters<TestRedis["restart"]>[0]): Promise<void> => {
    await Promise.all([once(events, "connected"), redis.restart(how)]);
  };

  for (const { title, minEntries, how } of [
    { title: "its last entries", minEntries: 1000, how: { isCopy: true } },
    { title: "everything", minEntries: 1000, how: { isEmpty: true } },
    {
      title: "everything, of which only the end is still in memory as it was written",
      minEntries: 2,
      how: { isEmpty: true },
    },
  ]) {
    it(`[LOG10] gives it back: ${title}`, async () => {
      const first = await open(minEntries);
      await first.pushAll(1, 5);
      await redis.copy();
      await first.pushAll(6, 9);
      await restart(how);
      first.push(10);
      assert.equal((await first.lost).code, "LOG_UNCERTAIN");
      await first.log.close();

      const again = await open(minEntries, first.log.sequencer);

      assert.deepEqual([again.log.sequencer.seq, again.log.sequencer.records.get("a")?.count], [9, 9]);
      await again.pushAll(10, 11);
      assert.equal(await countAnew(again.log), 11);
    });
  }

  it("[LOG10] leaves it where another has gone on from what was left", async () => {
    const first = await open();
    await first.pushAll(1, 5);
    await redis.copy();
    await first.pushAll(6, 9);
    await restart({ isCopy: true });
    const between = await createRedisStore({ url: redis.url, clock: systemClock() });
    const other = await open(1000, undefined, between);
    await other.pushAll(1, 1, "d");
    await other.log.close();
    await between.close();
    first.push(10);
    assert.equal((await first.lost).code, "LOG_FENCED");
    await first.log.close();

    const again = await open(1000, first.log.sequencer);

    assert.equal(again.log.sequencer.seq, 6);
  });
});
