import assert from "node:assert/strict";
import type { CheckpointHead } from "../../../src/checkpoint/checkpoint.ts";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import type { NodeRecord } from "../../../src/cluster/cluster.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { Failover } from "../../../src/handoff/failover.ts";
import { createTelemetry, type TelemetryEvents } from "../../../src/telemetry/telemetry.ts";
import { identity } from "../../support/cluster-store-contract.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const RESTART_MS = 50;

/** Survivors of one cluster, and what others have left behind. */
class World {
  readonly clock: ManualClock = manualClock();
  readonly ended: TelemetryEvents["failover:ended"][] = [];
  readonly delayed: TelemetryEvents["failover:delayed"][] = [];
  /** Who restarted which room, in this order. */
  readonly restarts: [bootId: string, roomId: string][] = [];
  /** What a restart fails with. */
  failure: (roomId: string, bootId: string) => Error | undefined = () => undefined;
  isAway = false;
  /** Rooms that a live process has. */
  readonly running = new Set<string>();
  most = 0;
  readonly #left: Map<string, CheckpointHead>;
  readonly #live: string[];
  readonly #watchers: ((node: NodeRecord) => void)[] = [];
  #under = 0;

  constructor(live: readonly string[], sizes: Readonly<Record<string, number>>, owner = "boot-gone") {
    this.#live = [...live];
    const heads = Object.entries(sizes).map(([roomId, sessions]): [string, CheckpointHead] => [
      roomId,
      { roomId, name: "arena", epoch: 1, bootId: owner, sessions },
    ]);
    this.#left = new Map(heads);
  }

  get left(): readonly string[] {
    return [...this.#left.keys()];
  }

  join(nodeId: string): Failover {
    const telemetry = createTelemetry();
    telemetry.on("failover:ended", (event) => this.ended.push(event));
    telemetry.on("failover:delayed", (event) => this.delayed.push(event));
    const own = identity(nodeId);
    const record = (each: string) => ({ ...identity(each) }) as NodeRecord; // nothing else is asked for
    return new Failover({
      clock: this.clock,
      telemetry,
      cluster: {
        identity: own,
        nodes: () => this.#live.map(record),
        node: (bootId) => this.#live.map(record).find((each) => each.bootId === bootId),
        onNodeGone: (watcher) => {
          this.#watchers.push(watcher);
          return () => this.#watchers.splice(this.#watchers.indexOf(watcher), 1);
        },
      },
      checkpoints: {
        boots: async () => [...new Set([...this.#left.values()].map(({ bootId }) => bootId))],
        roomsOf: async (bootId, isLeftOut = () => false) => {
          if (this.isAway) throw new Error("away");
          const heads = [...this.#left.values()].filter((head) => head.bootId === bootId && !isLeftOut(head.roomId));
          return heads.toSorted((one, other) => other.sessions - one.sessions);
        },
      },
      isHere: (roomId) => this.running.has(roomId),
      restart: (room) => this.#restart(own.bootId, room),
    });
  }

  lose(): void {
    for (const watcher of this.#watchers) watcher({ ...identity("gone") } as NodeRecord);
  }

  comeBack(): void {
    this.#live.push("gone");
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 10) {
      await settle();
      this.clock.advance(10);
    }
    await settle();
  }

  async #restart(bootId: string, { roomId }: CheckpointHead): Promise<void> {
    this.most = Math.max(this.most, ++this.#under);
    await new Promise<void>((resolve) => this.clock.after(RESTART_MS, resolve));
    this.#under--;
    this.restarts.push([bootId, roomId]);
    const failure = this.failure(roomId, bootId);
    if (failure) throw failure;
    this.#left.delete(roomId);
  }
}

const rooms = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`r${n}`, n + 1]));

describe("rooms of a process that is gone", () => {
  it("[FOV1] are restarted, those with the most sessions first, a few at a time", async () => {
    const world = new World(["a"], rooms(40));
    world.join("a");

    world.lose();
    await world.pass(2000);

    const order = world.restarts.map(([, roomId]) => Number(roomId.slice(1)));
    assert.deepEqual(
      order.slice(0, 16).toSorted((one, other) => one - other),
      [...Array(16).keys()].map((n) => n + 24),
    );
    assert.deepEqual([world.left, world.restarts.length, world.most], [[], 40, 16]);
    assert.deepEqual(
      world.ended.map(({ restarted, lost }) => [restarted, lost]),
      [[40, 0]],
    );
  });

  it("[FOV2] are shared by those who are left, each room begun by one of them", async () => {
    const world = new World(["a", "b", "c"], rooms(60));
    for (const nodeId of ["a", "b", "c"]) world.join(nodeId);

    world.lose();
    await world.pass(2000);

    const counts = [...Map.groupBy(world.restarts, ([bootId]) => bootId).values()].map(({ length }) => length);
    assert.equal(world.restarts.length, 60);
    assert.ok(counts.length === 3 && Math.min(...counts) > 5, `${counts}`);
  });

  it("[FOV2] are restarted by another where the one whose turn it is does nothing", async () => {
    const world = new World(["a", "b", "c"], rooms(30));
    world.join("a");

    world.lose();
    await world.pass(500);
    const soon = world.restarts.length;
    await world.pass(4500);

    assert.ok(soon > 0 && soon < 30, `${soon}`);
    assert.deepEqual(world.left, []);
  });

  it("[FOV1] are found also where nobody saw it go", async () => {
    const world = new World(["a"], rooms(3));

    world.join("a");
    await world.pass(3000);

    assert.deepEqual(world.left, []);
  });

  it("[FOV3] are left closed where nobody waits for them", async () => {
    const world = new World(["a"], { empty: 0, full: 2 });
    world.join("a");

    world.lose();
    await world.pass(5000);

    assert.deepEqual([world.left, world.restarts], [["empty"], [["boot-a", "full"]]]);
  });

  it("[FOV1] are tried again while a store is away, and told of", async () => {
    const world = new World(["a"], rooms(2));
    world.isAway = true;
    world.join("a");

    world.lose();
    await world.pass(4000);
    const told = world.delayed.length;
    world.isAway = false;
    await world.pass(2000);

    assert.ok(told >= 2, `${told}`);
    assert.deepEqual(world.left, []);
  });

  it("[FOV1] are tried again that could not be restarted, five times and no more", async () => {
    const world = new World(["a"], { bad: 1, late: 1, over: 1 });
    const failures: Record<string, Error> = {
      bad: new Error("no"),
      over: new ArenaError("ROOM_NOT_FOUND"),
    };
    world.failure = (roomId) => failures[roomId] ?? (world.restarts.length < 4 ? new Error("not yet") : undefined);
    const failover = world.join("a");

    world.lose();
    await world.pass(3000);
    failover.close();
    await world.pass(30_000);

    const tries = (name: string): number => world.restarts.filter(([, roomId]) => roomId === name).length;
    assert.ok(tries("late") === 2 && tries("bad") <= 5, JSON.stringify(world.restarts));
  });

  it("[FOV1] are seen to by who took them and could not make them, whoever had begun with them", async () => {
    const world = new World(["a", "b"], { left: 2, running: 2, empty: 0 }, "boot-a");
    world.running.add("running");
    world.failure = () => (world.restarts.length < 3 ? new Error("not yet") : undefined);
    for (const nodeId of ["a", "b"]) world.join(nodeId);

    await world.pass(30_000);

    assert.deepEqual(world.restarts, Array(3).fill(["boot-a", "left"]));
    assert.deepEqual(world.left, ["running", "empty"]);
  });

  it("[FOV1] are found at once by who gave them to a process that is gone before it took them", async () => {
    const world = new World(["a", "b"], { given: 2 }, "boot-a");
    for (const nodeId of ["a", "b"]) world.join(nodeId);

    world.lose();
    await world.pass(400);

    assert.deepEqual(world.restarts, [["boot-a", "given"]]);
  });

  it("[FOV1] are given up in the end by who took them and cannot make them", async () => {
    const world = new World(["a"], { bad: 2 }, "boot-a");
    world.failure = () => new Error("no");
    world.join("a");

    await world.pass(120_000);

    assert.deepEqual([world.restarts.length, world.ended.map(({ lost }) => lost)], [5, [1]]);
  });

  it("[FOV3] stay where they are when it comes back before they were begun with", async () => {
    const world = new World(["a", "b"], rooms(30));
    world.join("a");

    world.lose();
    await world.pass(500);
    world.comeBack();
    await world.pass(30_000);

    assert.ok(world.left.length > 0 && world.restarts.length < 30);
  });
});
