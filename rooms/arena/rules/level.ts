/** The arena and every number of its rules: lengths in units, speeds in units per second, times in ticks. */

import type { PickupKind, Point, Wall } from "./world.ts";

/** Ticks per second of the game; one command is one tick. */
export const TICK_RATE_HZ = 30;
/** Length of a tick in seconds. */
export const TICK_SECONDS = 1 / TICK_RATE_HZ;
/** Width of the arena in units. */
export const ARENA_WIDTH = 2400;
/** Height of the arena in units. */
export const ARENA_HEIGHT = 1600;
/** Radius of a ship in units. */
export const SHIP_RADIUS = 18;
/** Hit points of a whole ship. */
export const MAX_HP = 100;
/** Ships in one arena. */
export const MAX_SHIPS = 32;
/** Length of a round in ticks. */
export const ROUND_TICKS = 180 * TICK_RATE_HZ;
/** How long the result board stands after a round, in ticks. */
export const RESULTS_TICKS = 10 * TICK_RATE_HZ;

/** Top speed of a ship. */
export const MAX_SPEED = 340;
/** Top speed with the haste pick-up; a step stays shorter than a ship's radius, so that nobody gets through a wall. */
export const HASTE_SPEED = 1.4 * MAX_SPEED;
/** Change of velocity per second; full speed, or a full stop, in about 0.14 s. */
export const ACCELERATION = 2400;
/** Commands that a late player may catch up with at once: 0.2 s of a stalled network. */
export const COMMAND_BUDGET = 6;

/** How far a beam reaches. */
export const BEAM_RANGE = 900;
/** Hit points that a beam takes. */
export const BEAM_DAMAGE = 20;
/** Hit points that a beam takes with the overcharge pick-up. */
export const OVERCHARGE_DAMAGE = 40;
/** Ticks from one shot to the next: 3.75 shots per second. */
export const COOLDOWN_TICKS = 8;

/** Ticks from a ship's end to its return. */
export const RESPAWN_TICKS = 3 * TICK_RATE_HZ;
/** Ticks of safety after coming in. */
export const SHIELD_TICKS = 2 * TICK_RATE_HZ;
/** How far from a spawn point, on each axis, a ship may come in, so that a crowd does not stack up. */
export const SPAWN_SPREAD = 48;

/** Radius of a pick-up; touching is taking. */
export const PICKUP_RADIUS = 16;
/** Hit points that a repair gives back. */
export const REPAIR_HP = 40;
/** Length of haste and of overcharge, in ticks. */
export const EFFECT_TICKS = 6 * TICK_RATE_HZ;
/** Ticks until a taken pick-up lies there again. */
export const PICKUP_ABSENT_TICKS = 15 * TICK_RATE_HZ;

/** The walls; point-symmetric, so that no side is better, and so far apart that a ship never touches two. */
export const WALLS: readonly Wall[] = [
  { x: 1140, y: 640, width: 120, height: 320 },
  { x: 500, y: 380, width: 320, height: 48 },
  { x: 1580, y: 1172, width: 320, height: 48 },
  { x: 500, y: 1172, width: 320, height: 48 },
  { x: 1580, y: 380, width: 320, height: 48 },
  { x: 300, y: 640, width: 48, height: 320 },
  { x: 2052, y: 640, width: 48, height: 320 },
  { x: 820, y: 740, width: 48, height: 120 },
  { x: 1532, y: 740, width: 48, height: 120 },
  { x: 1080, y: 200, width: 240, height: 48 },
  { x: 1080, y: 1352, width: 240, height: 48 },
];

/** Where ships come in. */
export const SPAWNS: readonly Point[] = [
  { x: 120, y: 120 },
  { x: 2280, y: 1480 },
  { x: 2280, y: 120 },
  { x: 120, y: 1480 },
  { x: 1200, y: 100 },
  { x: 1200, y: 1500 },
  { x: 120, y: 800 },
  { x: 2280, y: 800 },
  { x: 660, y: 260 },
  { x: 1740, y: 1340 },
  { x: 660, y: 1340 },
  { x: 1740, y: 260 },
];

/** Where pick-ups lie. */
export const PICKUPS: readonly (Point & { readonly id: string; readonly kind: PickupKind })[] = [
  { id: "repair-west", kind: "repair", x: 200, y: 800 },
  { id: "repair-east", kind: "repair", x: 2200, y: 800 },
  { id: "repair-north", kind: "repair", x: 1200, y: 320 },
  { id: "repair-south", kind: "repair", x: 1200, y: 1280 },
  { id: "haste-northwest", kind: "haste", x: 660, y: 560 },
  { id: "haste-southeast", kind: "haste", x: 1740, y: 1040 },
  { id: "overcharge-west", kind: "overcharge", x: 1000, y: 800 },
  { id: "overcharge-east", kind: "overcharge", x: 1400, y: 800 },
];
