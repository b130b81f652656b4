import type { Phase, Pickup, PickupKind, Ship, World } from "../../rooms/arena/rules/world.ts";

/** The part of the arena's state that a bot looks at; the names are those on the wire. */
export interface ArenaView {
  readonly phase: Phase;
  readonly round: number;
  readonly ships: Iterable<[string, ShipView]>;
  readonly pickups: Iterable<[string, PickupView]>;
}

type ShipView = Pick<
  Ship,
  "name" | "isBot" | "isConnected" | "colour" | "x" | "y" | "vx" | "vy" | "aim" | "isAlive" | "hp" | "score" | "deaths"
> &
  Pick<Ship, "shots" | "beamX" | "beamY" | "hasHaste"> & {
    readonly hasShield: boolean;
    readonly hasOvercharge: boolean;
  };

interface PickupView {
  readonly kind: PickupKind;
  readonly x: number;
  readonly y: number;
  readonly isThere: boolean;
}

/** The state as a World, for rules that decide from what a client can see; a timer that is not sent is 1 or 0. */
export function viewWorld(state: ArenaView, tick: number): World {
  const ships = new Map<string, Ship>();
  for (const [id, ship] of state.ships) ships.set(id, viewShip(id, ship));
  const pickups: Pickup[] = [];
  for (const [id, { kind, x, y, isThere }] of state.pickups)
    pickups.push({ id, kind, x, y, absentTicks: isThere ? 0 : 1 });
  return { tick, phase: state.phase, round: state.round, phaseTicks: 1, ships, pickups };
}

/** The same world, but for where that ship points its gun. */
export function withAim(world: World, id: string, aim: number): World {
  const ship = world.ships.get(id);
  return ship ? { ...world, ships: new Map(world.ships).set(id, { ...ship, aim }) } : world;
}

/** Field by field, since a schema's fields are accessors that a spread would not copy. */
function viewShip(id: string, ship: ShipView): Ship {
  return {
    id,
    name: ship.name,
    isBot: ship.isBot,
    isConnected: ship.isConnected,
    colour: ship.colour,
    x: ship.x,
    y: ship.y,
    vx: ship.vx,
    vy: ship.vy,
    aim: ship.aim,
    isAlive: ship.isAlive,
    hp: ship.hp,
    score: ship.score,
    deaths: ship.deaths,
    shots: ship.shots,
    beamX: ship.beamX,
    beamY: ship.beamY,
    hasHaste: ship.hasHaste,
    cooldownTicks: 0,
    respawnTicks: ship.isAlive ? 0 : 1,
    shieldTicks: Number(ship.hasShield),
    hasteTicks: Number(ship.hasHaste),
    overchargeTicks: Number(ship.hasOvercharge),
    commandBudget: 1,
  };
}
