import assert from "node:assert/strict";
import type { ClusterStore, Renewal } from "../../src/cluster/store.ts";
import { DEPARTED_MS, LEASE_MS, type NodeIdentity, type Ownership } from "../../src/cluster/types.ts";

/** A process by that name. */
export function identity(nodeId: string, bootId = `boot-${nodeId}`): NodeIdentity {
  const internalAddress = `${nodeId}:2567`;
  return {
    nodeId,
    bootId,
    role: "node",
    internalAddress,
    publicAddress: "",
    version: "1",
    region: "",
    labels: [],
    pid: 1,
  };
}

const renewal = (of: NodeIdentity, rest: Partial<Renewal> = {}): Renewal => ({
  identity: of,
  isDraining: false,
  report: undefined,
  settled: [],
  ...rest,
});

/** A store under test, and its time. */
export interface TimedStore {
  readonly store: ClusterStore;
  /** Its time goes on by so much, and nobody asks it meanwhile. */
  pass(ms: number): Promise<void>;
}

/** Registers the tests that every ClusterStore passes; `open` gives one that knows nothing yet. */
export function clusterStoreContract(name: string, open: () => Promise<TimedStore>): void {
  describe(`${name} fulfils the contract of a cluster's store:`, () => {
    let store: ClusterStore;
    let pass: TimedStore["pass"];
    const [a, b] = [identity("a"), identity("b")];
    beforeEach(async () => {
      ({ store, pass } = await open());
    });
    afterEach(() => store.close());

    it("shows each process that lives what it says of itself", async () => {
      await store.renew(renewal(a, { report: { seq: 1 } }));

      const renewed = await store.renew(renewal(b, { isDraining: true }));

      assert.ok(renewed.isHeld);
      const [first, second] = renewed.nodes.toSorted((one, other) => (one.nodeId < other.nodeId ? -1 : 1));
      assert.deepEqual([first?.internalAddress, first?.report, first?.isDraining], ["a:2567", { seq: 1 }, false]);
      assert.deepEqual([second?.nodeId, second?.report, second?.isDraining], ["b", undefined, true]);
    });

    const termOf = async (of: NodeIdentity): Promise<unknown> => {
      const renewed = await store.renew(renewal(of));
      return renewed.isHeld && renewed.term;
    };

    it("tells a lease that is new from one that goes on", async () => {
      const first = await termOf(a);
      const second = await termOf(a);
      await pass(LEASE_MS / 2);
      await termOf(b);
      await pass(LEASE_MS / 2 + 1);
      const third = await termOf(a);
      const fourth = await termOf(a);

      assert.deepEqual([second === first, third === first, fourth === third], [true, false, true]);
    });

    const alive = async (of: NodeIdentity): Promise<unknown> => {
      const renewed = await store.renew(renewal(of));
      return renewed.isHeld && renewed.nodes.map(({ nodeId }) => nodeId).toSorted();
    };

    it("lets a lease run out that is not renewed while others are", async () => {
      await store.renew(renewal(a));
      await pass(LEASE_MS / 2);
      await store.renew(renewal(b));
      await pass(LEASE_MS / 2);

      assert.deepEqual(await alive(b), ["b"]);
    });

    it("[FLT2] spares those who lived when it was asked for the last time, until they had time to come back", async () => {
      for (const each of [b, a]) await store.renew(renewal(each));
      const before = await termOf(a);
      await pass(30_000);

      const first = await alive(identity("c"));
      await pass(LEASE_MS / 2);
      const back = await alive(a);
      await pass(LEASE_MS / 2);
      const later = await alive(a);

      assert.deepEqual([first, back, later], [["a", "b", "c"], ["a", "b", "c"], ["a"]]);
      assert.equal(await termOf(a), before);
    });

    it("[OWN5] gives the name of one who was spared and did not come back", async () => {
      const twin = identity("a", "boot-twin");
      await store.renew(renewal(a));
      await pass(LEASE_MS + 1);

      const early = await store.renew(renewal(twin));
      await pass(LEASE_MS + 1);
      const late = await store.renew(renewal(twin));

      assert.deepEqual([early.isHeld, late.isHeld], [false, true]);
    });

    it("[OWN5] refuses a name that a living process has, and gives it when that has left", async () => {
      const twin = identity("a", "boot-twin");
      await store.renew(renewal(a));

      const refused = await store.renew(renewal(twin));
      await store.leave(a);
      const granted = await store.renew(renewal(twin));

      assert.deepEqual(refused, { isHeld: false, holder: a.bootId });
      assert.equal(granted.isHeld, true);
    });

    it("keeps a reservation until the node's report has it", async () => {
      await store.renew(renewal(a));
      await store.reserve(a.bootId, { id: "r1", weight: { connections: 0.5 } });
      await store.reserve(a.bootId, { id: "r2", weight: {} });

      const before = await store.renew(renewal(b));
      const after = await store.renew(renewal(a, { settled: ["r1"] }));

      const idsOf = (renewed: typeof before): unknown =>
        renewed.isHeld &&
        renewed.nodes
          .find(({ nodeId }) => nodeId === "a")
          ?.reservations.map(({ id }) => id)
          .toSorted();
      assert.deepEqual([idsOf(before), idsOf(after)], [["r1", "r2"], ["r2"]]);
    });

    it("[PLC2] reserves nothing on a node that drains, or that is gone", async () => {
      await store.renew(renewal(a, { isDraining: true }));

      const outcomes = [
        await store.reserve(a.bootId, { id: "r1", weight: {} }),
        await store.reserve("nobody", { id: "r1", weight: {} }),
      ];

      assert.deepEqual(outcomes, [false, false]);
    });

    it("[OWN2] lets the node claim that a room was offered to, once, under a new epoch", async () => {
      const offer = await store.offer("r", { name: "arena", target: a });

      const byAnother = await store.claim("r", b.bootId, offer.attempt);
      const claimed = await store.claim("r", a.bootId, offer.attempt);

      assert.deepEqual([offer.state, offer.bootId, byAnother], ["offered", a.bootId, undefined]);
      assert.deepEqual([claimed?.state, claimed?.name], ["starting", "arena"]);
      assert.ok((claimed?.epoch ?? 0) > offer.epoch);
    });

    it("[OWN2] makes the first offer worth nothing when it was offered to another", async () => {
      const first = await store.offer("r", { name: "arena", target: a });
      const second = await store.offer("r", { name: "arena", target: b, expect: first });

      const late = await store.claim("r", a.bootId, first.attempt);
      const right = await store.claim("r", b.bootId, second.attempt);

      assert.deepEqual([late, right?.bootId], [undefined, b.bootId]);
    });

    it("[OWN2] offers a room that somebody has to nobody else, unless that record is expected", async () => {
      const owned = await store.take("r", "arena", a);

      const other = await store.offer("r", { name: "arena", target: b });
      const taken = await store.take("r", "arena", b);
      const after = await store.offer("r", { name: "arena", target: b, expect: owned });

      assert.deepEqual([other.bootId, taken.bootId], [a.bootId, a.bootId]);
      assert.deepEqual([after.bootId, after.state], [b.bootId, "offered"]);
    });

    it("[OWN1] confirms a room to its owner only, and under its epoch", async () => {
      const owned = await store.take("r", "arena", a);
      await store.offer("r", { name: "arena", target: b, expect: owned });

      assert.equal(await store.confirm("r", a.bootId, owned.epoch), false);
    });

    it("[OWN2] lets an owner have its room again after its lease had run out, whatever was expected meanwhile", async () => {
      const owned = await store.take("r", "arena", a);
      await store.confirm("r", a.bootId, owned.epoch);
      const seen = await store.read("r");

      const isKept = await store.reclaim("r", a.bootId, owned.epoch);
      const late = await store.offer("r", { name: "arena", target: b, expect: seen });
      const byAnother = await store.reclaim("r", b.bootId, owned.epoch);

      assert.deepEqual([isKept, late.bootId, late.epoch, byAnother], [true, a.bootId, owned.epoch, false]);
    });

    const runningOf = async (of: NodeIdentity): Promise<Ownership> => {
      const { epoch } = await store.take("r", "arena", of);
      await store.confirm("r", of.bootId, epoch);
      const running = await store.read("r");
      assert.ok(running);
      return running;
    };

    it("[OWN1] transfers a running room to another, under a new epoch, and the old owner has it no more", async () => {
      const before = await runningOf(a);

      const after = await store.transfer(before, b);
      const late = await store.reclaim("r", a.bootId, before.epoch);

      assert.deepEqual([after?.bootId, after?.state, after?.internalAddress], [b.bootId, "running", "b:2567"]);
      assert.ok((after?.epoch ?? 0) > before.epoch);
      assert.equal(late, false);
    });

    it("[OWN1] transfers nothing where the record is another by now, or there is none", async () => {
      const before = await runningOf(a);
      await store.reclaim("r", a.bootId, before.epoch);

      const late = await store.transfer(before, b);
      const unknown = await store.transfer({ ...before, roomId: "none" }, b);

      assert.deepEqual([late?.bootId, late?.epoch, unknown], [a.bootId, before.epoch, undefined]);
    });

    it("tells whether a process holds its lease", async () => {
      await store.renew(renewal(a));
      const lives = await store.lives(a.bootId);
      await store.leave(a);

      assert.deepEqual([lives, await store.lives(a.bootId), await store.lives("nobody")], [true, false, false]);
    });

    it("[FOV1] says when the first of all leases ends", async () => {
      await store.renew(renewal(a));
      await pass(LEASE_MS / 2);

      const renewed = await store.renew(renewal(b));

      assert.ok(
        renewed.isHeld && renewed.firstEndMs > 0 && renewed.firstEndMs <= LEASE_MS / 2,
        JSON.stringify(renewed),
      );
    });

    it("[OWN7] names who has left, and who is long gone, until they are buried or come back", async () => {
      const departed = async (): Promise<unknown> => {
        const renewed = await store.renew(renewal(b));
        return renewed.isHeld && renewed.departed.toSorted();
      };
      const [c, d] = [identity("c"), identity("d")];
      for (const each of [a, b, c, d]) await store.renew(renewal(each));
      await store.leave(c);
      const early = await departed();
      for (let passedMs = 0; passedMs <= LEASE_MS + DEPARTED_MS; passedMs += LEASE_MS / 2) {
        await pass(LEASE_MS / 2);
        await departed();
      }
      const late = await departed();
      await store.bury(c.bootId);
      await store.renew(renewal(a));

      assert.deepEqual([early, late, await departed()], [["boot-c"], ["boot-a", "boot-c", "boot-d"], ["boot-d"]]);
    });

    it("gives each owner a higher epoch, also after the room was released", async () => {
      const first = await store.take("r", "arena", a);
      await store.confirm("r", a.bootId, first.epoch);
      const running = await store.read("r");
      await store.release("r", a.bootId, first.epoch);
      const released = await store.read("r");

      const second = await store.take("r", "arena", b);

      assert.deepEqual([running?.state, released], ["running", undefined]);
      assert.ok(second.epoch >= first.epoch);
    });

    it("lets nobody but the owner release a room", async () => {
      const owned = await store.take("r", "arena", a);

      await store.release("r", b.bootId, owned.epoch);
      await store.release("r", a.bootId, owned.epoch - 1);

      assert.equal((await store.read("r"))?.bootId, a.bootId);
    });

    it("keeps one secret, that of the first", async () => {
      const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

      const secrets = [await store.secret(first), await store.secret(second)];

      assert.deepEqual(secrets, [first, first]);
    });
  });
}
