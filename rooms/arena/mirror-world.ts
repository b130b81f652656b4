import { type ArenaState, PickupState, ShipState } from "./arena-state.ts";
import { TICK_RATE_HZ } from "./rules/level.ts";
import type { Pickup, Ship, World } from "./rules/world.ts";

/** Writes a world into the state that clients see. Assigning what is there already costs nothing on the wire. */
export function mirrorWorld(world: World, state: ArenaState): void {
  state.phase = world.phase;
  state.round = world.round;
  state.secondsLeft = Math.ceil(world.phaseTicks / TICK_RATE_HZ);
  for (const id of state.ships.keys()) if (!world.ships.has(id)) state.ships.delete(id);
  for (const ship of world.ships.values()) mirrorShip(ship, state);
  for (const pickup of world.pickups) mirrorPickup(pickup, state);
}

function mirrorShip(ship: Ship, state: ArenaState): void {
  const shown = state.ships.get(ship.id) ?? new ShipState();
  shown.name = ship.name;
  shown.isBot = ship.isBot;
  shown.isConnected = ship.isConnected;
  shown.colour = ship.colour;
  shown.x = ship.x;
  shown.y = ship.y;
  shown.vx = ship.vx;
  shown.vy = ship.vy;
  shown.aim = ship.aim;
  shown.isAlive = ship.isAlive;
  shown.hp = ship.hp;
  shown.score = ship.score;
  shown.deaths = ship.deaths;
  shown.shots = ship.shots;
  shown.beamX = ship.beamX;
  shown.beamY = ship.beamY;
  shown.hasShield = ship.shieldTicks > 0;
  shown.hasHaste = ship.hasHaste;
  shown.hasOvercharge = ship.overchargeTicks > 0;
  if (!state.ships.has(ship.id)) state.ships.set(ship.id, shown);
}

function mirrorPickup(pickup: Pickup, state: ArenaState): void {
  const shown = state.pickups.get(pickup.id) ?? new PickupState();
  shown.kind = pickup.kind;
  shown.x = pickup.x;
  shown.y = pickup.y;
  shown.isThere = pickup.absentTicks === 0;
  if (!state.pickups.has(pickup.id)) state.pickups.set(pickup.id, shown);
}
