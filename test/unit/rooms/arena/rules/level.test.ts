import assert from "node:assert/strict";
import {
  ARENA_HEIGHT,
  ARENA_WIDTH,
  HASTE_SPEED,
  PICKUPS,
  SHIP_RADIUS,
  SPAWN_SPREAD,
  SPAWNS,
  TICK_SECONDS,
  WALLS,
} from "../../../../../rooms/arena/rules/level.ts";
import type { Point, Wall } from "../../../../../rooms/arena/rules/world.ts";
import { intrusion } from "./arena-fixtures.ts";

describe("the level", () => {
  it("has the same walls seen from either end", () => {
    const turned = WALLS.map(({ x, y, width, height }) => ({
      x: ARENA_WIDTH - x - width,
      y: ARENA_HEIGHT - y - height,
      width,
      height,
    }));

    assert.deepEqual(sorted(turned), sorted(WALLS));
  });

  it("leaves more than a ship's width between any two walls, and between walls and bounds", () => {
    const walls = [...WALLS, ...boundsAsWalls()];

    const gaps = WALLS.flatMap((wall) => walls.filter((other) => other !== wall).map((other) => gapOf(wall, other)));

    assert.ok(Math.min(...gaps) > 4 * SHIP_RADIUS, `narrowest gap: ${Math.min(...gaps)}`);
  });

  it("lets no ship step farther in a tick than its radius", () => {
    assert.ok(HASTE_SPEED * TICK_SECONDS < SHIP_RADIUS);
  });

  it("has room for a ship at every spawn point, wherever chance puts it there", () => {
    const places = SPAWNS.flatMap((spawn) => around(spawn, SPAWN_SPREAD));

    assert.deepEqual(
      places.filter((place) => intrusion(place) > 0),
      [],
    );
  });

  it("has every pick-up within reach", () => {
    assert.deepEqual(
      PICKUPS.filter((pickup) => intrusion(pickup) > 0),
      [],
    );
  });
});

function sorted(walls: readonly Wall[]): Wall[] {
  return [...walls].sort((a, b) => a.x - b.x || a.y - b.y);
}

function boundsAsWalls(): Wall[] {
  return [
    { x: 0, y: -1, width: ARENA_WIDTH, height: 1 },
    { x: 0, y: ARENA_HEIGHT, width: ARENA_WIDTH, height: 1 },
    { x: -1, y: 0, width: 1, height: ARENA_HEIGHT },
    { x: ARENA_WIDTH, y: 0, width: 1, height: ARENA_HEIGHT },
  ];
}

function gapOf(a: Wall, b: Wall): number {
  const gapX = Math.max(a.x - b.x - b.width, b.x - a.x - a.width, 0);
  const gapY = Math.max(a.y - b.y - b.height, b.y - a.y - a.height, 0);
  return Math.hypot(gapX, gapY);
}

function around({ x, y }: Point, spread: number): Point[] {
  return [-spread, 0, spread].flatMap((dx) => [-spread, 0, spread].map((dy) => ({ x: x + dx, y: y + dy })));
}
