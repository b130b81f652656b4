import { traceBeam } from "../../../rooms/arena/rules/beam.ts";
import { SHIP_RADIUS } from "../../../rooms/arena/rules/level.ts";
import type { Command } from "../../../rooms/arena/rules/world.ts";
import { Pilot } from "../input/pilot.ts";
import type { ArenaSession } from "../net/arena-session.ts";
import type { ShipView } from "../net/arena-view.ts";
import { Meter } from "../net/metrics.ts";
import { Hud } from "../ui/hud.ts";
import { Minimap } from "../ui/minimap.ts";
import { NetworkPanel } from "../ui/network-panel.ts";
import { Camera } from "./camera.ts";
import { Effects } from "./effects.ts";
import { Gun } from "./gun.ts";
import { Prediction } from "./prediction.ts";
import { Renderer } from "./renderer.ts";
import { Scene } from "./scene.ts";
import { type Happening, Watcher } from "./watcher.ts";

/** A frame that took longer, in ms, was a hidden tab or a stall: effects do not jump over it. */
const LONGEST_FRAME_MS = 100;
const HIT_SHAKE = 0.5;
const DEATH_SHAKE = 1;

/** One running game on the screen: from the state of a session to pictures, and from keys to commands. */
export class Game {
  readonly scene = new Scene();
  readonly #session: ArenaSession;
  readonly #prediction: Prediction;
  readonly #camera = new Camera();
  readonly #effects = new Effects();
  readonly #gun = new Gun();
  readonly #watcher = new Watcher();
  readonly #hud = new Hud();
  readonly #minimap = new Minimap();
  readonly #panel = new NetworkPanel();
  readonly #meter: Meter;
  readonly #pilot: Pilot;
  readonly #renderer: Renderer;
  readonly #onState = () => this.#look();
  #frameRequest = 0;
  #lastFrameMs = performance.now();

  /** Starts at once. @param stage what listens to mouse and thumbs, around `canvas` */
  constructor(session: ArenaSession, stage: HTMLElement, canvas: HTMLCanvasElement) {
    this.#session = session;
    this.#prediction = new Prediction(session.room);
    this.#meter = new Meter(session);
    this.#pilot = new Pilot(stage);
    this.#renderer = new Renderer(canvas, this.#camera, this.#effects);
    session.room.onStateChange(this.#onState);
    this.#frameRequest = requestAnimationFrame((nowMs) => this.#frame(nowMs));
  }

  /** How connection and picture are doing. */
  get metrics(): Meter["metrics"] {
    return this.#meter.metrics;
  }

  /** Where the own ship is drawn, in CSS pixels from the canvas' upper left; undefined where there is none. */
  get ownScreenPosition(): { x: number; y: number } | undefined {
    return this.scene.own && this.#camera.project(this.scene.own.x, this.scene.own.y);
  }

  /** Shows or hides the network panel. */
  toggleNetworkPanel(): void {
    this.#panel.toggle();
  }

  /** Ends the game; the session is left alone. */
  close(): void {
    cancelAnimationFrame(this.#frameRequest);
    this.#session.room.onStateChange.remove(this.#onState);
    this.#pilot.close();
    this.#prediction.close();
  }

  #frame(nowMs: number): void {
    this.#frameRequest = requestAnimationFrame((nextMs) => this.#frame(nextMs));
    const elapsedMs = Math.max(0, Math.min(LONGEST_FRAME_MS, nowMs - this.#lastFrameMs));
    this.#lastFrameMs = nowMs;
    const { state, sessionId } = this.#session.room;
    this.#renderer.fit();
    const command = this.#pilot.command(this.scene.own ?? this.#camera, this.#camera);
    // Nobody moves while the results are shown; to predict otherwise would end in a jump back.
    if (state.phase === "results") Object.assign(command, { moveX: 0, moveY: 0, fire: false });
    this.#prediction.advance(nowMs, command, (sent) => this.#foreseeShot(sent, nowMs));
    this.scene.refresh(state, sessionId, this.#prediction);
    const own = this.scene.own ?? this.#camera;
    this.#camera.follow(own.x, own.y, elapsedMs);
    this.#effects.advance(elapsedMs);
    this.#renderer.draw(state, this.scene, nowMs);
    this.#minimap.update(state, this.scene, nowMs);
    this.#hud.update(state, sessionId, nowMs);
    this.#meter.update(nowMs, this.#prediction.errorUnits);
    this.#panel.update(this.#meter.metrics, nowMs);
  }

  /** The own shot is shown where it would go by what is on the screen; the server decides whom it hurts. */
  #foreseeShot(command: Command, nowMs: number): void {
    const own = this.scene.own;
    if (own === undefined || !this.#gun.step(command.fire && own.ship.isAlive, nowMs)) return;
    const inSight = this.scene.ships.filter(({ ship, isOwn }) => !isOwn && ship.isAlive && !ship.hasShield);
    const { x, y } = traceBeam(own, command.aim, inSight);
    this.#showBeam({ ship: own.ship, x: own.x, y: own.y }, command.aim, { x, y });
  }

  #look(): void {
    for (const happening of this.#watcher.look(this.#session.room.state)) this.#show(happening);
  }

  #show(happening: Happening): void {
    switch (happening.kind) {
      case "shot":
        this.#showShot(happening.id, happening.ship);
        break;
      case "hurt":
        this.#showHurt(happening.id, happening.ship);
        break;
      case "died":
        this.#hud.tellKill(happening.ship, happening.killer);
        this.#showDeath(happening.id, happening.ship);
        break;
      case "spawned":
        this.#effects.spawn(happening.ship.x, happening.ship.y, happening.ship.colour);
        break;
      case "taken":
        this.#effects.pickup(happening.x, happening.y, PICKUP_SPARKS[happening.pickup]);
        break;
    }
  }

  #showShot(id: string, ship: ShipView): void {
    if (id === this.#session.room.sessionId && this.#gun.confirm(performance.now())) return;
    const from = this.scene.find(id) ?? ship;
    const aim = Math.atan2(ship.beamY - from.y, ship.beamX - from.x);
    this.#showBeam({ ship, x: from.x, y: from.y }, aim, { x: ship.beamX, y: ship.beamY });
  }

  #showBeam(from: { ship: ShipView; x: number; y: number }, aim: number, to: { x: number; y: number }): void {
    this.#effects.beam({
      fromX: from.x + Math.cos(aim) * SHIP_RADIUS,
      fromY: from.y + Math.sin(aim) * SHIP_RADIUS,
      toX: to.x,
      toY: to.y,
      colour: from.ship.colour,
      isStrong: from.ship.hasOvercharge,
    });
  }

  #showHurt(id: string, ship: ShipView): void {
    const { x, y } = this.scene.find(id) ?? ship;
    this.#effects.hit(x, y, ship.colour);
    if (id === this.#session.room.sessionId) this.#camera.shake(HIT_SHAKE);
  }

  #showDeath(id: string, ship: ShipView): void {
    const { x, y } = this.scene.find(id) ?? ship;
    this.#effects.explosion(x, y, ship.colour);
    if (id === this.#session.room.sessionId) this.#camera.shake(DEATH_SHAKE);
  }
}

/** Ship colours (indices) that come near those of the pick-ups: green, yellow, orange. */
const PICKUP_SPARKS = { repair: 5, haste: 7, overcharge: 12 } as const;
