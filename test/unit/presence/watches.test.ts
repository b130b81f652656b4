import assert from "node:assert/strict";
import fc from "fast-check";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { PresenceMemory, PresenceMemoryStore } from "../../../src/presence/memory-store.ts";
import { Roster } from "../../../src/presence/roster.ts";
import { type NewsListener, type PresenceStore, shardOf } from "../../../src/presence/store.ts";
import { GRACE_MS } from "../../../src/presence/types.ts";
import { Watches } from "../../../src/presence/watches.ts";
import type { PresenceTold, UserPresence } from "../../../src/protocol/protocol.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const USERS = ["ann", "bob", "cem", "dee"];
const BOOTS = ["b1", "b2", "b3"];

const seat = (userId: string, sessionId: string) => ({ userId, sessionId, nodeId: "n", roomId: "r", room: "arena" });

/** One process: its own sessions, and what its watcher has been told. */
interface Process {
  readonly bootId: string;
  readonly roster: Roster;
  readonly watches: Watches;
  readonly line: { isCut: boolean; loses: boolean; readonly read: string[] };
  readonly told: PresenceTold[];
  /** Users of the sessions that are here, by session. */
  readonly present: Map<string, string>;
}

/** Processes that share a memory, each over a line that can be cut and can lose news. */
class Processes {
  readonly clock: ManualClock = manualClock();
  readonly dead = new Set<string>();
  readonly all: readonly Process[];
  readonly #memory = new PresenceMemory(this.clock);

  constructor() {
    this.all = BOOTS.map((bootId) => this.#start(bootId));
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      this.clock.advance(50);
      await settle();
    }
  }

  #start(bootId: string): Process {
    const line = { isCut: false, loses: false, read: [] as string[] };
    let watches: Watches | undefined;
    const listener: NewsListener = {
      onNews: (news) => {
        if (!line.loses) watches?.onNews(news);
      },
      onMissed: () => watches?.onMissed(),
    };
    const store = cuttable(new PresenceMemoryStore(this.#memory, listener), line);
    const { clock } = this;
    watches = new Watches({
      clock,
      store,
      goneForMs: (boot) => (this.dead.has(boot) ? 0 : undefined),
      onFailed: () => {},
    });
    const roster = new Roster({
      clock,
      bootId,
      apply: (shard, changes) => store.apply(shard, changes),
      onFailed: () => {},
    });
    return { bootId, roster, watches, line, told: [], present: new Map() };
  }
}

function cuttable(store: PresenceStore, line: { readonly isCut: boolean; readonly read: string[] }): PresenceStore {
  const reach = async (): Promise<void> => {
    if (line.isCut) throw new Error("cut");
  };
  return {
    apply: async (shard, changes) => reach().then(() => store.apply(shard, changes)),
    read: async (shard, userIds) => {
      line.read.push(...userIds);
      return reach().then(() => store.read(shard, userIds));
    },
    sessionsOf: async (shard, bootId) => reach().then(() => store.sessionsOf(shard, bootId)),
    listen: async (shard) => reach().then(() => store.listen(shard)),
    unlisten: (shard) => store.unlisten(shard),
    close: () => store.close(),
  };
}

/** What a watcher that keeps what it was told knows; revisions have no gap. */
function knownTo(told: readonly PresenceTold[]): Record<string, UserPresence> {
  assert.deepEqual(
    told.map(({ revision }) => revision),
    told.map((_, n) => n + 1),
  );
  return Object.assign({}, ...told.map(({ users }) => users));
}

describe("those who watch users", () => {
  it("[PRS3] are told of all whom they watch first, and then what changes, together", async () => {
    const processes = new Processes();
    const [one, two] = processes.all as [Process, Process];
    two.roster.set(seat("ann", "s1"));
    await processes.pass(100);
    await one.watches.watch(["ann", "bob"], (told) => one.told.push(told));
    const before = structuredClone(one.told);
    two.roster.set(seat("bob", "s2"));
    two.roster.setStatus("s1", "away");
    await processes.pass(200);

    assert.deepEqual(
      before.map(({ isSnapshot, users }) => [isSnapshot, users["ann"]?.online, users["bob"]?.online]),
      [[true, true, false]],
    );
    assert.equal(one.told.length, 2);
    const { users = {} } = one.told[1] ?? {};
    assert.deepEqual([users["ann"]?.sessions[0]?.status, users["bob"]?.online], ["away", true]);
  });

  it("[PRS3] hear nothing of others, and nothing more when they have stopped", async () => {
    const processes = new Processes();
    const [one, two] = processes.all as [Process, Process];
    const stop = await one.watches.watch(["ann"], (told) => one.told.push(told));
    two.roster.set(seat("bob", "s2"));
    await processes.pass(200);
    stop();
    two.roster.set(seat("ann", "s1"));
    await processes.pass(200);

    assert.equal(one.told.length, 1);
  });

  it("[PRS3] hear of what was lost on the way, when the next comes or after half a minute", async () => {
    const processes = new Processes();
    const [one, two] = processes.all as [Process, Process];
    await one.watches.watch(["ann"], (told) => one.told.push(told));
    one.line.loses = true;
    two.roster.set(seat("ann", "s1"));
    await processes.pass(200);
    one.line.loses = false;
    const lost = knownTo(one.told)["ann"]?.online;
    await processes.pass(31_000);

    assert.deepEqual([lost, knownTo(one.told)["ann"]?.online], [false, true]);
  });

  it("[PRS3] hear of what was lost as soon as it can be read, also where somebody could not begin to watch meanwhile", async () => {
    const processes = new Processes();
    const [one, two] = processes.all as [Process, Process];
    const neighbour = Array.from({ length: 10_000 }, (_, n) => `user-${n}`).find(
      (id) => shardOf(id) === shardOf("ann"),
    );
    await one.watches.watch(["ann"], (told) => one.told.push(told));
    one.line.loses = true;
    two.roster.set(seat("ann", "s1"));
    await processes.pass(200);
    Object.assign(one.line, { loses: false, isCut: true });
    two.roster.setStatus("s1", "busy");
    await processes.pass(200);
    await assert.rejects(one.watches.watch([neighbour ?? ""], () => {}));
    one.line.isCut = false;
    await processes.pass(1000);

    assert.equal(knownTo(one.told)["ann"]?.online, true);
  });

  it("[PRS1] are not told of who was back in time that they went, because their process stood still", async () => {
    const processes = new Processes();
    const { clock } = processes;
    const [one, two] = processes.all as [Process, Process];
    two.roster.set(seat("ann", "s1"));
    await processes.pass(100);
    await one.watches.watch(["ann"], (told) => one.told.push(told));
    two.roster.delete("s1");
    await processes.pass(200);
    clock.skip(GRACE_MS); // what comes meanwhile is read later
    clock.advance(1);
    two.roster.set(seat("ann", "s1"));
    await processes.pass(200);

    assert.equal(one.told.length, 1);
  });

  it("[PRS3] cost the store what they add: whom others watch is not read again", async () => {
    const processes = new Processes();
    const [one] = processes.all as [Process];
    await one.watches.watch(["ann", "bob", "cem"], () => {});
    const before = one.line.read.length;
    await one.watches.watch(["ann", "bob", "cem", "dee"], (told) => one.told.push(told));

    assert.deepEqual(one.line.read.slice(before), ["dee"]);
    assert.deepEqual(Object.keys(one.told[0]?.users ?? {}), ["ann", "bob", "cem", "dee"]);
  });

  it("[PRS2] see users go with their process", async () => {
    const processes = new Processes();
    const [one, two] = processes.all as [Process, Process];
    two.roster.set(seat("ann", "s1"));
    await processes.pass(100);
    await one.watches.watch(["ann"], (told) => one.told.push(told));
    processes.dead.add("b2");
    one.watches.judgeAll();
    await processes.pass(GRACE_MS + 200);

    assert.equal(knownTo(one.told)["ann"]?.online, false);
  });

  it("[PRS3] come to what is so, whatever is lost, cut or killed on the way", async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), playOut), { numRuns: 60 });
  }).timeout(60_000);

  it("[PRS4] spread over the shards", () => {
    const shards = new Set(Array.from({ length: 1000 }, (_, n) => shardOf(`user-${n}`)));

    assert.equal(shards.size, 64);
  });
});

/** Something that happens to a process, or in it. */
const step = fc.record({
  at: fc.nat(BOOTS.length - 1),
  user: fc.constantFrom(...USERS),
  what: fc.constantFrom("joins", "leaves", "cuts", "mends", "loses", "hears", "waits", "watches"),
});
type Step = Readonly<{ user: string; what: string }>;

/** Lets the steps happen, then all be well again, and compares what each has been told with what is so. */
async function playOut(steps: readonly (Step & { readonly at: number })[]): Promise<void> {
  const processes = new Processes();
  for (const each of processes.all) await each.watches.watch(USERS.slice(0, 2), () => {});
  const [late] = processes.all as [Process];
  let isLate = true;
  for (const each of processes.all.slice(1)) await each.watches.watch(USERS, (told) => each.told.push(told));
  for (const one of steps) {
    if (one.what === "watches" && isLate && !late.line.isCut) {
      isLate = false;
      void late.watches.watch(USERS, (told) => late.told.push(told));
    }
    take(one, processes.all[one.at] as Process);
    await processes.pass(one.what === "waits" ? 300 : 50);
  }
  for (const { line } of processes.all) [line.isCut, line.loses] = [false, false];
  if (isLate) await late.watches.watch(USERS, (told) => late.told.push(told));
  await processes.pass(700); // what waits is written
  for (const { watches } of processes.all) watches.onMissed();
  await processes.pass(GRACE_MS + 700);

  const truth = USERS.map(
    (user) => processes.all.flatMap(({ present }) => [...present.values()]).filter((each) => each === user).length,
  );
  for (const { told } of processes.all) assert.deepEqual(sessionsIn(knownTo(told)), truth);
}

function take({ user, what }: Step, { roster, line, bootId, present }: Process): void {
  const sessionId = `${user}-${bootId}`;
  if (what === "joins") {
    roster.set(seat(user, sessionId));
    present.set(sessionId, user);
  }
  if (what === "leaves") {
    roster.delete(sessionId);
    present.delete(sessionId);
  }
  if (what === "cuts" || what === "mends") line.isCut = what === "cuts";
  if (what === "loses" || what === "hears") line.loses = what === "loses";
}

/** Sessions of each user; who has none is offline. */
function sessionsIn(known: Readonly<Record<string, UserPresence>>): readonly number[] {
  return USERS.map((user) => {
    const { online = false, sessions = [] } = known[user] ?? {};
    assert.equal(online, sessions.length > 0);
    return sessions.length;
  });
}
