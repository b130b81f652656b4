import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { Drain } from "../../../src/handoff/drain.ts";
import type { DrainRoom } from "../../../src/handoff/drain-plan.ts";
import type { MoveOutcome } from "../../../src/handoff/mover.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A node with rooms, and time. */
class Node {
  readonly clock: ManualClock = manualClock();
  readonly moved: string[] = [];
  readonly closed: string[] = [];
  readonly busy = new Set<string>();
  rooms: DrainRoom[];
  outcome: (roomId: string) => MoveOutcome = () => "moved";
  most = 0;
  hasTargets = true;
  #under = 0;

  constructor(sizes: Readonly<Record<string, number>>) {
    const rest = { tickRateHz: 20, isMovable: true, canCloseNow: false, endsInMs: undefined };
    this.rooms = Object.entries(sizes).map(([roomId, connections]) => ({ roomId, connections, ...rest }));
  }

  async drain(budgetMs: number, passMs = budgetMs, patienceMs = 0) {
    const drain = new Drain(
      {
        clock: this.clock,
        rooms: () => this.rooms,
        canMoveNow: (roomId) => !this.busy.has(roomId),
        move: (roomId) => this.#move(roomId),
        close: (roomId) => {
          this.closed.push(roomId);
          this.clock.after(50, () => {
            this.rooms = this.rooms.filter((room) => room.roomId !== roomId);
          });
        },
        hasTargets: () => this.hasTargets,
        onProgress: () => {},
      },
      { budgetMs, patienceMs },
    );
    const running = drain.run();
    for (let passed = 0; passed < passMs; passed += 5) {
      this.clock.advance(5);
      await settle();
    }
    await running;
    return drain.progress;
  }

  async #move(roomId: string): Promise<MoveOutcome> {
    this.most = Math.max(this.most, ++this.#under);
    await new Promise<void>((resolve) => this.clock.after(100, resolve));
    this.#under--;
    const outcome = this.outcome(roomId);
    if (outcome !== "moved") return outcome;
    this.moved.push(roomId);
    this.rooms = this.rooms.filter((room) => room.roomId !== roomId);
    return outcome;
  }
}

describe("a drain", () => {
  it("moves all rooms within its time, and no more than a few at a time", async () => {
    const node = new Node(Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`r${n}`, n])));

    const progress = await node.drain(2000);

    assert.deepEqual([progress.rooms, progress.moved, progress.left], [30, 30, 0]);
    assert.ok(node.most >= 2 && node.most <= 5, `${node.most} at a time`);
  });

  it("waits for a moment that suits a room, but not for ever", async () => {
    const node = new Node({ playing: 4, idle: 4 });
    node.busy.add("playing");

    const progress = await node.drain(10_000);

    assert.deepEqual([node.moved, progress.left], [["idle", "playing"], 0]);
  });

  it("tries a room again that stayed", async () => {
    const node = new Node({ a: 1 });
    let times = 0;
    node.outcome = () => (++times < 3 ? "stayed" : "moved");

    assert.equal((await node.drain(5000)).moved, 1);
  });

  it("does not wait where no other node is left", async () => {
    const node = new Node({ a: 1 });
    node.hasTargets = false;

    const progress = await node.drain(5000, 0);

    assert.deepEqual([progress.left, progress.leftMs], [1, 5000]);
  });

  it("waits for a while for a node that rooms can go to, and goes on with it", async () => {
    const [late, never] = [new Node({ a: 1 }), new Node({ a: 1 })];
    for (const node of [late, never]) node.hasTargets = false;
    late.clock.after(3000, () => {
      late.hasTargets = true;
    });

    const [afterAll, inVain] = [await late.drain(20_000, 4000, 5000), await never.drain(20_000, 6000, 5000)];

    assert.deepEqual([afterAll.moved, afterAll.isOver], [1, true]);
    assert.deepEqual([inVain.left, inVain.isOver], [1, true]);
  });

  it("ends when its time is up, and says what is left", async () => {
    const node = new Node({ a: 1, b: 2 });
    node.outcome = () => "stayed";
    node.rooms = node.rooms.map((room) => ({ ...room, isMovable: room.roomId === "a" }));

    const progress = await node.drain(1000, 1500);

    assert.deepEqual([progress.left, progress.pinned, progress.leftMs], [2, 1, 0]);
  });

  it("[DRN3] closes at once what cannot move and is missed by nobody, once", async () => {
    const node = new Node({ lobby: 500, match: 2 });
    node.rooms = node.rooms.map((room) => ({ ...room, isMovable: false, canCloseNow: room.roomId === "lobby" }));

    const progress = await node.drain(1000, 1500);

    assert.deepEqual([node.closed, progress.ended, progress.left, progress.pinned], [["lobby"], 1, 1, 1]);
  });

  it("counts rooms that end by themselves", async () => {
    const node = new Node({ a: 0 });
    node.rooms = node.rooms.map((room) => ({ ...room, isMovable: false }));
    node.clock.after(300, () => {
      node.rooms = [];
    });

    assert.equal((await node.drain(5000, 1000)).ended, 1);
  });
});
