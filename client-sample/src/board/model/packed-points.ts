/**
 * The points of a stroke, a line or an arrow as bytes: the group `geom`.
 *
 * Byte 0 is the version, 1; byte 1 says whether pressures follow. Then varints: width and height of the points' box in steps of
 * a grid, the number of points, and for each point its steps from the one before (zigzag), with the pressure's steps of 1/63 after
 * them where there are pressures. Points mean places within the box of the shape, so that a change of its size scales them.
 */
import type { BoardGroups } from "../../../../rooms/whiteboard/rules/board.ts";
import type { Point } from "../words.ts";
import { boxAround, centreOf } from "./geometry.ts";

/** A point of a stroke; pressure from 0 to 1, one half where the device knows none. */
export interface InkPoint extends Point {
  readonly pressure?: number;
}

/** The groups that a drawn path comes to. */
export type PathGroups = Pick<BoardGroups, "pos" | "size" | "geom">;

/** Pressure of a device that knows none. */
export const EVEN_PRESSURE = 0.5;

/** Most points of a path; of longer ones some are left out, evenly. */
export const MAX_POINTS = 8000;

const VERSION = 1;
const HAS_PRESSURE = 1;
/** Steps along the longer side of the box: a quarter of a pixel for a path that crosses a screen, mostly one byte a step. */
const GRID = 4095;
const PRESSURE_STEPS = 63;
/** Beyond this a size is not one that this codec wrote. */
const MAX_EXTENT = 1 << 20;

/** A path as the groups of a shape. Points that are no numbers are left out; without any, it is a dot at the origin. */
export function encodeGeom(points: readonly InkPoint[]): PathGroups {
  const kept = thinned(points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)));
  const box = boxAround(kept) ?? { x: 0, y: 0, w: 0, h: 0 };
  const step = Math.max(box.w, box.h) / GRID || 1;
  const hasPressure = kept.some(({ pressure = EVEN_PRESSURE }) => Math.abs(pressure - EVEN_PRESSURE) > 0.01);
  const bytes = new ByteWriter();
  bytes.byte(VERSION);
  bytes.byte(hasPressure ? HAS_PRESSURE : 0);
  for (const count of [Math.round(box.w / step), Math.round(box.h / step), kept.length]) bytes.varint(count);
  let [lastX, lastY, lastPressure] = [0, 0, 0];
  for (const { x, y, pressure = EVEN_PRESSURE } of kept) {
    const [nextX, nextY] = [Math.round((x - box.x) / step), Math.round((y - box.y) / step)];
    bytes.signed(nextX - lastX);
    bytes.signed(nextY - lastY);
    [lastX, lastY] = [nextX, nextY];
    if (!hasPressure) continue;
    const next = Math.round(clampUnit(pressure) * PRESSURE_STEPS);
    bytes.signed(next - lastPressure);
    lastPressure = next;
  }
  return { pos: { ...centreOf(box), r: 0 }, size: { w: box.w, h: box.h }, geom: bytes.bytes };
}

/**
 * The points in a row as `x, y, pressure`, each from 0 to 1 within the box of the shape. Whatever the bytes are: those that make
 * no sense have no points, and bytes that break off have those before.
 */
export function decodeGeom(geom: Uint8Array): Float32Array {
  if (geom[0] !== VERSION) return NO_POINTS;
  const hasPressure = geom[1] === HAS_PRESSURE;
  const bytes = new ByteReader(geom, 2);
  const [width, height, count] = [bytes.varint(), bytes.varint(), bytes.varint()];
  if (width > MAX_EXTENT || height > MAX_EXTENT) return NO_POINTS;
  // A point takes two bytes at least, so no count makes more room than the bytes are worth.
  const points = new Float32Array(Math.min(count, MAX_POINTS, geom.length) * 3);
  let [at, x, y, pressure] = [0, 0, 0, 0];
  if (!hasPressure) pressure = EVEN_PRESSURE * PRESSURE_STEPS;
  while (at < points.length) {
    x += bytes.signed();
    y += bytes.signed();
    if (hasPressure) pressure += bytes.signed();
    if (bytes.isOver) break;
    points[at++] = shareOf(x, width);
    points[at++] = shareOf(y, height);
    points[at++] = shareOf(pressure, PRESSURE_STEPS);
  }
  return points.subarray(0, at);
}

/** The same path seen in a mirror. */
export function mirroredGeom(geom: Uint8Array, axis: { readonly x: boolean; readonly y: boolean }): Uint8Array {
  const mirrored = new Uint8Array(geom);
  const points = decodeGeom(geom);
  if (points.length === 0) return mirrored;
  const bytes = new ByteReader(geom, 2);
  const [width, height] = [bytes.varint(), bytes.varint()];
  const path: InkPoint[] = [];
  for (let at = 0; at + 2 < points.length; at += 3) {
    const [x = 0, y = 0, pressure = EVEN_PRESSURE] = points.subarray(at, at + 3);
    path.push({ x: (axis.x ? 1 - x : x) * width, y: (axis.y ? 1 - y : y) * height, pressure });
  }
  return encodeGeom(path).geom;
}

const NO_POINTS = new Float32Array();

function thinned(points: readonly InkPoint[]): readonly InkPoint[] {
  if (points.length <= MAX_POINTS) return points;
  const stride = (points.length - 1) / (MAX_POINTS - 1);
  return Array.from({ length: MAX_POINTS }, (_, n) => points[Math.round(n * stride)] ?? { x: 0, y: 0 });
}

/** Where in a length a step is, from 0 to 1; in the middle of one without extent. */
function shareOf(step: number, length: number): number {
  return length === 0 ? 0.5 : clampUnit(step / length);
}

function clampUnit(value: number): number {
  return value > 0 ? Math.min(1, value) : 0;
}

class ByteWriter {
  readonly #written: number[] = [];

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#written);
  }

  byte(value: number): void {
    this.#written.push(value);
  }

  varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }
}

class ByteReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Whether more was asked for than is there. */
  get isOver(): boolean {
    return this.#at > this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#bytes[this.#at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte <= 0x7f) break;
    }
    return value;
  }

  signed(): number {
    const value = this.varint();
    return value & 1 ? -((value + 1) >>> 1) : value >>> 1;
  }
}
