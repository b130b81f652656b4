/** Straight lines through the arena: what a beam hits, and whether a line is free. */

import { ARENA_HEIGHT, ARENA_WIDTH, BEAM_RANGE, SHIP_RADIUS, WALLS } from "./level.ts";
import type { Point, Wall } from "./world.ts";

/** A ship that a beam may hit, at the place where the shooter saw it. */
export interface Target extends Point {
  readonly id: string;
}

/** Where a beam ended (32-bit floats), and whom it hit there. */
export interface Beam extends Point {
  readonly targetId: string | undefined;
}

/**
 * The beam from `from` in direction `aim` (radians): it ends at the nearest target, wall or bound of the arena, at most
 * BEAM_RANGE away. Without targets it tells where a beam would end if nobody stood in its way.
 *
 * @param from a place in the arena, outside every wall
 */
export function traceBeam(from: Point, aim: number, targets: Iterable<Target> = []): Beam {
  const direction = { x: Math.cos(aim), y: Math.sin(aim) };
  let length = Math.min(BEAM_RANGE, distanceToWall(from, direction), distanceToBounds(from, direction));
  let targetId: string | undefined;
  for (const target of targets) {
    const distance = distanceToCircle(from, direction, target);
    if (distance >= length) continue;
    length = distance;
    targetId = target.id;
  }
  return { x: Math.fround(from.x + direction.x * length), y: Math.fround(from.y + direction.y * length), targetId };
}

/**
 * Whether the straight line between two points runs through no wall.
 *
 * @param clearance how far, on each axis, the line must stay away from walls; 0 by default
 */
export function isLineFree(from: Point, to: Point, clearance = 0): boolean {
  // The direction keeps its length, so that distances count in shares of the line: 1 is its end.
  return distanceToWall(from, { x: to.x - from.x, y: to.y - from.y }, clearance) >= 1;
}

/** Distance along `direction`, in multiples of its length, to the nearest wall; Infinity where there is none. */
function distanceToWall(from: Point, direction: Point, clearance = 0): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const wall of WALLS) nearest = Math.min(nearest, distanceToRectangle(from, direction, wall, clearance));
  return nearest;
}

function distanceToBounds(from: Point, direction: Point): number {
  const [, leaveX] = stretchBetween(from.x, direction.x, 0, ARENA_WIDTH);
  const [, leaveY] = stretchBetween(from.y, direction.y, 0, ARENA_HEIGHT);
  return Math.min(leaveX, leaveY);
}

/** The line is in the rectangle where it is between both pairs of its sides. */
function distanceToRectangle(from: Point, direction: Point, wall: Wall, clearance: number): number {
  const [enterX, leaveX] = stretchBetween(from.x, direction.x, wall.x - clearance, wall.x + wall.width + clearance);
  const [enterY, leaveY] = stretchBetween(from.y, direction.y, wall.y - clearance, wall.y + wall.height + clearance);
  const enter = Math.max(enterX, enterY, 0);
  return enter < Math.min(leaveX, leaveY) ? enter : Number.POSITIVE_INFINITY;
}

/** From which distance to which the line is between `low` and `high` on one axis; an empty stretch where it never is. */
function stretchBetween(start: number, step: number, low: number, high: number): readonly [number, number] {
  if (step === 0) {
    const isBetween = start > low && start < high;
    return isBetween ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] : [Number.POSITIVE_INFINITY, 0];
  }
  const atLow = (low - start) / step;
  const atHigh = (high - start) / step;
  return step > 0 ? [atLow, atHigh] : [atHigh, atLow];
}

/** Distance to the ship at `centre`: 0 from inside of it, Infinity where the line misses it. `direction` has length 1. */
function distanceToCircle(from: Point, direction: Point, centre: Point): number {
  const x = centre.x - from.x;
  const y = centre.y - from.y;
  const along = x * direction.x + y * direction.y;
  const halfChordSquared = SHIP_RADIUS * SHIP_RADIUS - (x * x + y * y - along * along);
  if (halfChordSquared < 0) return Number.POSITIVE_INFINITY;
  const halfChord = Math.sqrt(halfChordSquared);
  if (along + halfChord < 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, along - halfChord);
}
