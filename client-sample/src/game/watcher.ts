import type { PickupKind } from "../../../rooms/arena/rules/world.ts";
import type { PickupView, ShipView } from "../net/arena-view.ts";

/** What happened between two states, as far as a player sees it. */
export type Happening =
  | { readonly kind: "shot"; readonly id: string; readonly ship: ShipView }
  | { readonly kind: "hurt"; readonly id: string; readonly ship: ShipView }
  | { readonly kind: "died"; readonly id: string; readonly ship: ShipView; readonly killer: Fighter | undefined }
  | { readonly kind: "spawned"; readonly id: string; readonly ship: ShipView }
  | { readonly kind: "taken"; readonly pickup: PickupKind; readonly x: number; readonly y: number };

/** A ship with its key. */
export interface Fighter {
  readonly id: string;
  readonly ship: ShipView;
}

/** The part of the state that is watched. */
interface Watched {
  readonly ships: Collection<ShipView>;
  readonly pickups: Collection<PickupView>;
}

interface Collection<Value> {
  has(key: string): boolean;
  forEach(visit: (value: Value, key: string) => void): void;
}

interface Remembered {
  shots: number;
  hp: number;
  score: number;
  deaths: number;
  isAlive: boolean;
}

/** Compares each state with the one before. The state is all that the server sends: there are no event messages. */
export class Watcher {
  readonly #ships = new Map<string, Remembered>();
  readonly #pickups = new Map<string, boolean>();

  /** What changed since the last call; nothing at the first sight of a ship. */
  look(state: Watched): readonly Happening[] {
    const happenings: Happening[] = [];
    const scorers: Fighter[] = [];
    state.ships.forEach((ship, id) => {
      const before = this.#ships.get(id);
      if (before !== undefined && ship.score > before.score) scorers.push({ id, ship });
    });
    state.ships.forEach((ship, id) => {
      const before = this.#ships.get(id);
      if (before !== undefined) compareShip(before, { id, ship }, scorers, happenings);
      const { shots, hp, score, deaths, isAlive } = ship;
      if (before === undefined) this.#ships.set(id, { shots, hp, score, deaths, isAlive });
      else Object.assign(before, { shots, hp, score, deaths, isAlive });
    });
    for (const id of this.#ships.keys()) if (!state.ships.has(id)) this.#ships.delete(id);
    this.#lookAtPickups(state, happenings);
    return happenings;
  }

  #lookAtPickups(state: Watched, happenings: Happening[]): void {
    state.pickups.forEach(({ kind, x, y, isThere }, id) => {
      if (this.#pickups.get(id) === true && !isThere) happenings.push({ kind: "taken", pickup: kind, x, y });
      this.#pickups.set(id, isThere);
    });
  }
}

function compareShip(before: Remembered, { id, ship }: Fighter, scorers: Fighter[], happenings: Happening[]): void {
  if (ship.shots !== before.shots) happenings.push({ kind: "shot", id, ship });
  if (ship.deaths > before.deaths) happenings.push({ kind: "died", id, ship, killer: takeKiller(scorers, ship) });
  else if (ship.hp < before.hp && before.isAlive) happenings.push({ kind: "hurt", id, ship });
  if (ship.isAlive && !before.isAlive) happenings.push({ kind: "spawned", id, ship });
}

/** The state says who scored and who died, not who killed whom: the scorer whose beam ended nearest is taken. */
function takeKiller(scorers: Fighter[], victim: ShipView): Fighter | undefined {
  let nearest = -1;
  let nearestDistance = Number.POSITIVE_INFINITY;
  scorers.forEach(({ ship }, index) => {
    const distance = Math.hypot(ship.beamX - victim.x, ship.beamY - victim.y);
    if (distance >= nearestDistance) return;
    nearest = index;
    nearestDistance = distance;
  });
  return nearest < 0 ? undefined : scorers.splice(nearest, 1)[0];
}
