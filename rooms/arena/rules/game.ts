/**
 * The rules of the arena as one pure function of the world, the players' commands and chance: the same world, commands
 * and random numbers give the same next world. Nothing that is handed in is changed.
 */

import { settleShots } from "./combat.ts";
import type { Draft } from "./draft.ts";
import { MAX_SHIPS, RESULTS_TICKS, ROUND_TICKS } from "./level.ts";
import { collectPickups, layPickups } from "./pickups.ts";
import { buildShip, type Newcomer, spawnShip } from "./spawn.ts";
import { earnCommand, passTick, type Shot, takeTurn } from "./turn.ts";
import type { Command, GameEvent, SeenBy, Ship, World } from "./world.ts";

/** What a step needs besides the world and the commands. */
export interface StepOptions {
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Lag compensation; without it every ship is hit where it is. */
  readonly seenBy?: SeenBy;
}

/** The world one tick later, and what happened on the way. */
export interface Step {
  readonly world: World;
  readonly events: readonly GameEvent[];
}

/** An empty arena at the start of round 1. */
export function createWorld(): World {
  return { tick: 0, phase: "playing", round: 1, phaseTicks: ROUND_TICKS, ships: new Map(), pickups: layPickups() };
}

/** The world with one ship more, in the lowest free colour. A full arena and an id that is already in stay as they are. */
export function joinShip(world: World, newcomer: Newcomer, random: () => number): World {
  if (world.ships.size >= MAX_SHIPS || world.ships.has(newcomer.id)) return world;
  const ship = buildShip(newcomer, lowestFreeColour(world.ships.values()));
  return withShip(world, spawnShip(ship, world.ships.values(), random));
}

/** The world without that ship. */
export function leaveShip(world: World, id: string): World {
  const ships = new Map(world.ships);
  return ships.delete(id) ? { ...world, ships } : world;
}

/** The world with another name for that ship. */
export function renameShip(world: World, id: string, name: string): World {
  const ship = world.ships.get(id);
  return ship ? withShip(world, { ...ship, name }) : world;
}

/** The world after that ship's player lost or found the connection. */
export function setConnected(world: World, id: string, isConnected: boolean): World {
  const ship = world.ships.get(id);
  return ship ? withShip(world, { ...ship, isConnected }) : world;
}

/**
 * How many commands of that ship the next step uses, at most COMMAND_BUDGET: ask before taking them out of a buffer,
 * for a step drops what is beyond. 0 for a ship that is not there.
 */
export function commandsAllowed(world: World, id: string): number {
  const ship = world.ships.get(id);
  return ship ? earnCommand(ship.commandBudget) : 0;
}

/**
 * The world one tick later.
 *
 * @param commands by ship id, oldest first; ids that are not there count for nothing, and a ship without commands
 *   stands still. While the results stand none is used, and no ship changes.
 */
export function stepWorld(world: World, commands: ReadonlyMap<string, readonly Command[]>, options: StepOptions): Step {
  const next = { ...world, tick: world.tick + 1, phaseTicks: world.phaseTicks - 1 };
  if (world.phase === "playing") return play(next, commands, options);
  return next.phaseTicks > 0 ? { world: next, events: [] } : startRound(next, options.random);
}

function play(world: World, commands: ReadonlyMap<string, readonly Command[]>, options: StepOptions): Step {
  const draft: Draft = { ships: new Map(), events: [] };
  const shots: Shot[] = [];
  for (const ship of world.ships.values()) {
    const turn = takeTurn(passTick(ship), commands.get(ship.id) ?? []);
    draft.ships.set(ship.id, turn.ship);
    if (turn.shot) shots.push(turn.shot);
  }
  settleShots(draft, shots, options.seenBy ?? (() => undefined));
  const pickups = collectPickups(draft, world.pickups);
  respawnShips(draft, options.random);
  return endRound({ ...world, ships: draft.ships, pickups }, draft.events);
}

function respawnShips({ ships, events }: Draft, random: () => number): void {
  for (const ship of ships.values()) {
    if (ship.isAlive || ship.respawnTicks > 0) continue;
    ships.set(ship.id, spawnShip(ship, ships.values(), random));
    events.push({ kind: "spawn", shipId: ship.id });
  }
}

function endRound(world: World, events: readonly GameEvent[]): Step {
  if (world.phaseTicks > 0) return { world, events };
  return {
    world: { ...world, phase: "results", phaseTicks: RESULTS_TICKS },
    events: [...events, { kind: "phase", phase: "results", round: world.round }],
  };
}

function startRound(world: World, random: () => number): Step {
  const round = world.round + 1;
  const ships = new Map<string, Ship>();
  const events: GameEvent[] = [{ kind: "phase", phase: "playing", round }];
  for (const ship of world.ships.values()) {
    ships.set(ship.id, spawnShip({ ...ship, score: 0, deaths: 0 }, ships.values(), random));
    events.push({ kind: "spawn", shipId: ship.id });
  }
  return {
    world: { ...world, phase: "playing", round, phaseTicks: ROUND_TICKS, ships, pickups: layPickups() },
    events,
  };
}

function withShip(world: World, ship: Ship): World {
  return { ...world, ships: new Map(world.ships).set(ship.id, ship) };
}

function lowestFreeColour(ships: Iterable<Ship>): number {
  const taken = new Set([...ships].map((ship) => ship.colour));
  let colour = 0;
  while (taken.has(colour)) colour++;
  return colour;
}
