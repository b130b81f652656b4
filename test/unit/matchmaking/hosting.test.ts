import assert from "node:assert/strict";
import { Room as ColyseusRoom, type IRoomCache, LocalDriver, LocalPresence, matchMaker } from "@colyseus/core";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { Member } from "../../../src/cluster/member.ts";
import { MemoryStore } from "../../../src/cluster/memory-store.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { Hosting } from "../../../src/matchmaking/hosting.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { identity } from "../../support/cluster-store-contract.ts";

let moved: string[] = [];
let woken: string[] = [];

class MovableRoom extends ColyseusRoom {
  readonly ended = new Promise<void>((resolve) => this["_events"].once("disconnect", () => resolve()));

  readonly move: { settled?: Promise<void> } = {};
  whileReserving = (): void => {};

  async reserveSeats(): Promise<boolean> {
    this.whileReserving();
    return true;
  }

  async wake(): Promise<void> {
    await Promise.resolve();
    woken.push(this.roomId);
  }

  moveAway(): void {
    moved.push(this.roomId);
    void this.disconnect();
  }
}

const KEPT = { name: "movable", epoch: 1, bootId: "before", sessions: 1, options: {}, content: Buffer.of() };
/** Only the room "kept" is. */
const ONE = {
  find: async (roomId: string) => (roomId === "kept" ? { ...KEPT, roomId } : undefined),
  forget: async () => {},
};

describe("hosting of rooms", () => {
  let store: MemoryStore;
  let member: Member;
  let clock: ManualClock;
  let hosting: Hosting;
  /** What happens between the confirmation of a room and its listing. */
  let whileListing: () => Promise<unknown>;
  const other = identity("other");

  class SlowDriver extends LocalDriver {
    override async insert(room: IRoomCache): Promise<boolean> {
      if (!(await hosting.owned.confirm(room.roomId, room.name))) return false;
      await whileListing();
      return super.insert(room);
    }
  }

  before(async () => {
    await matchMaker.setup(new LocalPresence(), new SlowDriver(), "");
    await matchMaker.accept();
    matchMaker.defineRoomType("movable", MovableRoom);
  });
  beforeEach(async () => {
    clock = manualClock();
    moved = [];
    woken = [];
    whileListing = async () => {};
    store = new MemoryStore(clock);
    const own = identity("own", matchMaker.processId);
    member = new Member({ identity: own, store, clock, telemetry: createTelemetry(), isSole: false });
    await member.join("own:1");
    hosting = new Hosting({ cluster: member, telemetry: createTelemetry(), checkpoints: ONE });
  });
  after(() => Promise.all(matchMaker.disconnectAll()));
  const create = async (roomId: string): Promise<IRoomCache> => {
    const { attempt } = await member.offer(roomId, { name: "movable", target: matchMaker.processId });
    return hosting.create({ roomId, name: "movable", options: {}, attempt });
  };
  /** As a caller does it that finds this process gone. */
  const makeElsewhere = async (roomId: string): Promise<void> => {
    const { attempt } = await store.offer(roomId, { name: "movable", target: other, expect: await store.read(roomId) });
    await store.claim(roomId, other.bootId, attempt);
  };

  it("[OWN2] ends a room that became another's after it was confirmed and before it was made", async () => {
    whileListing = async () => {
      await makeElsewhere("r1");
      await hosting.owned.reclaimAll();
    };

    await assert.rejects(create("r1"), { code: "CREATION_REVOKED" });

    assert.deepEqual([moved, hosting.owned.epochOf("r1")], [["r1"], undefined]);
  });

  it("[OWN2] keeps a room that it was making, and nobody takes it who thought this process gone", async () => {
    let seen: Awaited<ReturnType<typeof store.read>>;
    whileListing = async () => {
      seen = await store.read("r2");
      await hosting.owned.reclaimAll();
    };

    const listing = await create("r2");
    const late = await store.offer("r2", { name: "movable", target: other, expect: seen });

    assert.deepEqual([listing.roomId, late.bootId, late.state, moved], ["r2", matchMaker.processId, "running", []]);
  });

  it("[OWN1] sends the clients of a room away that became another's while its lease had run out", async () => {
    await create("r3");
    await makeElsewhere("r3");

    await hosting.owned.reclaimAll();

    assert.deepEqual(moved, ["r3"]);
  });

  it("[OWN1] ends no room while nobody can say whose it is, and asks again", async () => {
    await create("r6");
    const before = store.reclaim.bind(store);
    store.reclaim = () => Promise.reject(new ArenaError("CLUSTER_UNAVAILABLE"));
    const asked = await hosting.owned.reclaimAll().catch((error: unknown) => (error as ArenaError).code);
    store.reclaim = before;

    await hosting.owned.reclaimAll();

    assert.deepEqual([asked, moved, (await store.read("r6"))?.state], ["CLUSTER_UNAVAILABLE", [], "running"]);
  });

  it("[FOV4] has whoever comes to a room that is being made wait until those who were in it are in it", async () => {
    let isAwake: boolean | undefined;
    whileListing = async () => {
      void hosting.settled("r7")?.then(() => {
        isAwake = woken.includes("r7");
      });
    };

    await create("r7");

    assert.equal(hosting.settled("r7"), undefined);
    assert.equal(isAwake, true);
  });

  it("takes a room again that nobody has any more", async () => {
    await create("r4");
    const before = await store.read("r4");
    await store.release("r4", matchMaker.processId, before?.epoch ?? 0);

    await hosting.owned.reclaimAll();

    const after = await store.read("r4");
    assert.deepEqual([after?.bootId, after?.state, moved], [matchMaker.processId, "running", []]);
    assert.equal(hosting.owned.epochOf("r4"), after?.epoch);
  });

  it("[OWN1] gives no seats in its rooms while it may not act, nor where that ended while it did", async () => {
    const { roomId } = await create("r-seats");
    const room = matchMaker.getLocalRoomById(roomId) as unknown as MovableRoom;
    const seats = { roomId, seats: [{ sessionId: "s", options: {}, auth: undefined }] };
    const before = await hosting.reserve(seats);
    room.whileReserving = () => clock.skip(1500);
    const meanwhile = hosting.reserve(seats);

    assert.equal(before, true);
    await assert.rejects(meanwhile, { code: "PEER_UNREACHABLE" });
    await assert.rejects(hosting.reserve(seats), { code: "PEER_UNREACHABLE" });
    await assert.rejects(hosting.sessionOf({ roomId, token: "t" }), { code: "PEER_UNREACHABLE" });
  });

  it("[HND3] gives no seats in a room that may be about to move: they might not move with it", async () => {
    const { roomId } = await create("r-moving");
    const room = matchMaker.getLocalRoomById(roomId) as unknown as MovableRoom;
    const seats = { roomId, seats: [{ sessionId: "s", options: {}, auth: undefined }] };

    room.move.settled = Promise.resolve();

    await assert.rejects(hosting.reserve(seats), { code: "PEER_UNREACHABLE" });
    await assert.rejects(hosting.sessionOf({ roomId, token: "t" }), { code: "PEER_UNREACHABLE" });
  });

  for (const method of ["claim", "release"] as const) {
    it(`gives up later what it could not give up, where nothing was heard of a ${method}`, async () => {
      if (method === "release") await create("r5");
      const before = Reflect.get(store, method) as (...args: unknown[]) => Promise<unknown>;
      Reflect.set(store, method, async (...args: unknown[]) => {
        if (method === "claim") await before.apply(store, args);
        throw new ArenaError("CLUSTER_UNAVAILABLE");
      });
      if (method === "claim") await assert.rejects(create("r5"), { code: "CLUSTER_UNAVAILABLE" });
      else await matchMaker.getLocalRoomById("r5").disconnect();
      await new Promise((resolve) => setImmediate(resolve));
      const left = await store.read("r5");
      Reflect.set(store, method, before);

      await hosting.owned.releaseLeftovers();

      assert.deepEqual([left?.bootId, await store.read("r5")], [matchMaker.processId, undefined]);
    });
  }

  it("[OWN8] gives up once more what a store has again that has lost its last moments", async () => {
    await create("again");
    const record = await store.read("again");
    await matchMaker.getLocalRoomById("again").disconnect();
    await new Promise((resolve) => setImmediate(resolve));
    const ended = await store.read("again");
    const read = store.read.bind(store);
    let isBack = true;
    store.read = async (roomId) => (roomId === "again" && isBack ? record : read(roomId));
    const released: string[] = [];
    store.release = async (roomId) => {
      released.push(roomId);
      isBack = false;
    };

    for (let rounds = 0; rounds < 3; rounds++) await hosting.owned.releaseLeftovers();

    assert.deepEqual([record?.state, ended, released], ["running", undefined, ["again"]]);
  });

  it("[CKP6] makes a room again that was kept, under its id, once", async () => {
    const [first, second] = await Promise.allSettled([
      hosting.restore({ roomId: "kept" }),
      hosting.restore({ roomId: "kept" }),
    ]);

    const made = first.status === "fulfilled" ? first : second;
    const refused = first.status === "fulfilled" ? second : first;
    assert.equal(made.status === "fulfilled" && made.value?.roomId, "kept");
    assert.equal(refused.status === "rejected" && refused.reason.code, "CREATION_REVOKED");
    assert.equal((await store.read("kept"))?.state, "running");
    assert.equal(await hosting.restore({ roomId: "unknown" }), undefined);
    await matchMaker.getLocalRoomById("kept")?.disconnect();
  });

  it("[CKP6] makes no room again that another process has", async () => {
    await makeElsewhere("kept");

    await assert.rejects(hosting.restore({ roomId: "kept" }), { code: "CREATION_REVOKED" });
  });

  it("[CKP6] makes a room again that was offered to it, under the epoch of that offer", async () => {
    await makeElsewhere("kept");
    const before = await store.read("kept");
    const target = identity("own", matchMaker.processId);
    const { attempt } = await store.offer("kept", { name: "movable", target, expect: before });

    await hosting.restore({ roomId: "kept", attempt });

    assert.ok((hosting.owned.epochOf("kept") ?? 0) > (before?.epoch ?? 0));
    await matchMaker.getLocalRoomById("kept")?.disconnect();
  });
});
