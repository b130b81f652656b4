import assert from "node:assert/strict";
import fc from "fast-check";
import { TICK_RATE_HZ, TICK_SECONDS } from "../../../../../rooms/arena/rules/level.ts";
import { moveShip } from "../../../../../rooms/arena/rules/motion.ts";
import { isWayFree, PLACES, steerTo } from "../../../../../rooms/arena/rules/paths.ts";
import type { Motion, Point } from "../../../../../rooms/arena/rules/world.ts";
import { anyPlace, command, intrusion } from "./arena-fixtures.ts";

describe("steerTo", () => {
  it("[ARN14] leads a ship from anywhere to any place within 12 s", () => {
    fc.assert(
      fc.property(anyPlace, fc.nat({ max: PLACES.length - 1 }), (start, goal) => {
        const end = follow(start, goal, 12 * TICK_RATE_HZ);

        assert.ok(distance(end, placeOf(goal)) < 30, `ends at ${end.x}, ${end.y}`);
      }),
    );
  });

  it("leads straight to a place in sight", () => {
    assert.deepEqual(steerTo({ x: 200, y: 700 }, 0), placeOf(0));
  });

  it("leads to a corner on the way where a wall is between", () => {
    const steer = steerTo({ x: 400, y: 800 }, 0);

    assert.equal(steer.x, 300 + 48 + 32);
  });
});

describe("PLACES", () => {
  it("are where a ship can be", () => {
    assert.deepEqual(
      PLACES.filter((place) => intrusion(place) > 0),
      [],
    );
  });
});

describe("isWayFree", () => {
  it("is false for a way out of the arena", () => {
    assert.equal(isWayFree({ x: 30, y: 100 }, { x: 10, y: 100 }), false);
  });

  it("is false for a way that is too narrow for a ship", () => {
    assert.equal(isWayFree({ x: 400, y: 370 }, { x: 900, y: 370 }), false);
  });
});

function follow(start: Point, goal: number, ticks: number): Point {
  let motion: Motion = { ...start, vx: 0, vy: 0, isAlive: true, hasHaste: false };
  for (let tick = 0; tick < ticks; tick++) {
    const steer = steerTo(motion, goal);
    const heading = Math.atan2(steer.y - motion.y, steer.x - motion.x);
    const push = distance(motion, placeOf(goal)) < 24 ? 0 : 127;
    const told = command({ moveX: push * Math.cos(heading), moveY: push * Math.sin(heading) });
    motion = moveShip(motion, told, TICK_SECONDS);
  }
  return motion;
}

function placeOf(index: number): Point {
  const place = PLACES[index];
  assert.ok(place);
  return place;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}
