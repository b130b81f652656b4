/** Things to collect. */

import type { Draft } from "./draft.ts";
import { EFFECT_TICKS, MAX_HP, PICKUP_ABSENT_TICKS, PICKUP_RADIUS, PICKUPS, REPAIR_HP, SHIP_RADIUS } from "./level.ts";
import type { Pickup, Ship } from "./world.ts";

const REACH = SHIP_RADIUS + PICKUP_RADIUS;

/** Every pick-up in its place. */
export function layPickups(): readonly Pickup[] {
  return PICKUPS.map((pickup) => ({ ...pickup, absentTicks: 0 }));
}

/** Gives each pick-up to the ship that touches it, and returns all of them one tick later. */
export function collectPickups(draft: Draft, pickups: readonly Pickup[]): readonly Pickup[] {
  return pickups.map((pickup) => {
    const absentTicks = Math.max(0, pickup.absentTicks - 1);
    const taker = absentTicks === 0 ? findTaker(draft.ships.values(), pickup) : undefined;
    if (!taker) return { ...pickup, absentTicks };
    draft.ships.set(taker.id, strengthen(taker, pickup));
    draft.events.push({ kind: "pickup", shipId: taker.id, pickupId: pickup.id });
    return { ...pickup, absentTicks: PICKUP_ABSENT_TICKS };
  });
}

/** The nearest of the ships that touch the pick-up and have a use for it. */
function findTaker(ships: Iterable<Ship>, pickup: Pickup): Ship | undefined {
  let taker: Ship | undefined;
  let nearest = REACH;
  for (const ship of ships) {
    const distance = Math.hypot(ship.x - pickup.x, ship.y - pickup.y);
    if (distance >= nearest || !canUse(ship, pickup)) continue;
    nearest = distance;
    taker = ship;
  }
  return taker;
}

function canUse(ship: Ship, { kind }: Pickup): boolean {
  return ship.isAlive && (kind !== "repair" || ship.hp < MAX_HP);
}

function strengthen(ship: Ship, { kind }: Pickup): Ship {
  switch (kind) {
    case "repair":
      return { ...ship, hp: Math.min(MAX_HP, ship.hp + REPAIR_HP) };
    case "haste":
      return { ...ship, hasHaste: true, hasteTicks: EFFECT_TICKS };
    case "overcharge":
      return { ...ship, overchargeTicks: EFFECT_TICKS };
  }
}
