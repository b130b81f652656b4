/**
 * How a ship moves. The server and the client's prediction run this same code on the same numbers, so it uses only
 * operations that IEEE 754 defines to the bit (no Math.hypot, no trigonometry) and rounds to what the wire carries.
 */

import { ACCELERATION, ARENA_HEIGHT, ARENA_WIDTH, HASTE_SPEED, MAX_SPEED, SHIP_RADIUS, WALLS } from "./level.ts";
import type { Command, Motion, Point, Wall } from "./world.ts";

const FULL_PUSH = 127;

/**
 * `command` within its bounds, as the wire would carry it: pushes are whole and clamped, the aim is clamped, and what
 * is not a finite number counts as 0.
 */
export function sanitizeCommand(command: Command): Command {
  return {
    moveX: Math.trunc(clampFinite(command.moveX, FULL_PUSH)),
    moveY: Math.trunc(clampFinite(command.moveY, FULL_PUSH)),
    aim: clampFinite(command.aim, Math.PI),
    fire: command.fire === true,
  };
}

/**
 * The motion after one command: velocity goes towards the push, walls and bounds take the part of it that runs into
 * them, so that a ship slides along. A dead ship stays where it is. All numbers come out as 32-bit floats.
 *
 * @param motion a place outside every wall
 * @param command sanitized here, so anything may be in it
 * @param dtSeconds at most one tick, so that no step is longer than a ship's radius
 */
export function moveShip(motion: Motion, command: Command, dtSeconds: number): Motion {
  const { isAlive, hasHaste } = motion;
  if (!isAlive) return { x: motion.x, y: motion.y, vx: 0, vy: 0, isAlive, hasHaste };
  const velocity = accelerate(motion, command, dtSeconds);
  const free = {
    x: motion.x + velocity.x * dtSeconds,
    y: motion.y + velocity.y * dtSeconds,
    vx: velocity.x,
    vy: velocity.y,
  };
  const { x, y, vx, vy } = keepInBounds(WALLS.reduce(slideAlong, free));
  return { x: Math.fround(x), y: Math.fround(y), vx: Math.fround(vx), vy: Math.fround(vy), isAlive, hasHaste };
}

type Flight = Pick<Motion, "x" | "y" | "vx" | "vy">;

function clampFinite(value: number, limit: number): number {
  return Number.isFinite(value) ? Math.max(-limit, Math.min(limit, value)) : 0;
}

function accelerate(motion: Motion, command: Command, dtSeconds: number): Point {
  const { moveX, moveY } = sanitizeCommand(command);
  const scale = (motion.hasHaste ? HASTE_SPEED : MAX_SPEED) / Math.max(FULL_PUSH, lengthOf(moveX, moveY));
  const changeX = moveX * scale - motion.vx;
  const changeY = moveY * scale - motion.vy;
  const share = Math.min(1, (ACCELERATION * dtSeconds) / Math.max(lengthOf(changeX, changeY), Number.EPSILON));
  return { x: motion.vx + changeX * share, y: motion.vy + changeY * share };
}

function slideAlong(flight: Flight, wall: Wall): Flight {
  const nearX = Math.max(wall.x, Math.min(flight.x, wall.x + wall.width));
  const nearY = Math.max(wall.y, Math.min(flight.y, wall.y + wall.height));
  const distance = lengthOf(flight.x - nearX, flight.y - nearY);
  if (distance >= SHIP_RADIUS) return flight;
  const normalX = (flight.x - nearX) / distance;
  const normalY = (flight.y - nearY) / distance;
  const inward = Math.min(0, flight.vx * normalX + flight.vy * normalY);
  return {
    x: nearX + normalX * SHIP_RADIUS,
    y: nearY + normalY * SHIP_RADIUS,
    vx: flight.vx - normalX * inward,
    vy: flight.vy - normalY * inward,
  };
}

function keepInBounds(flight: Flight): Flight {
  const x = Math.max(SHIP_RADIUS, Math.min(flight.x, ARENA_WIDTH - SHIP_RADIUS));
  const y = Math.max(SHIP_RADIUS, Math.min(flight.y, ARENA_HEIGHT - SHIP_RADIUS));
  return { x, y, vx: x === flight.x ? flight.vx : 0, vy: y === flight.y ? flight.vy : 0 };
}

function lengthOf(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}
