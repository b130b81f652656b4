import assert from "node:assert/strict";
import { manualClock } from "../../../src/clock/clock.ts";
import type { LogMedium } from "../../../src/op-log/owned-log.ts";
import { OwnedStore, type StoreMedium } from "../../../src/op-log/owned-store.ts";
import { EMPTY_INDEX } from "../../../src/op-log/segments.ts";
import { batch } from "../../support/log-bytes.ts";

describe("a store of any kind", () => {
  it("waits 10 s for a close that does not end, and calls the log in use then", async () => {
    const clock = manualClock();
    const store = new OwnedStore(mediumOf({ append: () => new Promise(() => {}) }), { clock });
    const log = await store.open("board/a");
    void log.append(batch(1));
    void log.close();

    const opening = store.open("board/a").catch((error) => error.code);
    await settle();
    clock.advance(9_900);
    await settle();
    const before = await Promise.race([opening, "waits"]);
    clock.advance(200);

    assert.deepEqual([before, await opening], ["waits", "LOG_IN_USE"]);
  });

  it("lets a log be opened again after an opening that failed", async () => {
    let isBroken = true;
    const medium = mediumOf({});
    const take: StoreMedium["take"] = (key, ownerEpoch) => {
      return isBroken ? Promise.reject(new Error("broken")) : medium.take(key, ownerEpoch);
    };
    const store = new OwnedStore({ ...medium, take }, { clock: manualClock() });
    await assert.rejects(store.open("board/a"), /broken/);
    isBroken = false;

    await store.open("board/a");
  });

  it("closes what it is in only after the last write of each log", async () => {
    const steps: string[] = [];
    const append = async (): Promise<void> => {
      await settle();
      steps.push("appended");
    };
    const close = async (): Promise<void> => void steps.push("closed");
    const store = new OwnedStore({ ...mediumOf({ append }), close }, { clock: manualClock() });
    void (await store.open("board/a")).append(batch(1));

    await store.close();

    assert.deepEqual(steps, ["appended", "closed"]);
  });
});

/** A kind of store that keeps nothing. */
function mediumOf(parts: Partial<LogMedium>): StoreMedium {
  const log: LogMedium = {
    epoch: 1,
    ownerEpoch: 1,
    last: () => 0,
    load: () => ({ snapshot: undefined, batches: [], snapshotSeq: 0, index: EMPTY_INDEX }),
    holds: async () => false,
    append: async () => {},
    compact: async () => {},
    cut: async () => {},
    readBase: async () => undefined,
    readBatches: async () => [],
    ...parts,
  };
  return { description: "nothing", take: async () => log, close: async () => {} };
}

/** Runs what is ready to run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
