import { MAX_HP, SHIP_RADIUS } from "../../../rooms/arena/rules/level.ts";
import type { PickupKind } from "../../../rooms/arena/rules/world.ts";
import { COLOURS, shipInk } from "./palette.ts";

/** A picture that is drawn centred, `size` units wide and high. */
export interface Sprite {
  readonly image: HTMLCanvasElement;
  readonly width: number;
  readonly height: number;
}

/** Glow around a hull, in units: blur is too dear to be drawn each frame. */
const GLOW = 22;
const SHIP_BOX = (SHIP_RADIUS + GLOW) * 2;
const SPARK_BOX = 24;
const PICKUP_BOX = 88;
const NAME_HEIGHT = 20;
const NAME_FONT_UNITS = 13;
/** Names are drawn once and kept; a room has at most 32, the rest are names of the past. */
const MAX_NAMES = 64;

/** Pictures of everything that is drawn often, made once for a scale (canvas pixels per unit). */
export class Sprites {
  readonly #scale: number;
  readonly #ships = new Map<number, Sprite>();
  readonly #sparks = new Map<number, Sprite>();
  readonly #pickups = new Map<PickupKind, Sprite>();
  readonly #names = new Map<string, Sprite>();

  constructor(scale: number) {
    this.#scale = scale;
  }

  /** A ship that points to the right. */
  ship(colour: number): Sprite {
    return remember(this.#ships, colour, () => this.#paint(SHIP_BOX, SHIP_BOX, (ink) => paintShip(ink, colour)));
  }

  /** A soft point of light. */
  spark(colour: number): Sprite {
    return remember(this.#sparks, colour, () => this.#paint(SPARK_BOX, SPARK_BOX, (ink) => paintSpark(ink, colour)));
  }

  /** The sign of a pick-up with its glow. */
  pickup(kind: PickupKind): Sprite {
    return remember(this.#pickups, kind, () => this.#paint(PICKUP_BOX, PICKUP_BOX, (ink) => paintPickup(ink, kind)));
  }

  /** A ship's name. */
  name(text: string): Sprite {
    if (this.#names.size > MAX_NAMES) this.#names.clear();
    return remember(this.#names, text, () => {
      const width = Math.min(240, 12 + text.length * NAME_FONT_UNITS * 0.8);
      return this.#paint(width, NAME_HEIGHT, (ink) => paintName(ink, text));
    });
  }

  #paint(width: number, height: number, draw: (ink: CanvasRenderingContext2D) => void): Sprite {
    const image = document.createElement("canvas");
    image.width = Math.max(1, Math.ceil(width * this.#scale));
    image.height = Math.max(1, Math.ceil(height * this.#scale));
    const ink = image.getContext("2d");
    if (ink !== null) {
      ink.scale(this.#scale, this.#scale);
      ink.translate(width / 2, height / 2);
      draw(ink);
    }
    return { image, width, height };
  }
}

/** Colour of a health bar: green, by way of yellow, to red. */
export function hpColour(hp: number): string {
  if (hp > MAX_HP * 0.6) return COLOURS.hpHigh;
  return hp > MAX_HP * 0.3 ? COLOURS.haste : COLOURS.hpLow;
}

function remember<Key>(kept: Map<Key, Sprite>, key: Key, make: () => Sprite): Sprite {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make();
  kept.set(key, made);
  return made;
}

function paintShip(ink: CanvasRenderingContext2D, colour: number): void {
  const shades = shipInk(colour);
  const glow = ink.createRadialGradient(0, 0, SHIP_RADIUS * 0.3, 0, 0, SHIP_RADIUS + GLOW);
  glow.addColorStop(0, shades.half);
  glow.addColorStop(0.5, shades.faint);
  glow.addColorStop(1, shades.clear);
  ink.fillStyle = glow;
  ink.fillRect(-SHIP_BOX / 2, -SHIP_BOX / 2, SHIP_BOX, SHIP_BOX);
  ink.lineJoin = "round";
  hull(ink);
  const metal = ink.createLinearGradient(-SHIP_RADIUS, 0, SHIP_RADIUS, 0);
  metal.addColorStop(0, shades.deep);
  metal.addColorStop(1, shades.dark);
  ink.fillStyle = metal;
  ink.fill();
  ink.lineWidth = 2.2;
  ink.strokeStyle = shades.solid;
  ink.stroke();
  ink.beginPath();
  ink.ellipse(2, 0, 6, 3.6, 0, 0, Math.PI * 2);
  ink.fillStyle = shades.core;
  ink.fill();
}

/** A dart with swept wings and a notch at the back. */
function hull(ink: CanvasRenderingContext2D): void {
  const r = SHIP_RADIUS;
  ink.beginPath();
  ink.moveTo(r, 0);
  ink.lineTo(r * 0.1, r * 0.46);
  ink.lineTo(-r * 0.82, r * 0.86);
  ink.lineTo(-r * 0.46, 0);
  ink.lineTo(-r * 0.82, -r * 0.86);
  ink.lineTo(r * 0.1, -r * 0.46);
  ink.closePath();
}

function paintSpark(ink: CanvasRenderingContext2D, colour: number): void {
  const light = ink.createRadialGradient(0, 0, 0, 0, 0, SPARK_BOX / 2);
  const shades = shipInk(colour);
  light.addColorStop(0, shades.core);
  light.addColorStop(0.22, shades.solid);
  light.addColorStop(1, shades.clear);
  ink.fillStyle = light;
  ink.fillRect(-SPARK_BOX / 2, -SPARK_BOX / 2, SPARK_BOX, SPARK_BOX);
}

function paintPickup(ink: CanvasRenderingContext2D, kind: PickupKind): void {
  const colour = COLOURS[kind];
  const glow = ink.createRadialGradient(0, 0, 6, 0, 0, PICKUP_BOX / 2);
  glow.addColorStop(0, `${colour}66`);
  glow.addColorStop(0.4, `${colour}22`);
  glow.addColorStop(1, `${colour}00`);
  ink.fillStyle = glow;
  ink.fillRect(-PICKUP_BOX / 2, -PICKUP_BOX / 2, PICKUP_BOX, PICKUP_BOX);
  ink.beginPath();
  for (let corner = 0; corner < 6; corner++) {
    const angle = (corner * Math.PI) / 3 + Math.PI / 6;
    ink.lineTo(Math.cos(angle) * 18, Math.sin(angle) * 18);
  }
  ink.closePath();
  ink.fillStyle = "rgba(8, 12, 26, 0.85)";
  ink.fill();
  ink.lineWidth = 2;
  ink.strokeStyle = colour;
  ink.stroke();
  ink.fillStyle = colour;
  ink.fill(new Path2D(PICKUP_SIGNS[kind]));
}

/** A cross, a pair of chevrons, a bolt: centred, about 16 units high. */
const PICKUP_SIGNS: Readonly<Record<PickupKind, string>> = {
  repair: "M-2.5-8h5v5.5h5.5v5h-5.5v5.5h-5v-5.5h-5.5v-5h5.5z",
  haste: "M-8-7h4.5l5 7-5 7h-4.5l5-7zM0-7h4.5l5 7-5 7h-4.5l5-7z",
  overcharge: "M2-10l-8 12h4.5l-2 8 8.5-12h-4.8z",
};

function paintName(ink: CanvasRenderingContext2D, text: string): void {
  ink.font = `600 ${NAME_FONT_UNITS}px system-ui, sans-serif`;
  ink.textAlign = "center";
  ink.textBaseline = "middle";
  ink.lineWidth = 3.5;
  ink.lineJoin = "round";
  ink.strokeStyle = "rgba(4, 7, 16, 0.8)";
  ink.strokeText(text, 0, 0, 236);
  ink.fillStyle = COLOURS.text;
  ink.fillText(text, 0, 0, 236);
}
