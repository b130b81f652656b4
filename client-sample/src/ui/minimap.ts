import { ARENA_HEIGHT, ARENA_WIDTH, WALLS } from "../../../rooms/arena/rules/level.ts";
import { COLOURS, shipInk } from "../game/palette.ts";
import type { Scene } from "../game/scene.ts";
import type { ArenaView } from "../net/arena-view.ts";
import { element } from "./dom.ts";

const REFRESH_MS = 66;
/** Room around the arena for the dots of ships at its edge, in units. */
const EDGE = 50;
const SHIP_DOT = 34;
const OWN_DOT = 46;
const PICKUP_DOT = 24;

/** The whole arena, small. */
export class Minimap {
  readonly #canvas = element("minimap", HTMLCanvasElement);
  readonly #ink = this.#canvas.getContext("2d");
  readonly #scale = this.#canvas.width / (ARENA_WIDTH + EDGE * 2);
  #nextRefreshMs = 0;

  /** Draws it anew, some times a second. */
  update(state: ArenaView, scene: Scene, nowMs: number): void {
    const ink = this.#ink;
    if (ink === null || nowMs < this.#nextRefreshMs) return;
    this.#nextRefreshMs = nowMs + REFRESH_MS;
    ink.setTransform(this.#scale, 0, 0, this.#scale, EDGE * this.#scale, EDGE * this.#scale);
    ink.clearRect(-EDGE, -EDGE, ARENA_WIDTH + EDGE * 2, ARENA_HEIGHT + EDGE * 2);
    ink.fillStyle = "rgba(91, 134, 255, 0.55)";
    for (const { x, y, width, height } of WALLS) ink.fillRect(x, y, width, height);
    state.pickups.forEach(({ kind, x, y, isThere }) => {
      if (isThere) dot(ink, { x, y }, PICKUP_DOT, COLOURS[kind]);
    });
    for (const ship of scene.ships) {
      if (!ship.ship.isAlive) continue;
      if (ship.isOwn) dot(ink, ship, OWN_DOT + 16, "#ffffff");
      dot(ink, ship, ship.isOwn ? OWN_DOT : SHIP_DOT, shipInk(ship.ship.colour).solid);
    }
  }
}

function dot(ink: CanvasRenderingContext2D, at: { x: number; y: number }, radius: number, colour: string): void {
  ink.beginPath();
  ink.arc(at.x, at.y, radius, 0, Math.PI * 2);
  ink.fillStyle = colour;
  ink.fill();
}
