import { centreOf, clamp, grown } from "../model/geometry.ts";
import type { Box, Camera, Point, Stop } from "../words.ts";
import { Glide, type View } from "./glide.ts";

/** Bounds of the zoom: 50 times smaller, 32 times larger. */
export const MIN_ZOOM = 0.02;
export const MAX_ZOOM = 32;
/** Room around what is shown, in pixels of the screen: panels of the page lie there. At most this share of the screen. */
const MARGIN = 72;
const MARGIN_RATIO = 0.15;
/** How far one may leave what is drawn: so many screens, and at least so many units. */
const LEASH_SCREENS = 2;
const LEASH_UNITS = 4000;
/** The middle of a board without shapes. */
const NOWHERE: Box = { x: 0, y: 0, w: 0, h: 0 };

/** What a camera needs. */
export interface CameraParts {
  /** What there is to see: one cannot get lost far from it. */
  readonly bounds: () => Box | undefined;
  /** Runs something with the next picture, given the time in ms; `requestAnimationFrame`. */
  readonly nextFrame: (run: (nowMs: number) => void) => void;
  /** Whether this person wants nothing to glide. */
  readonly isStill?: () => boolean;
}

/** What of the board is seen, and how large. */
export class BoardCamera implements Camera {
  readonly #parts: CameraParts;
  readonly #listeners = new Set<() => void>();
  #width = 1;
  #height = 1;
  #at: View = { x: 0, y: 0, zoom: 1 };
  #glide: Glide | undefined;

  constructor(parts: CameraParts) {
    this.#parts = parts;
  }

  get zoom(): number {
    return this.#at.zoom;
  }

  get view(): Box {
    const { x, y, zoom } = this.#at;
    const [w, h] = [this.#width / zoom, this.#height / zoom];
    return { x: x - w / 2, y: y - h / 2, w, h };
  }

  /** Whether the zoom changes at this moment, and will again. */
  get isGliding(): boolean {
    return this.#glide !== undefined;
  }

  toBoard({ x, y }: Point): Point {
    const { zoom } = this.#at;
    return { x: this.#at.x + (x - this.#width / 2) / zoom, y: this.#at.y + (y - this.#height / 2) / zoom };
  }

  toScreen({ x, y }: Point): Point {
    const { zoom } = this.#at;
    return { x: (x - this.#at.x) * zoom + this.#width / 2, y: (y - this.#at.y) * zoom + this.#height / 2 };
  }

  /** The screen has this size now, in CSS pixels; what is in its middle stays there. */
  resize(width: number, height: number): void {
    if (width === this.#width && height === this.#height) return;
    [this.#width, this.#height] = [Math.max(1, width), Math.max(1, height)];
    this.#tell();
  }

  panBy(dx: number, dy: number): void {
    this.#glide = undefined;
    const { x, y, zoom } = this.#at;
    this.#moveTo({ x: x - dx / zoom, y: y - dy / zoom, zoom });
  }

  zoomAt(screen: Point, factor: number): void {
    this.#glide = undefined;
    const before = this.toBoard(screen);
    const zoom = clamp(this.zoom * factor, MIN_ZOOM, MAX_ZOOM);
    const x = before.x - (screen.x - this.#width / 2) / zoom;
    const y = before.y - (screen.y - this.#height / 2) / zoom;
    this.#moveTo({ x, y, zoom });
  }

  show(box: Box, { maxZoom = 1, isInstant = false }: { maxZoom?: number; isInstant?: boolean } = {}): void {
    const shortest = Math.min(this.#width, this.#height);
    const margin = 2 * Math.min(MARGIN, shortest * MARGIN_RATIO);
    const fitting = Math.min((this.#width - margin) / box.w, (this.#height - margin) / box.h, maxZoom);
    const to = this.#leashed({ ...centreOf(box), zoom: clamp(fitting, MIN_ZOOM, MAX_ZOOM) });
    if (isInstant || this.#parts.isStill?.()) {
      this.#glide = undefined;
      this.#moveTo(to);
    } else this.#glideTo(to);
  }

  onChange(listener: () => void): Stop {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #glideTo(to: View): void {
    const glide = new Glide(this.#at, to, Math.max(this.#width, this.#height));
    this.#glide = glide;
    const step = (nowMs: number): void => {
      if (this.#glide !== glide) return;
      const at = glide.at(nowMs);
      if (glide.isOver) this.#glide = undefined;
      this.#moveTo(at);
      if (!glide.isOver) this.#parts.nextFrame(step);
    };
    this.#parts.nextFrame(step);
  }

  #moveTo(at: View): void {
    this.#at = this.#leashed(at);
    this.#tell();
  }

  /** The view, or the nearest from which one finds back. */
  #leashed({ x, y, zoom }: View): View {
    const screens = (LEASH_SCREENS * Math.max(this.#width, this.#height)) / zoom;
    const leash = grown(this.#parts.bounds() ?? NOWHERE, Math.max(LEASH_UNITS, screens));
    return { x: clamp(x, leash.x, leash.x + leash.w), y: clamp(y, leash.y, leash.y + leash.h), zoom };
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
