import { grown } from "../model/geometry.ts";
import type { Box, Item, Point } from "../words.ts";
import type { Brush, Ink } from "./brush.ts";
import { paintItem, prepare } from "./paint-item.ts";
import { TILE, type Tile, type TileLayer } from "./tile-layer.ts";

/** Shapes that are painted before the clock is asked again: a flush costs about as much as some of them. */
const SLICE = 24;
/** Around what is damaged, in pixels of the canvas: lines reach into the next pixel. */
const EDGE = 2;

/** What painting tiles needs. */
export interface TilePainting {
  readonly resting: (box: Box) => readonly Item[];
  readonly brushFor: (ink: Ink, scale: number) => Brush;
  readonly nowMs: () => number;
}

/** The canvases of tiles that nobody needs any more, to be used again: making one costs more than painting a simple one. */
export class CanvasPool {
  readonly #free: OffscreenCanvas[] = [];
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  take(): OffscreenCanvas {
    return this.#free.pop() ?? newCanvas();
  }

  give(canvas: OffscreenCanvas | undefined): void {
    if (canvas && this.#free.length < this.#max) this.#free.push(canvas);
  }
}

/**
 * Brings one tile up to date, in parts that fit into the time of a frame. The tile shows what it showed before until all of it is
 * done.
 */
export class TileWork {
  readonly layer: TileLayer;
  readonly tile: Tile;
  readonly #painting: TilePainting;
  readonly #canvas: OffscreenCanvas;
  readonly #ink: Ink;
  readonly #brush: Brush;
  readonly #items: readonly Item[];
  readonly #origin: Point;
  #next = 0;

  constructor(layer: TileLayer, tile: Tile, { painting, pool }: { painting: TilePainting; pool: CanvasPool }) {
    this.layer = layer;
    this.tile = tile;
    this.#painting = painting;
    this.#canvas = pool.take();
    this.#ink = inkOf(this.#canvas);
    this.#brush = painting.brushFor(this.#ink, layer.scale);
    this.#origin = layer.boxOf(tile);
    const area = this.#begin(tile.damage ?? layer.boxOf(tile));
    this.#items = painting.resting(area);
    tile.damage = undefined; // what changes from now on is for the next time
  }

  /** Paints until it is done or the time is over; says whether it is done. */
  run(untilMs: number): boolean {
    const { nowMs } = this.#painting;
    while (this.#next < this.#items.length) {
      const end = Math.min(this.#items.length, this.#next + SLICE);
      for (; this.#next < end; this.#next++) {
        const item = this.#items[this.#next];
        if (item) paintItem(this.#brush, item, this.#origin);
      }
      flush(this.#ink);
      if (this.#next < this.#items.length && nowMs() >= untilMs) return false;
    }
    this.#ink.restore();
    return true;
  }

  /** Shows what was painted; gives back the canvas that is not needed now. */
  finish(pool: CanvasPool): void {
    pool.give(this.tile.canvas);
    this.tile.canvas = this.#canvas;
  }

  /** Leaves it: the tile stays as it was. */
  abandon(pool: CanvasPool): void {
    this.#ink.restore();
    pool.give(this.#canvas);
    this.tile.damage = this.layer.boxOf(this.tile);
  }

  /** Clears what is to be painted anew, and lets nothing be painted beside it; returns what that is on the board. */
  #begin(damage: Box): Box {
    const ink = this.#ink;
    const { scale } = this.layer;
    const old = this.tile.canvas;
    ink.setTransform(1, 0, 0, 1, 0, 0);
    ink.save();
    if (!old) {
      ink.clearRect(0, 0, TILE, TILE);
      return damage;
    }
    ink.globalCompositeOperation = "copy";
    ink.drawImage(old, 0, 0);
    ink.globalCompositeOperation = "source-over";
    const left = Math.floor((damage.x - this.#origin.x) * scale) - EDGE;
    const top = Math.floor((damage.y - this.#origin.y) * scale) - EDGE;
    const right = Math.ceil((damage.x - this.#origin.x + damage.w) * scale) + EDGE;
    const bottom = Math.ceil((damage.y - this.#origin.y + damage.h) * scale) + EDGE;
    ink.beginPath();
    ink.rect(left, top, right - left, bottom - top);
    ink.clip();
    ink.clearRect(left, top, right - left, bottom - top);
    return grown(damage, (EDGE + 1) / scale);
  }
}

/** Makes the browser carry out what was painted, so that the clock tells what it cost. */
function flush(ink: Ink): void {
  ink.getImageData(0, 0, 1, 1);
}

function newCanvas(): OffscreenCanvas {
  return new OffscreenCanvas(TILE, TILE);
}

function inkOf(canvas: OffscreenCanvas): Ink {
  // Painted by the processor, and only then given to whatever puts the picture together: a tile is read more often than painted.
  const ink = canvas.getContext("2d", { willReadFrequently: true });
  if (!ink) throw new Error("This browser cannot draw on a canvas.");
  prepare(ink);
  return ink;
}
