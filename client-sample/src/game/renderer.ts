import { BEAM_RANGE, MAX_HP, SHIP_RADIUS } from "../../../rooms/arena/rules/level.ts";
import type { ArenaView } from "../net/arena-view.ts";
import { Backdrop } from "./backdrop.ts";
import type { Camera } from "./camera.ts";
import type { Effects } from "./effects.ts";
import { COLOURS, shipInk } from "./palette.ts";
import type { Scene, SceneShip } from "./scene.ts";
import { hpColour, type Sprite, Sprites } from "./sprites.ts";

const BAR_WIDTH = 44;
const BAR_HEIGHT = 5;
const BAR_BELOW = 32;
const NAME_ABOVE = 36;
const AIM_LINE_SHARE = 0.32;

/** Draws a frame of the game onto its canvas. */
export class Renderer {
  readonly #canvas: HTMLCanvasElement;
  readonly #ink: CanvasRenderingContext2D;
  readonly #camera: Camera;
  readonly #effects: Effects;
  #sprites = new Sprites(1);
  #backdrop: Backdrop | undefined;

  /** @throws Error where the browser gives no 2D canvas */
  constructor(canvas: HTMLCanvasElement, camera: Camera, effects: Effects) {
    const ink = canvas.getContext("2d", { alpha: false });
    if (ink === null) throw new Error("This browser cannot draw on a canvas.");
    this.#canvas = canvas;
    this.#ink = ink;
    this.#camera = camera;
    this.#effects = effects;
  }

  /** Makes canvas and pictures fit the window; cheap where nothing changed. */
  fit(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    const hasChanged = this.#camera.resize(clientWidth, clientHeight, window.devicePixelRatio);
    if (!hasChanged && this.#backdrop !== undefined) return;
    this.#canvas.width = this.#camera.width;
    this.#canvas.height = this.#camera.height;
    this.#sprites = new Sprites(this.#camera.scale);
    this.#backdrop = new Backdrop(this.#camera.scale);
  }

  /** @param nowMs drives what pulses */
  draw(state: ArenaView, scene: Scene, nowMs: number): void {
    const ink = this.#ink;
    const { width, height, scale, x, y, shakeX, shakeY } = this.#camera;
    ink.setTransform(1, 0, 0, 1, 0, 0);
    ink.fillStyle = COLOURS.space;
    ink.fillRect(0, 0, width, height);
    const left = Math.round(width / 2 - (x + shakeX) * scale);
    const top = Math.round(height / 2 - (y + shakeY) * scale);
    this.#backdrop?.draw(ink, [left, top], scale);
    ink.setTransform(scale, 0, 0, scale, left, top);
    this.#drawPickups(state, nowMs);
    if (scene.own?.ship.isAlive === true) this.#drawAimLine(scene.own);
    for (const ship of scene.ships) if (this.#isSeen(ship)) this.#drawShip(ship, nowMs);
    this.#effects.draw(ink, this.#sprites);
    for (const ship of scene.ships) if (this.#isSeen(ship)) this.#drawLabel(ship);
  }

  #isSeen({ ship, x, y }: SceneShip): boolean {
    return ship.isAlive && this.#camera.sees(x, y, SHIP_RADIUS * 4);
  }

  #drawPickups(state: ArenaView, nowMs: number): void {
    const ink = this.#ink;
    state.pickups.forEach(({ kind, x, y, isThere }) => {
      if (!this.#camera.sees(x, y, 60)) return;
      const beat = 1 + 0.06 * Math.sin(nowMs / 260 + x);
      ink.globalAlpha = isThere ? 1 : 0.1;
      const { image, width, height } = this.#sprites.pickup(kind);
      ink.drawImage(image, x - (width * beat) / 2, y - (height * beat) / 2, width * beat, height * beat);
    });
    ink.globalAlpha = 1;
  }

  #drawAimLine({ x, y, aim, ship }: SceneShip): void {
    const ink = this.#ink;
    const [cos, sin] = [Math.cos(aim), Math.sin(aim)];
    ink.beginPath();
    ink.moveTo(x + cos * SHIP_RADIUS * 1.6, y + sin * SHIP_RADIUS * 1.6);
    ink.lineTo(x + cos * BEAM_RANGE * AIM_LINE_SHARE, y + sin * BEAM_RANGE * AIM_LINE_SHARE);
    ink.lineWidth = 1.2;
    ink.setLineDash(AIM_DASH);
    ink.strokeStyle = shipInk(ship.colour).half;
    ink.stroke();
    ink.setLineDash(NO_DASH);
  }

  #drawShip({ x, y, aim, ship, isOwn }: SceneShip, nowMs: number): void {
    const ink = this.#ink;
    ink.globalAlpha = ship.isConnected ? 1 : 0.4;
    if (ship.hasOvercharge) this.#ring(x, y, SHIP_RADIUS * (1.5 + 0.12 * Math.sin(nowMs / 70)), COLOURS.overcharge);
    if (ship.hasHaste) this.#effects.trail(x - Math.cos(aim) * 12, y - Math.sin(aim) * 12, ship.colour);
    ink.save();
    ink.translate(x, y);
    ink.rotate(aim);
    this.#stamp(this.#sprites.ship(ship.colour), 0, 0);
    ink.restore();
    if (isOwn) this.#ring(x, y, SHIP_RADIUS * 1.28, "rgba(255, 255, 255, 0.35)");
    if (ship.hasShield) this.#drawShield(x, y, nowMs);
    ink.globalAlpha = 1;
  }

  #drawShield(x: number, y: number, nowMs: number): void {
    const ink = this.#ink;
    ink.globalAlpha = 0.55 + 0.35 * Math.sin(nowMs / 120);
    ink.beginPath();
    ink.arc(x, y, SHIP_RADIUS * 1.75, 0, Math.PI * 2);
    ink.fillStyle = "rgba(159, 232, 255, 0.1)";
    ink.fill();
    ink.lineWidth = 2.4;
    ink.strokeStyle = COLOURS.shield;
    ink.stroke();
  }

  #ring(x: number, y: number, radius: number, colour: string): void {
    this.#ink.beginPath();
    this.#ink.arc(x, y, radius, 0, Math.PI * 2);
    this.#ink.lineWidth = 1.6;
    this.#ink.strokeStyle = colour;
    this.#ink.stroke();
  }

  #drawLabel({ x, y, ship }: SceneShip): void {
    const ink = this.#ink;
    ink.globalAlpha = ship.isConnected ? 1 : 0.5;
    this.#stamp(this.#sprites.name(ship.isConnected ? ship.name : `${ship.name} (away)`), x, y - NAME_ABOVE);
    const left = x - BAR_WIDTH / 2;
    ink.fillStyle = "rgba(4, 7, 16, 0.75)";
    ink.fillRect(left - 1.5, y + BAR_BELOW - 1.5, BAR_WIDTH + 3, BAR_HEIGHT + 3);
    ink.fillStyle = hpColour(ship.hp);
    ink.fillRect(left, y + BAR_BELOW, (BAR_WIDTH * ship.hp) / MAX_HP, BAR_HEIGHT);
    ink.globalAlpha = 1;
  }

  #stamp({ image, width, height }: Sprite, x: number, y: number): void {
    this.#ink.drawImage(image, x - width / 2, y - height / 2, width, height);
  }
}

const AIM_DASH = [4, 9];
const NO_DASH: number[] = [];
