import assert from "node:assert/strict";
import { type DrainRoom, intervalMs, planDrain } from "../../../src/handoff/drain-plan.ts";
import { choose, Unevenness } from "../../../src/handoff/rebalance.ts";

const room = (roomId: string, connections: number, rest: Partial<DrainRoom> = {}): DrainRoom => ({
  roomId,
  connections,
  tickRateHz: 20,
  isMovable: true,
  canCloseNow: false,
  endsInMs: undefined,
  ...rest,
});

describe("the plan of a drain", () => {
  it("moves the cheapest first, and the few largest beside them from the beginning", () => {
    const rooms = [room("big", 200), room("b", 4), room("a", 2), room("slow", 6, { tickRateHz: 0 }), room("c", 5)];

    const plan = planDrain(rooms, 10_000);

    assert.deepEqual([plan.large, plan.small], [["big"], ["slow", "a", "b", "c"]]);
  });

  it("leaves rooms that are over in time, and that nobody would miss", () => {
    const rooms = [
      room("soon", 5, { endsInMs: 3000 }),
      room("late", 5, { endsInMs: 9000 }),
      room("empty", 0, { isMovable: false }),
      room("pinned", 3, { isMovable: false }),
    ];

    const plan = planDrain(rooms, 10_000);

    assert.deepEqual([plan.finishing, plan.small, plan.pinned], [["soon", "empty"], ["late"], ["pinned"]]);
  });

  it("[DRN3] closes rooms that cannot move and that nobody misses, also with people in them", () => {
    const rooms = [
      room("lobby", 500, { isMovable: false, canCloseNow: true, endsInMs: 1000 }),
      room("kept", 5, { canCloseNow: true }),
    ];

    const plan = planDrain(rooms, 10_000);

    assert.deepEqual([plan.closing, plan.small, plan.finishing, plan.pinned], [["lobby"], ["kept"], [], []]);
  });

  it("takes no more than three as large, and none where all are alike", () => {
    const alike = planDrain(
      Array.from({ length: 10 }, (_, n) => room(`r${n}`, 50)),
      1000,
    );
    const few = [
      ...Array.from({ length: 10 }, (_, n) => room(`big${n}`, 300)),
      ...Array.from({ length: 30 }, (_, n) => room(`r${n}`, 3)),
    ];

    assert.deepEqual([alike.large.length, planDrain(few, 1000).large.length], [0, 3]);
  });

  it("spreads moves over the time that is left, and never stops or storms", () => {
    assert.deepEqual(
      [intervalMs(100, 10_000), intervalMs(1, 60_000), intervalMs(10_000, 1000), intervalMs(5, -1)],
      [70, 1000, 5, 5],
    );
  });
});

describe("rebalancing", () => {
  it("begins after a minute of too much, goes on to within a tenth of the mean, and begins anew", () => {
    const unevenness = new Unevenness();
    const at = (own: number, nowMs: number): number => unevenness.surplus({ own, mean: 100 }, nowMs);

    const before = [at(130, 0), at(130, 59_000), at(130, 60_000), at(115, 61_000), at(110, 62_000), at(124, 63_000)];

    assert.deepEqual(before, [0, 0, 30, 15, 0, 0]);
  });

  it("forgets what was too much for a moment", () => {
    const unevenness = new Unevenness();
    for (const [own, nowMs] of [
      [130, 0],
      [120, 30_000],
      [130, 60_000],
    ] as const)
      assert.equal(unevenness.surplus({ own, mean: 100 }, nowMs), 0);
  });

  it("moves as few people as take the surplus away, in a tenth of the rooms", () => {
    const rooms = Array.from({ length: 20 }, (_, n) => ({ roomId: `r${n}`, connections: n }));

    assert.deepEqual([choose(rooms, 25), choose(rooms, 3), choose([], 10)], [["r19", "r6"], ["r3"], []]);
  });
});
