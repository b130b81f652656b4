import { overlapOf, touches } from "../model/geometry.ts";
import type { Box } from "../words.ts";
import type { Lens } from "./backdrop.ts";
import type { Ink } from "./brush.ts";
import { TILE, type Tile, TileLayer } from "./tile-layer.ts";
import { CanvasPool, type TilePainting, TileWork } from "./tile-work.ts";

/** Most tiles that are kept, of 1 MB each; more where the screen itself needs more. */
const MAX_TILES = 96;
const SCREENS = 3;
/** Canvases that wait to be used again. */
const MAX_FREE = 16;
/** Layers of other zooms that are kept, to be stretched while sharper ones are painted. */
const MAX_LAYERS = 4;

/** What of the board is to be seen, and at what scale. */
export interface Wanted {
  readonly view: Box;
  readonly scale: number;
}

/**
 * Pictures of what rests on the board, in tiles, so that moving the view moves pictures. A tile is painted where it is
 * missing or damaged, the visible ones first; meanwhile tiles of other zooms stand in, stretched.
 */
export class TileCache {
  readonly #painting: TilePainting;
  readonly #pool = new CanvasPool(MAX_FREE);
  readonly #layers: TileLayer[] = [];
  #work: TileWork | undefined;
  #frame = 0;

  constructor(painting: TilePainting) {
    this.#painting = painting;
  }

  /** Takes note that a part of the board looks different now. */
  damage(boxes: readonly Box[]): void {
    for (const layer of this.#layers) for (const box of boxes) layer.damage(box);
  }

  /** Everything looks different now. */
  damageAll(): void {
    this.#work?.abandon(this.#pool);
    this.#work = undefined;
    for (const layer of this.#layers) for (const tile of layer.tiles) tile.damage = layer.boxOf(tile);
  }

  /** Paints what is wanted, until the time is over; says whether all of it is there and up to date. */
  update(wanted: Wanted, untilMs: number): boolean {
    this.#frame++;
    const layer = this.#layerFor(wanted.scale);
    if (this.#work && this.#work.layer !== layer) {
      this.#work.abandon(this.#pool);
      this.#work = undefined;
    }
    const isDone = this.#paint(layer, visibleTiles(layer, wanted.view, this.#frame), untilMs);
    if (isDone) this.#paint(layer, nearbyTiles(layer, wanted.view, this.#frame), untilMs);
    this.#trim(layer);
    return isDone;
  }

  /** Whether what is there of a part of the board is up to date; as far as it is seen. */
  isFresh(box: Box, { view, scale }: Wanted): boolean {
    const seen = overlapOf(box, view);
    if (!seen) return true;
    const layer = this.#layerFor(scale);
    let isFresh = true;
    eachTile(layer, seen, (column, row) => {
      const tile = layer.get(column, row);
      isFresh &&= tile?.canvas !== undefined && this.#work?.tile !== tile && !isDamaged(tile, box);
    });
    return isFresh;
  }

  /** Puts the tiles together. `lens` says where the board lies on the canvas. */
  draw(ink: Ink, { view, scale }: Wanted, lens: Lens): void {
    // Stretched tiles are seen in passing; better ones take a frame.
    ink.imageSmoothingQuality = "low";
    const layer = this.#layerFor(scale);
    const others = this.#layers
      .filter((other) => other !== layer)
      .sort((one, other) => difference(one.scale, scale) - difference(other.scale, scale));
    eachTile(layer, view, (column, row) => {
      const tile = layer.get(column, row);
      if (tile?.canvas) drawTile(ink, { layer, tile, canvas: tile.canvas }, lens);
      else drawStandIn(ink, others, { box: layer.boxOf({ column, row }), lens });
    });
  }

  #paint(layer: TileLayer, tiles: readonly Tile[], untilMs: number): boolean {
    let isFirst = true;
    for (;;) {
      this.#work ??= this.#begin(layer, tiles);
      if (!this.#work) return true;
      // However late it is, something is done each frame: a slow machine gets its picture, too.
      if (!isFirst && this.#painting.nowMs() >= untilMs) return false;
      isFirst = false;
      if (!this.#work.run(untilMs)) return false;
      this.#work.finish(this.#pool);
      this.#work = undefined;
    }
  }

  /** What was seen and has changed comes first, then what is missing. */
  #begin(layer: TileLayer, tiles: readonly Tile[]): TileWork | undefined {
    const isDue = ({ damage }: Tile): boolean => damage !== undefined;
    const tile = tiles.find((each) => isDue(each) && each.canvas) ?? tiles.find(isDue);
    return tile && new TileWork(layer, tile, { painting: this.#painting, pool: this.#pool });
  }

  #layerFor(scale: number): TileLayer {
    const known = this.#layers.find((layer) => layer.scale === scale);
    if (known) {
      this.#layers.splice(this.#layers.indexOf(known), 1);
      this.#layers.unshift(known);
      return known;
    }
    const layer = new TileLayer(scale);
    this.#layers.unshift(layer);
    return layer;
  }

  /** Forgets the tiles that were not wanted for the longest time. */
  #trim(layer: TileLayer): void {
    const tiles = this.#layers.flatMap((each) => [...each.tiles].map((tile) => ({ each, tile })));
    const used = tiles.filter(({ each, tile }) => each === layer && tile.usedAt === this.#frame).length;
    const most = Math.max(MAX_TILES, used * SCREENS);
    const old = tiles.length > most ? tiles.sort((one, other) => one.tile.usedAt - other.tile.usedAt) : [];
    for (const { each, tile } of old.slice(0, tiles.length - most)) this.#forget(each, tile);
    for (const each of this.#layers.slice(MAX_LAYERS)) for (const tile of [...each.tiles]) this.#forget(each, tile);
    for (const each of this.#layers.filter((one) => one !== layer && one.size === 0)) {
      this.#layers.splice(this.#layers.indexOf(each), 1);
    }
  }

  #forget(layer: TileLayer, tile: Tile): void {
    if (this.#work?.tile === tile) {
      this.#work.abandon(this.#pool);
      this.#work = undefined;
    }
    this.#pool.give(tile.canvas);
    layer.delete(tile);
  }
}

/** The tiles of a view, from its middle outwards. */
function visibleTiles(layer: TileLayer, view: Box, frame: number): readonly Tile[] {
  const tiles: Tile[] = [];
  eachTile(layer, view, (column, row) => {
    const tile = layer.want(column, row);
    tile.usedAt = frame;
    tiles.push(tile);
  });
  const { left, top, right, bottom } = layer.range(view);
  const off = ({ column, row }: Tile): number =>
    Math.hypot(column + 0.5 - (left + right) / 2, row + 0.5 - (top + bottom) / 2);
  return tiles.sort((one, other) => off(one) - off(other));
}

/** Those around it, which a pan comes to next. */
function nearbyTiles(layer: TileLayer, view: Box, frame: number): readonly Tile[] {
  const margin = TILE / layer.scale / 2;
  const around = { x: view.x - margin, y: view.y - margin, w: view.w + 2 * margin, h: view.h + 2 * margin };
  return visibleTiles(layer, around, frame);
}

function eachTile(layer: TileLayer, view: Box, run: (column: number, row: number) => void): void {
  const { left, top, right, bottom } = layer.range(view);
  for (let row = top; row < bottom; row++) for (let column = left; column < right; column++) run(column, row);
}

function isDamaged({ damage }: Tile, box: Box): boolean {
  return damage !== undefined && touches(damage, box);
}

interface Drawn {
  readonly layer: TileLayer;
  readonly tile: Tile;
  readonly canvas: OffscreenCanvas;
}

function drawTile(ink: Ink, { layer, tile, canvas }: Drawn, lens: Lens): void {
  const { column, row } = tile;
  if (layer.scale === lens.scale) {
    ink.drawImage(canvas, lens.x + column * TILE, lens.y + row * TILE);
    return;
  }
  const { x, y, w, h } = onCanvas(layer.boxOf(tile), lens);
  ink.drawImage(canvas, x, y, w, h);
}

/** Draws tiles of another zoom where one is missing: of the nearest zoom that has all of it, else of the one that has most. */
function drawStandIn(ink: Ink, layers: readonly TileLayer[], { box, lens }: { box: Box; lens: Lens }): void {
  let best: { readonly layer: TileLayer; readonly tiles: readonly Drawn[]; readonly share: number } | undefined;
  for (const layer of layers) {
    const { tiles, all } = readyTiles(layer, box);
    const share = tiles.length / all;
    if (share > (best?.share ?? 0)) best = { layer, tiles, share };
    if (share === 1) break;
  }
  if (!best) return;
  ink.save();
  ink.beginPath();
  const { x, y, w, h } = onCanvas(box, lens);
  ink.rect(x, y, w, h);
  ink.clip();
  for (const drawn of best.tiles) drawTile(ink, drawn, lens);
  ink.restore();
}

function readyTiles(layer: TileLayer, box: Box): { tiles: readonly Drawn[]; all: number } {
  const { left, top, right, bottom } = layer.range(box);
  const all = (right - left) * (bottom - top);
  const tiles: Drawn[] = [];
  // A layer of a much larger zoom would take hundreds of tiles for one; it cannot have them.
  if (all > MAX_TILES) return { tiles, all };
  eachTile(layer, box, (column, row) => {
    const tile = layer.get(column, row);
    if (tile?.canvas) tiles.push({ layer, tile, canvas: tile.canvas });
  });
  return { tiles, all };
}

/** A box of the board on the canvas, in whole pixels: neighbours share their edges. */
function onCanvas({ x, y, w, h }: Box, { x: left, y: top, scale }: Lens): Box {
  const [x1, y1] = [Math.round(left + x * scale), Math.round(top + y * scale)];
  return { x: x1, y: y1, w: Math.round(left + (x + w) * scale) - x1, h: Math.round(top + (y + h) * scale) - y1 };
}

function difference(scale: number, wanted: number): number {
  // A sharper one made smaller looks better than a coarse one made larger.
  const ratio = Math.log2(scale / wanted);
  return ratio > 0 ? ratio : -1.5 * ratio;
}
