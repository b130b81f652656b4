import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { sweepersOf } from "../../../src/presence/cluster-presence.ts";
import { Leftovers } from "../../../src/presence/leftovers.ts";
import { PresenceMemory, PresenceMemoryStore } from "../../../src/presence/memory-store.ts";
import { Roster } from "../../../src/presence/roster.ts";
import { type PresenceStore, shardOf } from "../../../src/presence/store.ts";
import { GRACE_MS } from "../../../src/presence/types.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const OTHER = { bootId: "b2", nodeId: "n2", internalAddress: "127.0.0.1:1" };

describe("what a store has of sessions that are no more", () => {
  let clock: ManualClock;
  let store: PresenceStore;
  let roster: Roster;
  let other: Roster;
  let leftovers: Leftovers;
  let isGone: () => Promise<boolean>;
  beforeEach(() => {
    clock = manualClock();
    store = new PresenceMemoryStore(new PresenceMemory(clock), { onNews: () => {}, onMissed: () => {} });
    const parts = { clock, apply: store.apply.bind(store), onFailed: (error: unknown) => assert.fail(String(error)) };
    [roster, other] = [new Roster({ ...parts, bootId: "b1" }), new Roster({ ...parts, bootId: "b2" })];
    isGone = async () => true;
    leftovers = new Leftovers({
      clock,
      store,
      bootId: "b1",
      isGone: () => isGone(),
      compare: (stored) => roster.compare(stored),
      onFailed: () => {},
    });
  });
  afterEach(() => leftovers.close());

  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50);
      for (let turns = 0; turns < 5; turns++) await settle();
    }
  };
  const seat = (userId: string) => ({ userId, sessionId: `s-${userId}`, nodeId: "n", roomId: "r", room: "arena" });
  const sessionsOf = async (userId: string): Promise<number> =>
    (await store.read(shardOf(userId), [userId])).users.get(userId)?.sessions.length ?? 0;

  it("[PRS2] ends with a process that is gone, some time later", async () => {
    for (const one of [roster, other]) one.set(seat(one === roster ? "ann" : "bob"));
    await pass(100);
    leftovers.add(OTHER);
    await pass(9000);

    assert.deepEqual([await sessionsOf("ann"), await sessionsOf("bob")], [1, 0]);
  });

  it("[PRS2] is asked for again where the store is away", async () => {
    other.set(seat("bob"));
    await pass(100);
    let asked = 0;
    isGone = async () => {
      if (++asked < 3) throw new Error("away");
      return true;
    };
    leftovers.add(OTHER);
    await pass(15_000);

    assert.deepEqual([asked, await sessionsOf("bob")], [3, 0]);
  });

  it("[PRS2] stays of a process that is back, also where it comes back while it is swept away", async () => {
    for (const name of ["bob", "cem"]) other.set(seat(name));
    await pass(100);
    isGone = async () => {
      other.beginTerm(); // the lease is held again after this was asked
      clock.advance(50);
      await settle();
      return true;
    };
    leftovers.add(OTHER);
    await pass(9000);

    assert.deepEqual([await sessionsOf("bob"), await sessionsOf("cem")], [1, 1]);
  });

  it("[PRS2] goes of one's own, where the store has lost that it had gone", async () => {
    roster.set(seat("ann"));
    roster.set(seat("bob"));
    await pass(100);
    const [lost] = await store.sessionsOf(shardOf("ann"), "b1");
    assert.ok(lost);
    roster.delete("s-ann");
    await pass(100);
    await store.apply(shardOf("ann"), [{ ...lost, agoMs: 0, session: { ...lost, ...seat("ann"), status: "" } }]);
    leftovers.compareOwn();
    await pass(100);

    assert.deepEqual([await sessionsOf("ann"), await sessionsOf("bob")], [0, 1]);
  });

  it("[PRS2] is cleared by the same few, whoever counts those who live", () => {
    const living = Array.from({ length: 20 }, (_, n) => `b${n}`);
    const few = sweepersOf("gone", living);

    assert.equal(few.length, 3);
    assert.deepEqual(sweepersOf("gone", living.toReversed()), few);
    assert.notDeepEqual(sweepersOf("another", living), few);
  });
});

describe("the sessions of a process", () => {
  it("[PRS1] keep what was said in them while their connection is lost", async () => {
    const [clock, statuses] = [manualClock(), [] as unknown[]];
    const apply: PresenceStore["apply"] = async (_, changes) =>
      void statuses.push(...changes.map(({ session }) => session?.status));
    const roster = new Roster({ clock, bootId: "b1", apply, onFailed: (error: unknown) => assert.fail(String(error)) });
    const seat = { userId: "ann", sessionId: "s1", nodeId: "n", roomId: "r", room: "arena" };
    for (const step of [
      () => roster.set(seat),
      () => roster.setStatus("s1", "away"),
      () => roster.delete("s1"),
      () => roster.set(seat),
    ]) {
      step();
      clock.advance(50);
      await settle();
    }

    roster.delete("s1");
    clock.advance(GRACE_MS);
    roster.set(seat);
    await settle();
    clock.advance(50);
    await settle();

    assert.deepEqual(statuses.slice(0, 4), ["", "away", undefined, "away"]);
    assert.equal(statuses.at(-1), "");
  });
});
