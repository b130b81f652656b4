import assert from "node:assert/strict";
import fc from "fast-check";
import { createWorld, joinShip, type Step, stepWorld } from "../../../../../rooms/arena/rules/game.ts";
import { ARENA_HEIGHT, ARENA_WIDTH, SHIP_RADIUS, WALLS } from "../../../../../rooms/arena/rules/level.ts";
import type { Command, Point, SeenBy, Ship, World } from "../../../../../rooms/arena/rules/world.ts";
import { seededRandom } from "../../../../../src/clock/clock.ts";

/** A place with nothing around it but free lines to the right, as far as x = 1000. */
export const OPEN: Point = { x: 300, y: 130 };

/** A world with these ships: whole, without shield, ready to fire, unless told otherwise. */
export function arenaWith(...ships: readonly (Partial<Ship> & { readonly id: string })[]): World {
  const random = seededRandom(1);
  const joined = ships.reduce(
    (world, { id }) => joinShip(world, { id, name: id, isBot: false }, random),
    createWorld(),
  );
  const placed = ships.map((ship) => [ship.id, { ...shipIn(joined, ship.id), shieldTicks: 0, ...ship }] as const);
  return { ...joined, ships: new Map(placed) };
}

/** That ship, which must be there. */
export function shipIn(world: World, id: string): Ship {
  const ship = world.ships.get(id);
  assert.ok(ship, `expected a ship ${id}`);
  return ship;
}

/** A command that wishes for nothing but what is given. */
export function command(wish: Partial<Command> = {}): Command {
  return { moveX: 0, moveY: 0, aim: 0, fire: false, ...wish };
}

/** One step with a fixed die. */
export function step(world: World, commands: Record<string, readonly Command[]> = {}, seenBy?: SeenBy): Step {
  return stepWorld(world, new Map(Object.entries(commands)), { random: () => 0.5, ...(seenBy && { seenBy }) });
}

/** The world after so many steps, each with the same commands. */
export function stepTimes(world: World, ticks: number, commands: Record<string, readonly Command[]> = {}): World {
  return Array.from({ length: ticks }).reduce<World>((before) => step(before, commands).world, world);
}

/** How far a ship at `place` is inside a wall or out of the arena; 0 where it may be. */
export function intrusion({ x, y }: Point): number {
  const fromWalls = WALLS.map((wall) => {
    const nearX = Math.max(wall.x, Math.min(x, wall.x + wall.width));
    const nearY = Math.max(wall.y, Math.min(y, wall.y + wall.height));
    return Math.hypot(x - nearX, y - nearY);
  });
  const nearest = Math.min(x, y, ARENA_WIDTH - x, ARENA_HEIGHT - y, ...fromWalls);
  return Math.max(0, SHIP_RADIUS - nearest);
}

/** Any place where a ship may be. */
export const anyPlace: fc.Arbitrary<Point> = fc
  .record({
    x: fc.integer({ min: SHIP_RADIUS, max: ARENA_WIDTH - SHIP_RADIUS }),
    y: fc.integer({ min: SHIP_RADIUS, max: ARENA_HEIGHT - SHIP_RADIUS }),
  })
  .filter((place) => intrusion(place) === 0);

const anyNumber = fc.oneof(
  fc.integer({ min: -127, max: 127 }),
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300),
);

/** Any command, sensible or not. */
export const anyCommand: fc.Arbitrary<Command> = fc.record(
  {
    moveX: anyNumber,
    moveY: anyNumber,
    aim: fc.oneof(fc.double({ min: -4, max: 4, noNaN: true }), anyNumber),
    fire: fc.boolean(),
  },
  { noNullPrototype: true },
);
