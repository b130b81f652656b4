import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { type Capture, type Checkpoints, checkpointsIn, type Keeper } from "../../../src/checkpoint/checkpoint.ts";
import { createMemoryStore } from "../../../src/checkpoint/memory-store.ts";
import type { CheckpointStore, StoredCheckpoint } from "../../../src/checkpoint/store.ts";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { createTelemetry, type Telemetry } from "../../../src/telemetry/telemetry.ts";

const MAX_BYTES = 1000;

describe("a room that is kept", () => {
  let clock: ManualClock;
  let telemetry: Telemetry;
  let store: CheckpointStore;
  let checkpoints: Checkpoints;
  let keeper: Keeper;
  let epoch: number | undefined;
  let puts: StoredCheckpoint[];
  let put: CheckpointStore["put"];
  let state: string;
  let kept: string;
  let moved: number;
  const events: string[] = [];
  beforeEach(() => {
    clock = manualClock();
    telemetry = createTelemetry();
    events.length = 0;
    for (const name of ["checkpoint:kept", "checkpoint:tooLarge", "checkpoint:failed"] as const)
      telemetry.on(name, () => void events.push(name));
    [epoch, puts, state, kept, moved] = [5, [], "a", "", 0];
    store = createMemoryStore();
    put = store.put.bind(store);
    store.put = (checkpoint) => {
      puts.push(checkpoint);
      return put(checkpoint);
    };
    checkpoints = checkpointsIn(store, {
      bootId: "b1",
      maxCheckpointBytes: MAX_BYTES,
      clock,
      telemetry,
      epochOf: () => epoch,
    });
    keeper = checkpoints.keep({
      isRestored: false,
      roomId: "r1",
      roomName: "arena",
      capture: (mustSay): Capture | undefined => {
        if (state === kept && !mustSay) return undefined;
        kept = state;
        return { options: { bots: 3 }, sessions: 2, content: Buffer.from(state) };
      },
      moveAway: () => void moved++,
    });
  });

  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 50) {
      clock.advance(Math.min(50, left));
      await setImmediate();
    }
  };
  const content = async (): Promise<string | undefined> => {
    const found = await checkpoints.find("r1");
    return found && Buffer.from(found.content).toString();
  };

  it("[CKP2] is kept anew, though nothing has changed, where the store may have lost what it had", async () => {
    await pass(2000);
    const before = puts.length;

    Object.assign(store, { generation: 1 });
    await pass(3000);

    assert.deepEqual([before, puts.length], [1, 2]);
  });

  it("[CKP2] is kept once a second where something has changed, with what makes it again", async () => {
    await pass(1000);
    const first = await content();
    for (state of ["b", "c", "d"]) await pass(1000);

    assert.equal(first, "a");
    assert.equal(await content(), "d");
    assert.equal(puts.length, 4);
    assert.deepEqual((await checkpoints.find("r1"))?.options, { bots: 3 });
    assert.deepEqual(
      (await checkpoints.roomsOf("b1")).map(({ roomId, name, sessions }) => [roomId, name, sessions]),
      [["r1", "arena", 2]],
    );
  });

  it("[CKP2] is not written again while nothing changes, but now and then", async () => {
    await pass(10_000);
    const soon = puts.length;
    await pass(600_000);

    assert.deepEqual([soon, puts.length], [1, 2]);
  });

  it("[CKP2] is kept within a moment where it says so", async () => {
    await pass(1000);
    state = "b";

    keeper.soon();
    await pass(100);

    assert.equal(await content(), "b");
  });

  it("[CKP2] waits for a store that is slow, and gives it what is then", async () => {
    const slow = Promise.withResolvers<void>();
    store.put = async (checkpoint) => {
      puts.push(checkpoint);
      if (puts.length === 1) await slow.promise;
      return put(checkpoint);
    };
    await pass(1000);
    for (state of ["b", "c"]) await pass(1000);
    const whileSlow = puts.length;

    slow.resolve();
    await pass(1000);

    assert.equal(whileSlow, 1);
    assert.equal(await content(), "c");
  });

  it("is kept by the next one where a write fails, and says how often that was", async () => {
    let times = 0;
    telemetry.on("checkpoint:failed", (event) => {
      times += event.times;
    });
    store.put = async () => {
      throw new Error("away");
    };
    await pass(8000);
    store.put = put;

    await pass(1000);

    assert.equal(await content(), "a");
    assert.ok(times >= 2, String(times));
    assert.equal(events.filter((name) => name === "checkpoint:failed").length, 2); // one at once, one 5 s later
  });

  it("[CKP3] goes on without where it is too large, and is kept again once it is not", async () => {
    await pass(1000);
    state = "x".repeat(MAX_BYTES + 1);
    await pass(1000);
    const whileLarge = await content();

    state = "small";
    await pass(10_000);

    assert.equal(whileLarge, undefined);
    assert.deepEqual(events.slice(0, 2), ["checkpoint:kept", "checkpoint:tooLarge"]);
    assert.equal(await content(), "small");
  });

  it("[CKP3] does not look again for a while at what is too large, also where it is to be kept soon", async () => {
    await pass(1000);
    state = "x".repeat(MAX_BYTES + 1);

    for (let joins = 0; joins < 20; joins++) {
      keeper.soon();
      await pass(200);
    }

    assert.equal(events.filter((name) => name === "checkpoint:tooLarge").length, 1);
  });

  it("[CKP1] leaves who has been overtaken by a later epoch", async () => {
    await store.take("r1", { epoch: 6, bootId: "b2" });

    await pass(5000);

    assert.deepEqual([moved, puts.length], [1, 1]);
    assert.equal((await checkpoints.roomsOf("b1")).length, 0);
  });

  it("is kept for the last time as it is then, and not again", async () => {
    await pass(1000);
    state = "last";

    assert.equal(await keeper.keepLast(), true);
    state = "after";
    await pass(5000);

    assert.equal(await content(), "last");
  });

  it("[NOD3] is known to be in the store where the store is away when it is kept for the last time", async () => {
    const before = keeper.isStored;
    await pass(1000);
    store.put = () => Promise.reject(new Error("away"));

    assert.equal(await keeper.keepLast(), false);
    assert.deepEqual([before, keeper.isStored], [false, true]);
  });

  it("[CKP1] is not kept for the last time by a process that does not own it", async () => {
    await pass(1000);
    epoch = undefined;

    assert.equal(await keeper.keepLast(), false);
    assert.equal(puts.length, 1);
  });

  it("is as it was kept last where a write before that one comes late", async () => {
    const late: StoredCheckpoint[] = [];
    store.put = async (each) => {
      if (late.push(each) === 1) throw new Error("no answer in time");
      return put(each);
    };
    await pass(1000);
    state = "last";
    await keeper.keepLast();

    for (const each of late.slice(0, 1)) await put(each);

    assert.deepEqual([late.length, await content()], [2, "last"]);
  });

  it("is forgotten when it has ended", async () => {
    await pass(1000);

    await keeper.forget();
    await pass(5000);

    assert.equal(await content(), undefined);
  });

  it("is not written while this process does not own it", async () => {
    epoch = undefined;

    await pass(3000);

    assert.equal(puts.length, 0);
  });

  it("is given to nobody who has been overtaken", async () => {
    await store.take("r1", { epoch: 6, bootId: "b2" });

    await assert.rejects(checkpoints.take("r1"), { code: "LOG_FENCED" });
  });

  it("is not read where another version has kept it", async () => {
    const content = Buffer.of(0x91, 0x09);
    await put({ roomId: "r1", name: "arena", epoch: 5, number: 1, bootId: "b1", sessions: 0, content });

    await assert.rejects(checkpoints.find("r1"), /another form/);
    await assert.rejects(checkpoints.take("r1"), { code: "ROOM_NOT_RESTORED" });
  });

  it("is given to nobody while the store cannot say how it was kept", async () => {
    store.take = async () => {
      throw new Error("away");
    };

    await assert.rejects(checkpoints.take("r1"), { code: "LOG_UNAVAILABLE" });
  });
});
