import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { Member } from "../../../src/cluster/member.ts";
import { MemoryStore } from "../../../src/cluster/memory-store.ts";
import type { ClusterStore, Renewal, Renewed } from "../../../src/cluster/store.ts";
import { LEASE_MS } from "../../../src/cluster/types.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { identity } from "../../support/cluster-store-contract.ts";

/** A store that can be out of reach, or whose answers can be lost. */
function cuttable(store: ClusterStore): { store: ClusterStore; target: ClusterStore; isCut: boolean; isDeaf: boolean } {
  const state = { store, target: store, isCut: false, isDeaf: false };
  const away = (): Promise<never> => Promise.reject(new ArenaError("CLUSTER_UNAVAILABLE"));
  state.store = new Proxy(store, {
    get: (_, name) => {
      const { target } = state;
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (state.isCut) return away();
        const answer: unknown = Reflect.apply(value, target, args);
        return state.isDeaf ? away() : answer;
      };
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

  it("[FLT2] says of no room that nobody has it before all processes have told a store that was emptied", async () => {
    const { member, link } = await join("a");
    const isKnown = (): Promise<string> =>
      member.owner("room").then(
        (record) => record?.bootId ?? "nobody",
        ({ code }: ArenaError) => code,
      );
    const known = [await isKnown()];

    const freshUntilMs = clock.nowMs() + 1500;
    link.target = new (class extends MemoryStore {
      override async renew(renewal: Renewal): Promise<Renewed> {
        const renewed = await super.renew(renewal);
        return renewed.isHeld ? { ...renewed, freshMs: Math.max(0, freshUntilMs - clock.nowMs()) } : renewed;
      }
    })(clock);
    known.push(await isKnown());
    await member.refresh();
    known.push(await isKnown());
    await pass(1500);
    known.push(await isKnown());

    assert.deepEqual(known, ["nobody", "CLUSTER_UNAVAILABLE", "CLUSTER_UNAVAILABLE", "nobody"]);
  });

  it("[OWN1] is silent before the others may take its rooms, when it is cut off", async () => {
    const a = await join("a");
    const b = await join("b");
    await pass(600);
    a.link.isCut = true;
    let heldTogether = false;

    for (let passed = 0; passed < 2 * LEASE_MS; passed += 100) {
      await pass(100);
      heldTogether ||= a.member.mayAct() && b.member.node("boot-a") === undefined;
    }

    assert.deepEqual([heldTogether, a.member.mayAct()], [false, false]);
    assert.deepEqual([a.events, b.events], [["fenced"], ["gone a"]]);
  });

  it("[OWN1] is silent at once after it stood still, before anything of it runs", async () => {
    const { member } = await join("a");
    const heldBefore = member.mayAct();

    clock.skip(1500);

    assert.deepEqual([heldBefore, member.mayAct()], [true, false]);
  });

  it("goes on when its lease did not run out meanwhile", async () => {
    const { member, link, events } = await join("a");
    await pass(600);
    link.isCut = true;
    await pass(1300);
    link.isCut = false;
    await pass(600);

    assert.deepEqual([member.mayAct(), events], [true, ["fenced", "held"]]);
  });

  it("asks whose its rooms are when its lease had run out, and does nothing before it knows", async () => {
    const { member, link, events } = await join("a");
    await join("b");
    const asked = Promise.withResolvers<void>();
    member.onLease((event) => (event === "lost" ? asked.promise : undefined));
    link.isCut = true;
    await pass(3000);
    link.isCut = false;
    await pass(1000);
    const heldWhileAsked = member.mayAct();

    asked.resolve();
    await pass(600);

    assert.deepEqual([heldWhileAsked, member.mayAct()], [false, true]);
    assert.deepEqual(events, ["fenced", "lost", "held"]);
  });

  it("tells whoever was told that it may not act when it may again, however short that was", async () => {
    const { member, link, events } = await join("a");
    await pass(500);
    clock.advance(50);
    await member.refresh();
    link.isCut = true;
    await pass(1300);
    clock.advance(50);
    await settle();
    clock.advance(50); // its lease has not run out, and nothing of it has looked since it may not act
    const mayAct = member.mayAct();
    link.isCut = false;
    await member.refresh();
    await settle();

    assert.deepEqual([mayAct, member.mayAct(), events], [false, true, ["fenced", "held"]]);
  });

  it("[OWN1] asks again whose its rooms are where that could not be said, and does nothing before", async () => {
    const { member, link, events } = await join("a");
    await join("b");
    let isAway = true;
    member.onLease((event) => {
      if (event === "lost" && isAway) throw new ArenaError("CLUSTER_UNAVAILABLE");
    });
    link.isCut = true;
    await pass(3000);
    link.isCut = false;
    await pass(1000);
    const heldInDoubt = member.mayAct();
    isAway = false;

    await pass(1000);

    assert.deepEqual([heldInDoubt, member.mayAct(), events.at(-1)], [false, true, "held"]);
  });

  it("[OWN1] learns that its lease had run out also where the answer that said so was lost", async () => {
    const { link, events } = await join("a");
    await join("b");
    link.isCut = true;
    await pass(3000);
    [link.isCut, link.isDeaf] = [false, true];
    await pass(600);
    link.isDeaf = false;

    await pass(1000);

    assert.deepEqual(events, ["fenced", "lost", "held"]);
  });

  it("[FOV1] sees that another is gone as soon as its lease has ended", async () => {
    const a = await join("a");
    await pass(300); // so that the two do not renew together
    const b = await join("b");
    await pass(2200);
    a.link.isCut = true; // its last renewal was 0 ms ago
    let passedMs = 0;

    for (; !b.events.includes("gone a"); passedMs += 10) {
      clock.advance(10);
      await settle();
    }

    assert.ok(passedMs <= LEASE_MS + 10, `it took ${passedMs} ms`);
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

  describe("that can ask the others", () => {
    /** By node and method. */
    let handlers: Map<string, (payload: unknown) => Promise<unknown>>;
    /** Names of those who do not answer, and of those who refuse the line. */
    let [silent, dead]: Set<string>[] = [new Set(), new Set()];
    beforeEach(() => {
      [handlers, silent, dead] = [new Map(), new Set(), new Set()];
    });
    const meet = async (nodeId: string) => {
      const joined = await join(nodeId);
      joined.member.meet({
        on: (method, handler) => void handlers.set(`${nodeId} ${method}`, handler),
        call: async (peer, method, payload) => {
          if (dead?.has(peer.nodeId)) throw new ArenaError("PEER_UNREACHABLE", "", { cause: refusal() });
          if (silent?.has(peer.nodeId) || silent?.has(nodeId)) throw new ArenaError("PEER_UNCERTAIN");
          return handlers.get(`${peer.nodeId} ${method}`)?.(payload);
        },
      });
      return joined;
    };
    const refusal = (): Error => Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    const three = async () => {
      const all = [await meet("a"), await meet("b"), await meet("c")] as const;
      await pass(600);
      return all;
    };

    it("[FLT2] goes on without a pause while the store is away for all, and after", async () => {
      const all = await three();
      for (const { link } of all) link.isCut = true;
      await pass(30_000);
      const couldAct = all.map(({ member }) => member.mayAct());
      for (const { link } of all) {
        link.isCut = false;
        await pass(300);
      }
      await pass(5000);

      assert.deepEqual(couldAct, [true, true, true]);
      assert.deepEqual(
        all.map(({ events }) => events),
        [[], [], []],
      );
    });

    it("[OWN1] never acts while another takes it for gone, however they are cut off", async () => {
      const [a, b, c] = await three();
      const overlaps: number[] = [];
      const step = async (ms: number): Promise<void> => {
        for (let passed = 0; passed < ms; passed += 100) {
          await pass(100);
          const isGone = [b, c].some(({ member }) => member.node("boot-a") === undefined);
          if (a.member.mayAct() && isGone) overlaps.push(clock.nowMs());
        }
      };
      for (const { link } of [a, b, c]) link.isCut = true;
      await step(4000);
      c.link.isCut = false; // a's own line stays cut
      await step(6000);

      assert.deepEqual(overlaps, []);
      assert.deepEqual([a.member.mayAct(), c.events.includes("gone a")], [false, true]);
    });

    it("[OWN1] stands still when it alone is cut off, or when one who may know better does not answer", async () => {
      const [a, b, c] = await three();
      a.link.isCut = true;
      await pass(3000);
      const alone = a.member.mayAct();
      silent?.add("c");
      for (const { link } of [b, c]) link.isCut = true;
      await pass(3000);

      assert.deepEqual([alone, a.member.mayAct(), b.member.mayAct()], [false, false, false]);
    });

    it("[OWN1] does not begin to act again in an outage of all, when it was taken for gone before", async () => {
      const [a, b, c] = await three();
      a.link.isCut = true;
      await pass(3000);
      const isGone = b.member.node("boot-a") === undefined;
      for (const { link } of [b, c]) link.isCut = true;
      await pass(3000);

      assert.deepEqual([isGone, a.member.mayAct(), b.member.mayAct(), c.member.mayAct()], [true, false, true, true]);
    });

    it("[OWN1] stands still when one that came later can ask the store, and takes its rooms", async () => {
      const [a, b, c] = await three();
      const owned = await a.member.take("r", { name: "arena" });
      for (const { link } of [a, b, c]) link.isCut = true;
      await pass(3000);
      const newcomer = await meet("d");
      await pass(1000);
      const early = [await newcomer.member.isGone(owned), a.member.mayAct()];
      await pass(3000);
      const before = a.member.mayAct();
      const isGone = await newcomer.member.isGone(owned);
      const after = a.member.mayAct();
      await pass(3000);
      const later = a.member.mayAct();
      a.link.isCut = false;
      await pass(1000);

      assert.deepEqual([...early, before, isGone, after, later], [false, true, true, true, false, false]);
      assert.equal(a.member.mayAct(), true);
    });

    it("[FLT2] goes on without one that was killed in the same moment", async () => {
      const [a, b, c] = await three();
      for (const { link } of [a, b, c]) link.isCut = true;
      dead?.add("c");
      await pass(5000);

      assert.deepEqual([a.member.mayAct(), b.member.mayAct()], [true, true]);
    });

    it("[OWN1] is silent at once after it stood still in an outage", async () => {
      const [a, b, c] = await three();
      for (const { link } of [a, b, c]) link.isCut = true;
      await pass(5000);
      clock.skip(1100);

      assert.equal(a.member.mayAct(), false);
    });
  });

  it("[OWN7] lets records end of one that is gone, exactly as they were before that was asked, and none of one that lives", async () => {
    const [a, b] = [await join("a"), await join("b")];
    const owned = await a.member.take("r", { name: "arena" });
    await b.member.take("s", { name: "arena" });
    const ended: unknown[] = [];
    shared.disown = async (record?: unknown) => void ended.push(record);
    const ofLiving = await b.member.disown("boot-a", ["r"]);
    a.link.isCut = true;
    await pass(3000);
    const lives = shared.lives.bind(shared);
    shared.lives = async (bootId) => {
      await shared.reclaim("r", "boot-a", owned.epoch);
      return lives(bootId);
    };
    const ofGone = await b.member.disown("boot-a", ["r", "s", "never"]);

    assert.deepEqual([ofLiving, ofGone, ended], [false, true, [{ ...owned }]]);
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
