import type { ArenaView, ShipView } from "../net/arena-view.ts";
import type { Pose } from "./prediction.ts";

/** A ship as it is drawn in this frame. */
export interface SceneShip extends Pose {
  id: string;
  ship: ShipView;
  aim: number;
  isOwn: boolean;
}

/** Says where a ship is drawn, and where its gun points. */
interface Poses {
  poseOf(id: string, ship: ShipView, into: Pose): Pose;
  aimOf(id: string, ship: ShipView): number;
}

/** The ships of this frame, in the order in which they are drawn: the own one is last. Objects are reused. */
export class Scene {
  readonly ships: SceneShip[] = [];
  own: SceneShip | undefined;
  readonly #kept = new Map<string, SceneShip>();

  /** Takes over the state and the poses of this frame. */
  refresh(state: ArenaView, ownId: string, poses: Poses): void {
    this.ships.length = 0;
    this.own = undefined;
    state.ships.forEach((ship, id) => {
      const drawn = this.#keep(id, ship, id === ownId);
      poses.poseOf(id, ship, drawn);
      drawn.aim = poses.aimOf(id, ship);
      if (drawn.isOwn) this.own = drawn;
      else this.ships.push(drawn);
    });
    if (this.own !== undefined) this.ships.push(this.own);
    if (this.#kept.size > state.ships.size) this.#forget(state);
  }

  /** The ship of `id`, where it was last drawn. */
  find(id: string): SceneShip | undefined {
    return this.#kept.get(id);
  }

  #keep(id: string, ship: ShipView, isOwn: boolean): SceneShip {
    const known = this.#kept.get(id);
    if (known !== undefined) {
      known.ship = ship;
      return known;
    }
    const made = { id, ship, isOwn, x: ship.x, y: ship.y, aim: ship.aim };
    this.#kept.set(id, made);
    return made;
  }

  #forget(state: ArenaView): void {
    for (const id of this.#kept.keys()) if (!state.ships.has(id)) this.#kept.delete(id);
  }
}
