/**
 * What a bot does: it wanders from place to place, picks up what it passes, and fights whom it sees, with a hand that
 * is slow and unsteady like a beginner's. It keeps no memory: the world, its id and chance decide.
 */

import { isLineFree } from "./beam.ts";
import { BEAM_RANGE } from "./level.ts";
import { isWayFree, PLACES, steerTo } from "./paths.ts";
import { whim } from "./whim.ts";
import type { Command, Pickup, Point, Ship, World } from "./world.ts";

const FULL_PUSH = 127;
const NO_PUSH: Point = { x: 0, y: 0 };

/** Turn of the gun in radians per tick: half a turn takes half a second, which is its time to react. */
const TURN_PER_TICK = 0.2;
/** How far its aim is off at most, in radians: five ship's radii at 300 units, so that a beginner beats a lone bot. */
const AIM_ERROR = 0.3;
/** Ticks until its hand drifts elsewhere. */
const AIM_DRIFT_TICKS = 10;
/** It shoots when its gun points that near, in radians, to where it means to hit. */
const ON_TARGET = 0.06;
/** Chance per tick that it pulls the trigger then. */
const EAGERNESS = 0.2;

/** Hit points from which on it would rather be repaired than fight. */
const CAUTIOUS_HP = 40;
/** How far it goes out of its way for a pick-up. */
const TEMPTING_DISTANCE = 450;
/** Distance from an enemy at which it likes to circle, and how far it lets that vary. */
const FIGHT_DISTANCE = 320;
const FIGHT_SLACK = 160;
/** Ticks until it may circle the other way. */
const STRAFE_TICKS = 24;
/** How far ahead it looks for walls while it circles; about the way it takes to turn round. */
const LOOK_AHEAD = 48;
/** Ticks until it wanders elsewhere; enough for most ways. */
const WANDER_TICKS = 120;
/** Nearer than this it has arrived, and takes a rest. */
const ARRIVED = 24;

/** The next command of the bot `id`; a dead bot, and one that is not there, does nothing. */
export function botCommand(world: World, id: string, random: () => number): Command {
  const ship = world.ships.get(id);
  if (!ship?.isAlive) return { moveX: 0, moveY: 0, aim: ship?.aim ?? 0, fire: false };
  const enemy = nearestVisibleEnemy(world, ship);
  const way = enemy && ship.hp > CAUTIOUS_HP ? circle(world, ship, enemy) : travel(world, ship);
  const wanted = enemy ? headingOf(ship, enemy) + unsteadiness(world, ship) : lookAhead(ship, way);
  const aim = turnTowards(ship.aim, wanted);
  const isOnTarget = enemy !== undefined && Math.abs(angleBetween(aim, wanted)) < ON_TARGET;
  return { ...push(way), aim, fire: isOnTarget && random() < EAGERNESS };
}

function nearestVisibleEnemy({ ships }: World, ship: Ship): Ship | undefined {
  let enemy: Ship | undefined;
  let nearest = BEAM_RANGE;
  for (const other of ships.values()) {
    if (other.id === ship.id || !other.isAlive || other.shieldTicks > 0) continue;
    const distance = distanceOf(ship, other);
    if (distance >= nearest || !isLineFree(ship, other)) continue;
    nearest = distance;
    enemy = other;
  }
  return enemy;
}

/** Around the enemy at the distance it likes; the other way round, or straight ahead, where that runs into something. */
function circle({ tick }: World, ship: Ship, enemy: Ship): Point {
  const heading = headingOf(ship, enemy);
  const ahead = { x: Math.cos(heading), y: Math.sin(heading) };
  const closer = Math.max(-1, Math.min(1, (distanceOf(ship, enemy) - FIGHT_DISTANCE) / FIGHT_SLACK));
  const side = whim(ship.id, "side", tick, STRAFE_TICKS) < 0.5 ? -1 : 1;
  const ways = [side, -side].map((turn) => ({
    x: ahead.x * closer - ahead.y * turn,
    y: ahead.y * closer + ahead.x * turn,
  }));
  return ways.find((way) => hasRoom(ship, way)) ?? ahead;
}

function hasRoom(ship: Ship, way: Point): boolean {
  return isWayFree(ship, { x: ship.x + way.x * LOOK_AHEAD, y: ship.y + way.y * LOOK_AHEAD });
}

function travel(world: World, ship: Ship): Point {
  const goal = temptingPickup(world, ship) ?? wanderGoal(world, ship);
  const steer = steerTo(ship, goal);
  const way = { x: steer.x - ship.x, y: steer.y - ship.y };
  return Math.hypot(way.x, way.y) < ARRIVED ? NO_PUSH : way;
}

/** Index of the nearest pick-up that is worth the way; a damaged bot goes any way for a repair. */
function temptingPickup({ pickups }: World, ship: Ship): number | undefined {
  let tempting: number | undefined;
  let nearest = Number.POSITIVE_INFINITY;
  for (const [index, pickup] of pickups.entries()) {
    const distance = distanceOf(ship, pickup);
    if (distance >= nearest || distance >= reachFor(ship, pickup)) continue;
    nearest = distance;
    tempting = index;
  }
  return tempting;
}

function reachFor({ hp }: Ship, { kind, absentTicks }: Pickup): number {
  if (absentTicks > 0) return 0;
  if (hp <= CAUTIOUS_HP) return kind === "repair" ? Number.POSITIVE_INFINITY : 0;
  return kind === "repair" && hp > 2 * CAUTIOUS_HP ? 0 : TEMPTING_DISTANCE;
}

function wanderGoal({ tick }: World, { id }: Ship): number {
  return Math.floor(whim(id, "goal", tick, WANDER_TICKS) * PLACES.length);
}

function unsteadiness({ tick }: World, { id }: Ship): number {
  return (2 * whim(id, "aim", tick, AIM_DRIFT_TICKS) - 1) * AIM_ERROR;
}

function lookAhead(ship: Ship, way: Point): number {
  return way === NO_PUSH ? ship.aim : Math.atan2(way.y, way.x);
}

function turnTowards(aim: number, wanted: number): number {
  const turn = angleBetween(aim, wanted);
  return angleBetween(0, aim + Math.max(-TURN_PER_TICK, Math.min(TURN_PER_TICK, turn)));
}

/** The turn that leads from one direction to the other, -PI to PI. */
function angleBetween(from: number, to: number): number {
  return Math.atan2(Math.sin(to - from), Math.cos(to - from));
}

function push({ x, y }: Point): Pick<Command, "moveX" | "moveY"> {
  const scale = FULL_PUSH / Math.max(Math.hypot(x, y), 1);
  return { moveX: Math.round(x * scale), moveY: Math.round(y * scale) };
}

function headingOf(from: Point, to: Point): number {
  return Math.atan2(to.y - from.y, to.x - from.x);
}

function distanceOf(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}
