/** Shots, hits and kills. */

import { type Target, traceBeam } from "./beam.ts";
import type { Draft } from "./draft.ts";
import { destroyShip } from "./spawn.ts";
import type { Shot } from "./turn.ts";
import type { SeenBy, Ship } from "./world.ts";

/**
 * Settles the shots of one tick, after everybody has moved. They count as simultaneous: who was hit in this tick
 * still has its own shot. Living ships without a shield are hit where `seenBy` says that the shooter saw them.
 */
export function settleShots(draft: Draft, shots: readonly Shot[], seenBy: SeenBy): void {
  for (const shot of shots) {
    const beam = traceBeam(shot.from, shot.aim, targetsOf(draft, shot, seenBy));
    change(draft, shot.shipId, (ship) => ({ shots: (ship.shots + 1) & 0xffff, beamX: beam.x, beamY: beam.y }));
    draft.events.push({ kind: "shot", shipId: shot.shipId });
    if (beam.targetId !== undefined) hit(draft, shot, beam.targetId);
  }
}

function* targetsOf(draft: Draft, shot: Shot, seenBy: SeenBy): Iterable<Target> {
  for (const { id, x, y, isAlive, shieldTicks } of draft.ships.values()) {
    if (!isAlive || shieldTicks > 0 || id === shot.shipId) continue;
    const place = seenBy(shot.shipId, id) ?? { x, y };
    yield { id, x: place.x, y: place.y };
  }
}

function hit(draft: Draft, { shipId, damage }: Shot, targetId: string): void {
  draft.events.push({ kind: "hit", shipId, targetId, damage });
  const target = change(draft, targetId, ({ hp }) => ({ hp: hp - damage }));
  if (!target || target.hp > 0) return;
  draft.events.push({ kind: "kill", shipId, targetId });
  change(draft, targetId, destroyShip);
  change(draft, shipId, ({ score }) => ({ score: score + 1 }));
}

function change({ ships }: Draft, id: string, changes: (ship: Ship) => Partial<Ship>): Ship | undefined {
  const ship = ships.get(id);
  if (!ship) return undefined;
  const changed = { ...ship, ...changes(ship) };
  ships.set(id, changed);
  return changed;
}
