import assert from "node:assert/strict";
import { EFFECT_TICKS, PICKUP_ABSENT_TICKS, PICKUPS, REPAIR_HP } from "../../../../../rooms/arena/rules/level.ts";
import type { PickupKind, Point } from "../../../../../rooms/arena/rules/world.ts";
import { arenaWith, shipIn, step, stepTimes } from "./arena-fixtures.ts";

describe("a pick-up", () => {
  it("[ARN11] repairs a damaged ship", () => {
    const { world } = step(arenaWith({ id: "ship", ...placeOf("repair"), hp: 30 }));

    assert.equal(shipIn(world, "ship").hp, 30 + REPAIR_HP);
  });

  it("[ARN11] repairs no further than whole", () => {
    const { world } = step(arenaWith({ id: "ship", ...placeOf("repair"), hp: 90 }));

    assert.equal(shipIn(world, "ship").hp, 100);
  });

  it("[ARN11] is left for others by a whole ship, where it repairs", () => {
    assert.deepEqual(step(arenaWith({ id: "ship", ...placeOf("repair") })).events, []);
  });

  it("[ARN11] gives haste for its time", () => {
    const taken = step(arenaWith({ id: "ship", ...placeOf("haste") })).world;

    const atEnd = stepTimes(taken, EFFECT_TICKS - 1);

    assert.equal(shipIn(atEnd, "ship").hasHaste, true);
    assert.equal(shipIn(step(atEnd).world, "ship").hasHaste, false);
  });

  it("[ARN11] gives overcharge for its time", () => {
    const taken = step(arenaWith({ id: "ship", ...placeOf("overcharge") })).world;

    const atEnd = stepTimes(taken, EFFECT_TICKS - 1);

    assert.equal(shipIn(atEnd, "ship").overchargeTicks, 1);
    assert.equal(shipIn(step(atEnd).world, "ship").overchargeTicks, 0);
  });

  it("[ARN11] lies there again after its time, and is taken again", () => {
    const taken = step(arenaWith({ id: "ship", ...placeOf("haste") })).world;

    const waiting = stepTimes(taken, PICKUP_ABSENT_TICKS - 1);

    assert.equal(waiting.pickups.find(({ kind }) => kind === "haste")?.absentTicks, 1);
    assert.deepEqual(step(waiting).events, [{ kind: "pickup", shipId: "ship", pickupId: idOf("haste") }]);
  });

  it("goes to the nearest of the ships that touch it", () => {
    const place = placeOf("haste");
    const before = arenaWith({ id: "farther", ...place, x: place.x + 20 }, { id: "nearer", ...place, x: place.x - 10 });

    assert.deepEqual(step(before).events, [{ kind: "pickup", shipId: "nearer", pickupId: idOf("haste") }]);
  });

  it("is out of reach for a ship that does not touch it", () => {
    const place = placeOf("haste");

    assert.deepEqual(step(arenaWith({ id: "ship", ...place, x: place.x + 34 })).events, []);
  });

  it("is nothing for a dead ship", () => {
    const dead = { id: "ship", ...placeOf("haste"), isAlive: false, hp: 0, respawnTicks: 9 };

    assert.deepEqual(step(arenaWith(dead)).events, []);
  });
});

function firstOf(wanted: PickupKind) {
  const pickup = PICKUPS.find(({ kind }) => kind === wanted);
  assert.ok(pickup);
  return pickup;
}

function placeOf(kind: PickupKind): Point {
  const { x, y } = firstOf(kind);
  return { x, y };
}

function idOf(kind: PickupKind): string {
  return firstOf(kind).id;
}
