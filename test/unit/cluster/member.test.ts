import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { Member } from "../../../src/cluster/member.ts";
import { MemoryStore } from "../../../src/cluster/memory-store.ts";
import type { ClusterStore } from "../../../src/cluster/store.ts";
import { LEASE_MS } from "../../../src/cluster/types.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { identity } from "../../support/cluster-store-contract.ts";

/** A store that can be out of reach. */
function cuttable(store: ClusterStore): { store: ClusterStore; isCut: boolean } {
  const state = { store, isCut: false };
  state.store = new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) =>
        state.isCut ? Promise.reject(new ArenaError("CLUSTER_UNAVAILABLE")) : Reflect.apply(value, target, args);
    },
  });
  return state;
}

/** Lets promises go on that wait for nothing. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a process of a cluster", () => {
  let clock: ManualClock;
  let shared: MemoryStore;
  beforeEach(() => {
    clock = manualClock();
    shared = new MemoryStore(clock);
  });

  const join = async (nodeId: string, bootId?: string) => {
    const link = cuttable(shared);
    const parts = { identity: identity(nodeId, bootId), store: link.store, clock, telemetry: createTelemetry() };
    const member = new Member({ ...parts, isSole: false });
    const events: string[] = [];
    member.onLease((event) => void events.push(event));
    member.onNodeGone((node) => void events.push(`gone ${node.nodeId}`));
    await member.join(`${nodeId}:1`);
    return { member, link, events };
  };
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100);
      await settle();
    }
  };

  it("sees the others that live", async () => {
    const a = await join("a");
    await join("b");
    await pass(600);

    assert.deepEqual(
      a.member
        .nodes()
        .map(({ nodeId }) => nodeId)
        .toSorted(),
      ["a", "b"],
    );
  });

  it("[OWN1] is silent before the others may take its rooms, when it is cut off", async () => {
    const a = await join("a");
    const b = await join("b");
    await pass(600);
    a.link.isCut = true;
    let heldTogether = false;

    for (let passed = 0; passed < 2 * LEASE_MS; passed += 100) {
      await pass(100);
      heldTogether ||= a.member.isLeaseHeld() && b.member.node("boot-a") === undefined;
    }

    assert.deepEqual([heldTogether, a.member.isLeaseHeld()], [false, false]);
    assert.deepEqual([a.events, b.events], [["fenced"], ["gone a"]]);
  });

  it("[OWN1] is silent at once after it stood still, before anything of it runs", async () => {
    const { member } = await join("a");
    const heldBefore = member.isLeaseHeld();

    clock.skip(1500);

    assert.deepEqual([heldBefore, member.isLeaseHeld()], [true, false]);
  });

  it("goes on when its lease did not run out meanwhile", async () => {
    const { member, link, events } = await join("a");
    await pass(600);
    link.isCut = true;
    await pass(1300);
    link.isCut = false;
    await pass(600);

    assert.deepEqual([member.isLeaseHeld(), events], [true, ["fenced", "held"]]);
  });

  it("asks whose its rooms are when its lease had run out, and does nothing before it knows", async () => {
    const { member, link, events } = await join("a");
    const asked = Promise.withResolvers<void>();
    member.onLease((event) => (event === "lost" ? asked.promise : undefined));
    link.isCut = true;
    await pass(3000);
    link.isCut = false;
    await pass(1000);
    const heldWhileAsked = member.isLeaseHeld();

    asked.resolve();
    await pass(600);

    assert.deepEqual([heldWhileAsked, member.isLeaseHeld()], [false, true]);
    assert.deepEqual(events, ["fenced", "lost", "held"]);
  });

  it("takes nobody for gone who may just not be back from the same outage", async () => {
    const a = await join("a");
    const b = await join("b");
    await pass(600);
    a.link.isCut = true;
    b.link.isCut = true;
    await pass(5000);
    a.link.isCut = false;
    await pass(1000);
    b.link.isCut = false;
    await pass(3000);

    assert.equal(a.events.includes("gone b"), false);
  });

  it("[OWN5] waits for the lease of a dead process with its name, and refuses a living one's", async () => {
    await join("a", "boot-1");
    const second = join("a", "boot-2").then(
      () => "joined",
      (error: unknown) => (error instanceof ArenaError ? error.code : String(error)),
    );
    await settle();
    await pass(4000);

    assert.equal(await second, "NODE_ID_TAKEN");
  });

  it("asks for the owner of a room once, however many want to know, and again when it is told to", async () => {
    const { member, link } = await join("a");
    let reads = 0;
    const { read } = shared;
    shared.read = (roomId) => {
      reads++;
      return read.call(shared, roomId);
    };
    const owned = await member.take("r", { name: "arena" });
    await member.confirm("r", owned.epoch);

    await Promise.all([member.owner("r"), member.owner("r")]);
    await member.owner("r");
    member.forget("r");
    await member.owner("r");
    link.isCut = true;
    member.forget("r");

    assert.equal(reads, 2);
    await assert.rejects(member.owner("r"), { code: "CLUSTER_UNAVAILABLE" });
  });
});
