import { shipInk } from "./palette.ts";
import type { Sprites } from "./sprites.ts";

const MAX_PARTICLES = 640;
const MAX_BEAMS = 48;
const MAX_RINGS = 32;
const BEAM_LIFE_MS = 190;

interface Particle {
  x: number;
  y: number;
  vx: number;
  vy: number;
  lifeMs: number;
  leftMs: number;
  size: number;
  colour: number;
}

interface Beam {
  fromX: number;
  fromY: number;
  toX: number;
  toY: number;
  leftMs: number;
  colour: number;
  isStrong: boolean;
}

interface Ring {
  x: number;
  y: number;
  radius: number;
  lifeMs: number;
  leftMs: number;
  colour: number;
}

/** What a burst of particles looks like. */
interface Burst {
  readonly count: number;
  readonly speed: number;
  readonly lifeMs: number;
  readonly size: number;
}

const HIT: Burst = { count: 12, speed: 260, lifeMs: 320, size: 0.6 };
const WALL_HIT: Burst = { count: 5, speed: 150, lifeMs: 220, size: 0.4 };
const MUZZLE: Burst = { count: 4, speed: 120, lifeMs: 130, size: 0.55 };
const EXPLOSION: Burst = { count: 46, speed: 380, lifeMs: 800, size: 1 };
const PICKUP: Burst = { count: 18, speed: 170, lifeMs: 480, size: 0.5 };
const TRAIL: Burst = { count: 1, speed: 24, lifeMs: 340, size: 0.55 };

/** Everything that flashes and fades. Pools of fixed size: the oldest effect gives way to the newest. */
export class Effects {
  readonly #particles = pool<Particle>(MAX_PARTICLES, () => ({
    x: 0,
    y: 0,
    vx: 0,
    vy: 0,
    lifeMs: 1,
    leftMs: 0,
    size: 1,
    colour: 0,
  }));
  readonly #beams = pool<Beam>(MAX_BEAMS, () => ({
    fromX: 0,
    fromY: 0,
    toX: 0,
    toY: 0,
    leftMs: 0,
    colour: 0,
    isStrong: false,
  }));
  readonly #rings = pool<Ring>(MAX_RINGS, () => ({ x: 0, y: 0, radius: 0, lifeMs: 1, leftMs: 0, colour: 0 }));

  /** A shot from a ship's nose to where it ended. */
  beam(path: Omit<Beam, "leftMs">): void {
    Object.assign(this.#beams.next(), path, { leftMs: BEAM_LIFE_MS });
    this.#burst(MUZZLE, path.fromX, path.fromY, path.colour);
    this.#burst(WALL_HIT, path.toX, path.toY, path.colour);
  }

  /** A ship was hurt. */
  hit(x: number, y: number, colour: number): void {
    this.#burst(HIT, x, y, colour);
    this.#ring(x, y, 26, 220, colour);
  }

  /** A ship is gone. */
  explosion(x: number, y: number, colour: number): void {
    this.#burst(EXPLOSION, x, y, colour);
    this.#ring(x, y, 120, 620, colour);
    this.#ring(x, y, 64, 380, colour);
  }

  /** A ship came in. */
  spawn(x: number, y: number, colour: number): void {
    this.#ring(x, y, 70, 520, colour);
  }

  /** A pick-up was taken. */
  pickup(x: number, y: number, colour: number): void {
    this.#burst(PICKUP, x, y, colour);
    this.#ring(x, y, 44, 360, colour);
  }

  /** The engine of a fast ship. */
  trail(x: number, y: number, colour: number): void {
    this.#burst(TRAIL, x, y, colour);
  }

  /** Lets time pass. */
  advance(elapsedMs: number): void {
    const drag = Math.exp(-elapsedMs / 260);
    const seconds = elapsedMs / 1000;
    for (const particle of this.#particles.items) {
      if (particle.leftMs <= 0) continue;
      particle.leftMs -= elapsedMs;
      particle.x += particle.vx * seconds;
      particle.y += particle.vy * seconds;
      particle.vx *= drag;
      particle.vy *= drag;
    }
    for (const beam of this.#beams.items) beam.leftMs -= elapsedMs;
    for (const ring of this.#rings.items) ring.leftMs -= elapsedMs;
  }

  /** Draws all of it as light, over what is there. */
  draw(ink: CanvasRenderingContext2D, sprites: Sprites): void {
    ink.save();
    ink.globalCompositeOperation = "lighter";
    ink.lineCap = "round";
    for (const beam of this.#beams.items) if (beam.leftMs > 0) drawBeam(ink, beam);
    for (const ring of this.#rings.items) if (ring.leftMs > 0) drawRing(ink, ring);
    for (const particle of this.#particles.items) if (particle.leftMs > 0) drawParticle(ink, particle, sprites);
    ink.restore();
  }

  #burst(burst: Burst, x: number, y: number, colour: number): void {
    for (let i = 0; i < burst.count; i++) {
      const angle = Math.random() * Math.PI * 2;
      const speed = burst.speed * (0.25 + Math.random() * 0.75);
      const particle = this.#particles.next();
      particle.x = x;
      particle.y = y;
      particle.vx = Math.cos(angle) * speed;
      particle.vy = Math.sin(angle) * speed;
      particle.lifeMs = burst.lifeMs * (0.6 + Math.random() * 0.4);
      particle.leftMs = particle.lifeMs;
      particle.size = burst.size * (0.6 + Math.random() * 0.6);
      particle.colour = colour;
    }
  }

  #ring(x: number, y: number, radius: number, ...[lifeMs, colour]: [lifeMs: number, colour: number]): void {
    Object.assign(this.#rings.next(), { x, y, radius, lifeMs, leftMs: lifeMs, colour });
  }
}

function pool<T>(size: number, make: () => T): { readonly items: readonly T[]; next(): T } {
  const items = Array.from({ length: size }, make);
  let at = 0;
  return {
    items,
    next: () => {
      at = (at + 1) % size;
      return items[at] ?? make();
    },
  };
}

function drawBeam(ink: CanvasRenderingContext2D, beam: Beam): void {
  const rest = beam.leftMs / BEAM_LIFE_MS;
  const shades = shipInk(beam.colour);
  const width = (beam.isStrong ? 2 : 1) * (0.4 + 0.6 * rest);
  ink.beginPath();
  ink.moveTo(beam.fromX, beam.fromY);
  ink.lineTo(beam.toX, beam.toY);
  ink.globalAlpha = rest;
  ink.lineWidth = 11 * width;
  ink.strokeStyle = shades.faint;
  ink.stroke();
  ink.lineWidth = 4.5 * width;
  ink.strokeStyle = shades.half;
  ink.stroke();
  ink.lineWidth = 1.6 * width;
  ink.strokeStyle = shades.core;
  ink.stroke();
}

function drawRing(ink: CanvasRenderingContext2D, ring: Ring): void {
  const rest = ring.leftMs / ring.lifeMs;
  ink.beginPath();
  ink.arc(ring.x, ring.y, ring.radius * (1 - rest * rest), 0, Math.PI * 2);
  ink.globalAlpha = rest * 0.9;
  ink.lineWidth = 1 + 5 * rest;
  ink.strokeStyle = shipInk(ring.colour).bright;
  ink.stroke();
}

function drawParticle(ink: CanvasRenderingContext2D, particle: Particle, sprites: Sprites): void {
  const rest = particle.leftMs / particle.lifeMs;
  const sprite = sprites.spark(particle.colour);
  const size = sprite.width * particle.size * (0.35 + 0.65 * rest);
  ink.globalAlpha = Math.min(1, rest * 1.6);
  ink.drawImage(sprite.image, particle.x - size / 2, particle.y - size / 2, size, size);
}
