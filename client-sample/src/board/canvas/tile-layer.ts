import { joined, overlapOf } from "../model/geometry.ts";
import type { Box } from "../words.ts";

/** Side of a tile, in pixels of the canvas. */
export const TILE = 512;

/** A square of the board as a picture, at one scale. */
export interface Tile {
  /** Column and row; the origin of the board is the top left of 0, 0. */
  readonly column: number;
  readonly row: number;
  /** Undefined until it was painted. */
  canvas: OffscreenCanvas | undefined;
  /** What of it, on the board, is not what the canvas shows. */
  damage: Box | undefined;
  /** Number of the last frame that wanted it. */
  usedAt: number;
}

/** The tiles of one scale. */
export class TileLayer {
  /** Pixels of the canvas for a unit of the board. */
  readonly scale: number;
  readonly #tiles = new Map<string, Tile>();

  constructor(scale: number) {
    this.scale = scale;
  }

  get tiles(): Iterable<Tile> {
    return this.#tiles.values();
  }

  get size(): number {
    return this.#tiles.size;
  }

  /** The columns and rows that a box touches. */
  range({ x, y, w, h }: Box): Range {
    const side = TILE / this.scale;
    const [left, top] = [Math.floor(x / side), Math.floor(y / side)];
    return { left, top, right: Math.ceil((x + w) / side), bottom: Math.ceil((y + h) / side) };
  }

  get(column: number, row: number): Tile | undefined {
    return this.#tiles.get(`${column} ${row}`);
  }

  /** The tile there, which is made where it is not. */
  want(column: number, row: number): Tile {
    const known = this.get(column, row);
    if (known) return known;
    const tile: Tile = { column, row, canvas: undefined, damage: undefined, usedAt: 0 };
    tile.damage = this.boxOf(tile);
    this.#tiles.set(`${column} ${row}`, tile);
    return tile;
  }

  delete({ column, row }: Tile): void {
    this.#tiles.delete(`${column} ${row}`);
  }

  /** What a tile shows of the board. */
  boxOf({ column, row }: Pick<Tile, "column" | "row">): Box {
    const side = TILE / this.scale;
    return { x: column * side, y: row * side, w: side, h: side };
  }

  /** Takes note that a part of the board looks different now. */
  damage(box: Box): void {
    for (const tile of this.#tiles.values()) {
      const part = overlapOf(this.boxOf(tile), box);
      if (part) tile.damage = tile.damage ? joined(tile.damage, part) : part;
    }
  }
}

/** Columns and rows, the last ones left out. */
export interface Range {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
