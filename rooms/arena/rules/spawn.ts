/** How ships come and go. */

import { COMMAND_BUDGET, MAX_HP, RESPAWN_TICKS, SHIELD_TICKS, SPAWN_SPREAD, SPAWNS } from "./level.ts";
import type { Point, Ship } from "./world.ts";

/** Who wants a ship. */
export type Newcomer = Pick<Ship, "id" | "name" | "isBot">;

const AT_REST = { vx: 0, vy: 0, hasHaste: false, hasteTicks: 0, overchargeTicks: 0 };
const FRESH = { ...AT_REST, isAlive: true, hp: MAX_HP, cooldownTicks: 0, respawnTicks: 0, shieldTicks: SHIELD_TICKS };
const NEW = { ...FRESH, x: 0, y: 0, aim: 0, score: 0, deaths: 0, shots: 0, beamX: 0, beamY: 0, isConnected: true };

/** A ship that is nowhere yet: {@link spawnShip} gives it a place. */
export function buildShip({ id, name, isBot }: Newcomer, colour: number): Ship {
  return { ...NEW, id, name, isBot, colour, commandBudget: COMMAND_BUDGET };
}

/**
 * The ship whole, shielded and at rest near the spawn point farthest from the living among `ships`; `random` decides
 * between equals and the exact place.
 */
export function spawnShip(ship: Ship, ships: Iterable<Ship>, random: () => number): Ship {
  const enemies = [...ships].filter((other) => other.isAlive && other.id !== ship.id);
  const point = pickSpawn(enemies, random);
  return { ...ship, ...FRESH, x: Math.fround(point.x + spread(random)), y: Math.fround(point.y + spread(random)) };
}

/** The ship shot down; it waits RESPAWN_TICKS where it is. */
export function destroyShip(ship: Ship): Ship {
  return { ...ship, ...AT_REST, isAlive: false, hp: 0, deaths: ship.deaths + 1, respawnTicks: RESPAWN_TICKS };
}

function pickSpawn(enemies: readonly Point[], random: () => number): Point {
  const rated = SPAWNS.map((point) => ({ point, safety: distanceToNearest(point, enemies) }));
  const best = Math.max(...rated.map(({ safety }) => safety));
  const safest = rated.filter(({ safety }) => safety === best);
  const chosen = safest[Math.floor(random() * safest.length)];
  if (!chosen) throw new RangeError("random: expected a number in [0, 1)");
  return chosen.point;
}

function distanceToNearest(point: Point, others: readonly Point[]): number {
  return Math.min(...others.map((other) => Math.hypot(other.x - point.x, other.y - point.y)));
}

function spread(random: () => number): number {
  return (2 * random() - 1) * SPAWN_SPREAD;
}
