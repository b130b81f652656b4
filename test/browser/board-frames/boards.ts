/** Boards in memory, as large as they are wanted. */
import { generateNKeysBetween } from "fractional-indexing";
import { encodeGeom, type InkPoint } from "../../../client-sample/src/board/model/packed-points.ts";
import { COLOURS } from "../../../client-sample/src/board/model/palette.ts";
import type { Kind, Stop } from "../../../client-sample/src/board/words.ts";
import type { BoardGroups, BoardRecord, Shape } from "../../../rooms/whiteboard/rules/board.ts";

/** As a document is read: what a scene needs of it. */
export class MemoryBoard {
  readonly #records = new Map<string, BoardRecord>();
  readonly #listeners = new Set<(ids: readonly string[]) => void>();

  get(id: string): BoardRecord | undefined {
    return this.#records.get(id);
  }

  entries(): Iterable<readonly [string, BoardRecord]> {
    return this.#records.entries();
  }

  onChange(listener: (ids: readonly string[]) => void): Stop {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Puts records there, as a push does. */
  put(records: Iterable<readonly [string, BoardRecord]>): void {
    const ids: string[] = [];
    for (const [id, record] of records) {
      this.#records.set(id, record);
      ids.push(id);
    }
    for (const listener of this.#listeners) listener(ids);
  }
}

/** Numbers from 0 to 1, the same each time for a seed. */
export function randomBy(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A shape of a board. */
export function shapeOf(type: Kind, g: Shape["g"]): Shape {
  return { type, g, rev: {}, by: "", at: 0 };
}

/** A stroke as somebody writes it: a word of some curls. */
export function strokeGroups(
  random: () => number,
  at: { x: number; y: number },
): Pick<BoardGroups, "pos" | "size" | "geom"> {
  const points: InkPoint[] = [];
  const [wave, size, hasPressure] = [0.2 + random() * 0.3, 10 + random() * 40, random() < 0.4];
  const length = 20 + Math.floor(random() * 60);
  for (let n = 0; n < length; n++) {
    const pressure = hasPressure ? 0.35 + 0.3 * Math.sin(n / 7) : 0.5;
    points.push({ x: at.x + n * 3 + Math.cos(n * wave) * size, y: at.y + Math.sin(n * wave) * size, pressure });
  }
  return encodeGeom(points);
}

const KINDS: readonly Kind[] = [
  "stroke",
  "stroke",
  "stroke",
  "note",
  "rect",
  "ellipse",
  "text",
  "line",
  "arrow",
  "rect",
];
const WORDS = "What we will do next week and who has time for it, said in a few words".split(" ");

/** A board of so many shapes of all kinds, in a square, as dense as a busy board is. */
export function mixedBoard(count: number, { spacing = 260, seed = 1 } = {}): [string, Shape][] {
  const random = randomBy(seed);
  const columns = Math.ceil(Math.sqrt(count));
  const keys = generateNKeysBetween(null, null, count);
  return keys.map((index, n) => {
    const x = ((n % columns) + random() * 0.6) * spacing;
    const y = (Math.floor(n / columns) + random() * 0.6) * spacing;
    const kind = KINDS[Math.floor(random() * KINDS.length)] ?? "rect";
    return [`shape-${n}`, shapeOf(kind, { ...groupsOf(kind, { x, y }, random), tree: { parentId: null, index } })];
  });
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function groupsOf(kind: Kind, at: Place, random: () => number): Shape["g"] {
  const color = COLOURS[Math.floor(random() * COLOURS.length)] ?? "ink";
  if (kind === "stroke") return { ...strokeGroups(random, at), style: { color, width: 3 + Math.floor(random() * 5) } };
  if (kind === "line" || kind === "arrow") return lineGroups(color, at, random);
  const pos = { ...at, r: random() < 0.2 ? random() * 2 - 1 : 0 };
  if (kind === "note") return { pos, size: { w: 200, h: 200 }, style: { fill: color }, text: someWords(random) };
  const size = { w: 80 + random() * 140, h: kind === "text" ? 60 : 60 + random() * 100 };
  const style = { color, fill: random() < 0.5 ? color : "none" };
  return { pos, size, style, ...((kind === "text" || random() < 0.3) && { text: someWords(random) }) };
}

function lineGroups(color: string, { x, y }: Place, random: () => number): Shape["g"] {
  const path = encodeGeom([
    { x, y },
    { x: x + 60 + random() * 200, y: y + (random() - 0.5) * 200 },
  ]);
  return { ...path, style: { color, dash: random() < 0.3 ? "dashed" : "solid" } };
}

function someWords(random: () => number): string {
  const count = 2 + Math.floor(random() * 10);
  return Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]).join(" ");
}
