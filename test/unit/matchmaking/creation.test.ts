import assert from "node:assert/strict";
import type { IRoomCache } from "@colyseus/core";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { Member } from "../../../src/cluster/member.ts";
import { MemoryStore } from "../../../src/cluster/memory-store.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { Creation } from "../../../src/matchmaking/creation.ts";
import type { RoomOrder } from "../../../src/matchmaking/hosting.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { identity } from "../../support/cluster-store-contract.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("creation of a room", () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let members: Map<string, Member>;
  /** Rooms that run, by id: the boots that made them. */
  let made: Map<string, string[]>;
  /** Boots that hang before they claim, or after. */
  let hanging: Map<string, "before" | "after">;
  /** What hangs goes on. */
  let resume: (() => Promise<void>)[];
  beforeEach(async () => {
    [clock, members, made, hanging, resume] = [manualClock(), new Map(), new Map(), new Map(), []];
    store = new MemoryStore(clock);
    for (const nodeId of ["a", "b", "c"]) {
      const parts = { identity: identity(nodeId), store, clock, telemetry: createTelemetry(), isSole: false };
      const member = new Member(parts);
      await member.join(`${nodeId}:1`);
      members.set(member.identity.bootId, member);
    }
    for (const member of members.values()) await member.refresh();
  });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 25) {
      clock.advance(25);
      await settle();
    }
  };

  /** As a node does it. */
  const host = async (bootId: string, { roomId, attempt, name }: RoomOrder): Promise<IRoomCache> => {
    const member = members.get(bootId);
    const claim = async (): Promise<IRoomCache> => {
      const claimed = await member?.claim(roomId, { attempt });
      if (!claimed) throw new ArenaError("CREATION_REVOKED");
      if (hanging.get(bootId) === "after") await new Promise<void>((resolve) => resume.push(async () => resolve()));
      if (!(await member?.confirm(roomId, claimed.epoch))) throw new ArenaError("CREATION_REVOKED");
      made.set(roomId, [...(made.get(roomId) ?? []), bootId]);
      return { roomId, name, processId: bootId, clients: 0, maxClients: 4 };
    };
    if (hanging.get(bootId) !== "before") return claim();
    return new Promise<IRoomCache>((resolve, reject) => resume.push(() => claim().then(resolve, reject)));
  };
  const creationAt = (bootId: string, order = ["boot-a", "boot-b", "boot-c"]): Creation => {
    const cluster = members.get(bootId);
    assert.ok(cluster);
    return new Creation({
      clock,
      cluster,
      place: async (_wanted, except) => order.find((boot) => !except.has(boot)) ?? "boot-c",
      order: (boot, request) => {
        const late = new Promise<IRoomCache>((_, reject) =>
          clock.after(1500, () => reject(new ArenaError("PEER_UNCERTAIN"))),
        );
        return Promise.race([host(boot, request), late]);
      },
      find: async (roomId) => {
        const [boot] = made.get(roomId) ?? [];
        return boot === undefined ? undefined : { roomId, name: "x", processId: boot, clients: 0, maxClients: 4 };
      },
    });
  };

  it("[OWN2] makes a room elsewhere when a node does not answer, and that node makes none when it wakes up", async () => {
    hanging.set("boot-a", "before");

    const making = creationAt("boot-c").make({ name: "arena", options: {}, roomId: "r" });
    await pass(2000);
    const room = await making;
    for (const goOn of resume) await goOn().catch(() => {});

    assert.equal(room.processId, "boot-b");
    assert.deepEqual(made.get("r"), ["boot-b"]);
  });

  it("[OWN2] waits for a node that has taken the offer up and lives", async () => {
    hanging.set("boot-a", "after");

    const making = creationAt("boot-c").make({ name: "arena", options: {}, roomId: "r" });
    await pass(3000);
    for (const goOn of resume) await goOn();
    await pass(100);

    assert.equal((await making).processId, "boot-a");
    assert.deepEqual(made.get("r"), ["boot-a"]);
  });

  it("[OWN2] makes it elsewhere when the node that took it up dies, which then lists nothing", async () => {
    hanging.set("boot-a", "after");

    const making = creationAt("boot-c").make({ name: "arena", options: {}, roomId: "r" });
    await pass(500);
    await members.get("boot-a")?.close();
    await pass(3000);
    const room = await making;
    for (const goOn of resume) await goOn();
    await settle();

    assert.equal(room.processId, "boot-b");
    assert.deepEqual(made.get("r"), ["boot-b"]);
  });

  it("[OWN2] gives all who ask for one room at the same time the same one, made once", async () => {
    const making = ["boot-a", "boot-b", "boot-c", "boot-c"].map((boot, index) =>
      creationAt(boot, index % 2 === 0 ? ["boot-a"] : ["boot-b"]).make({ name: "board", options: {}, roomId: "r" }),
    );
    await pass(500);

    const rooms = new Set((await Promise.all(making)).map(({ processId }) => processId));

    assert.deepEqual([rooms.size, made.get("r")?.length], [1, 1]);
  });

  it("[OWN2] leaves a room to a node that has come back since this process last looked", async () => {
    await creationAt("boot-a").make({ name: "board", options: {}, roomId: "r" });
    const cluster = members.get("boot-c");
    assert.ok(cluster);
    const late = new Creation({
      clock,
      cluster: {
        offer: (roomId, offer) => cluster.offer(roomId, offer),
        owner: (roomId) => cluster.owner(roomId),
        forget: (roomId) => cluster.forget(roomId),
        isGone: (owner) => cluster.isGone(owner),
        node: (bootId) => (looks++ === 0 ? undefined : cluster.node(bootId)),
      },
      place: async () => "boot-b",
      order: async (boot, request) => host(boot, request),
      find: async (roomId) => ({
        roomId,
        name: "board",
        processId: made.get(roomId)?.[0] ?? "",
        clients: 0,
        maxClients: 4,
      }),
    });
    let looks = 0;

    const room = await late.make({ name: "board", options: {}, roomId: "r" });

    assert.deepEqual([room.processId, made.get("r")], ["boot-a", ["boot-a"]]);
  });

  it("gives a caller the new room that was made for it, although nothing was heard of that at first", async () => {
    hanging.set("boot-a", "after");
    const cluster = members.get("boot-c");
    assert.ok(cluster);

    const making = creationAt("boot-c").make({ name: "arena", options: {}, roomId: "r", isNew: true });
    await pass(500);
    await members.get("boot-a")?.close();
    await pass(1500);
    await store.renew({ identity: identity("a"), isDraining: false, report: undefined, settled: [] });
    for (const goOn of resume) await goOn();
    await pass(3000);

    assert.equal((await making).roomId, "r");
    assert.equal(made.get("r")?.length, 1);
  });

  it("refuses to make a room that is there, where it is to be new", async () => {
    const creation = creationAt("boot-a");
    await creation.make({ name: "board", options: {}, roomId: "r" });

    await assert.rejects(creation.make({ name: "board", options: {}, roomId: "r", isNew: true }), {
      code: "LOG_IN_USE",
    });
  });

  it("passes on what the room throws, and tries nowhere else", async () => {
    const [cluster, orders] = [members.get("boot-a"), [] as string[]];
    assert.ok(cluster);
    const creation = new Creation({
      clock,
      cluster,
      place: async () => "boot-a",
      order: async (boot) => {
        orders.push(boot);
        throw new ArenaError("AUTH_FAILED");
      },
      find: async () => undefined,
    });

    await assert.rejects(creation.make({ name: "board", options: {} }), { code: "AUTH_FAILED" });
    assert.deepEqual(orders, ["boot-a"]);
  });
});
