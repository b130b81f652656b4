/** Ways around the walls: a graph of places in sight of one another, with the length of the shortest way between any two. */

import { isLineFree } from "./beam.ts";
import { ARENA_HEIGHT, ARENA_WIDTH, PICKUPS, SHIP_RADIUS, SPAWNS, WALLS } from "./level.ts";
import type { Point, Wall } from "./world.ts";

/** How far outside a wall's corner, on each axis, its place lies. */
const CORNER_DISTANCE = SHIP_RADIUS + 14;
/** Below SHIP_RADIUS / sqrt(2), so that a ship that touches a corner can still find a free line; it slides on from there. */
const CLEARANCE = 12;

/** Places that a ship can head for. The first ones are the pick-ups, in the order of the level. */
export const PLACES: readonly Point[] = [...PICKUPS, ...SPAWNS, ...WALLS.flatMap(cornersOf)];

const LENGTHS = shortestLengths(PLACES);

/** Whether a ship can go straight from one point to the other, the arena's bounds included. */
export function isWayFree(from: Point, to: Point): boolean {
  return isInside(to.x, ARENA_WIDTH) && isInside(to.y, ARENA_HEIGHT) && isLineFree(from, to, CLEARANCE);
}

/** Where to steer from `from` to get to the place of index `goal`: itself where the way is free, else the next corner. */
export function steerTo(from: Point, goal: number): Point {
  const target = PLACES[goal];
  if (!target || isWayFree(from, target)) return target ?? from;
  let steer = target;
  let shortest = Number.POSITIVE_INFINITY;
  for (const [index, place] of PLACES.entries()) {
    const length = distanceOf(from, place) + (LENGTHS[index]?.[goal] ?? Number.POSITIVE_INFINITY);
    // The cheap test comes first: of some sixty places only a few need the look through the walls.
    if (length >= shortest || !isWayFree(from, place)) continue;
    shortest = length;
    steer = place;
  }
  return steer;
}

function isInside(place: number, size: number): boolean {
  return place >= SHIP_RADIUS && place <= size - SHIP_RADIUS;
}

function cornersOf({ x, y, width, height }: Wall): Point[] {
  const [left, right] = [x - CORNER_DISTANCE, x + width + CORNER_DISTANCE];
  const [top, bottom] = [y - CORNER_DISTANCE, y + height + CORNER_DISTANCE];
  return [
    { x: left, y: top },
    { x: right, y: top },
    { x: left, y: bottom },
    { x: right, y: bottom },
  ];
}

/** Floyd and Warshall's method over the lines of sight: some 60 places, done once, in a few milliseconds. */
function shortestLengths(places: readonly Point[]): readonly (readonly number[])[] {
  let lengths = places.map((from) =>
    places.map((to) => (isWayFree(from, to) ? distanceOf(from, to) : Number.POSITIVE_INFINITY)),
  );
  for (const via of places.keys()) {
    const onwards = lengths[via] ?? [];
    lengths = lengths.map((row) => {
      const toVia = row[via] ?? Number.POSITIVE_INFINITY;
      return row.map((length, to) => Math.min(length, toVia + (onwards[to] ?? Number.POSITIVE_INFINITY)));
    });
  }
  return lengths;
}

function distanceOf(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}
