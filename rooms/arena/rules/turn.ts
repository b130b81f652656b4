/** What one ship does in one tick. */

import { BEAM_DAMAGE, COMMAND_BUDGET, COOLDOWN_TICKS, OVERCHARGE_DAMAGE, TICK_SECONDS } from "./level.ts";
import { moveShip, sanitizeCommand } from "./motion.ts";
import type { Command, Point, Ship } from "./world.ts";

/** A shot that left its gun and has hit nothing yet. */
export interface Shot {
  readonly shipId: string;
  readonly from: Point;
  readonly aim: number;
  readonly damage: number;
}

/** The ship after its turn, and its shot where it fired. */
export interface Turn {
  readonly ship: Ship;
  readonly shot: Shot | undefined;
}

/** The ship one tick later, before its commands: timers run down and one command is earned. */
export function passTick(ship: Ship): Ship {
  const hasteTicks = countDown(ship.hasteTicks);
  return {
    ...ship,
    hasteTicks,
    hasHaste: hasteTicks > 0,
    cooldownTicks: countDown(ship.cooldownTicks),
    respawnTicks: countDown(ship.respawnTicks),
    shieldTicks: countDown(ship.shieldTicks),
    overchargeTicks: countDown(ship.overchargeTicks),
    commandBudget: earnCommand(ship.commandBudget),
  };
}

/** The budget after one tick more, at most COMMAND_BUDGET. */
export function earnCommand(budget: number): number {
  return Math.min(COMMAND_BUDGET, budget + 1);
}

/**
 * Uses as many of `commands`, oldest first, as the ship's budget covers; the rest are dropped. The gun cools down by
 * ticks, not by commands, so at most one shot leaves it however many commands ask for one.
 */
export function takeTurn(ship: Ship, commands: readonly Command[]): Turn {
  let turn: Turn = { ship, shot: undefined };
  for (const command of commands.slice(0, ship.commandBudget)) turn = useCommand(turn, command);
  return turn;
}

function useCommand({ ship, shot }: Turn, command: Command): Turn {
  const { aim, fire } = sanitizeCommand(command);
  const motion = moveShip(ship, command, TICK_SECONDS);
  const moved: Ship = { ...ship, ...motion, aim, commandBudget: ship.commandBudget - 1 };
  if (!fire || !moved.isAlive || moved.cooldownTicks > 0) return { ship: moved, shot };
  return { ship: { ...moved, cooldownTicks: COOLDOWN_TICKS, shieldTicks: 0 }, shot: shotOf(moved) };
}

function shotOf(ship: Ship): Shot {
  const damage = ship.overchargeTicks > 0 ? OVERCHARGE_DAMAGE : BEAM_DAMAGE;
  return { shipId: ship.id, from: { x: ship.x, y: ship.y }, aim: ship.aim, damage };
}

function countDown(ticks: number): number {
  return Math.max(0, ticks - 1);
}
