import { generateKeyBetween } from "fractional-indexing";
import * as Y from "yjs";
import { encodeGeom } from "../../client-sample/src/board/model/packed-points.ts";
import {
  type BoardGroups,
  type BoardOp,
  type BoardRecord,
  board,
  isShape,
  type Shape,
} from "../../rooms/whiteboard/rules/board.ts";
import type { DocumentScenario, HandParts, Hands } from "../documents/document-scenario.ts";

type Parts = HandParts<BoardOp, BoardRecord>;

/** Something that takes a hand some time and ends in one push. */
interface Gesture {
  readonly untilMs: number;
  /** Goes on with it, and shows that to the others. */
  readonly onTurn: () => void;
  /** What it comes to. */
  readonly end: () => void;
}

const COLOURS = ["ink", "grey", "red", "orange", "yellow", "green", "teal", "blue", "violet", "pink"] as const;
const KINDS = ["rect", "ellipse", "note", "text"] as const;
/** The part of the plane on which they draw, to each side. */
const EXTENT = 3000;
/** A hand takes so long for a gesture, and as long again at most before the next. */
const GESTURE_MS = [300, 1500] as const;
/** With more than this on it a board gets emptier: a long test is bounded by that. */
const MAX_SHAPES = 5000;
const MAX_RICH_UPDATES = 50;
/** Points of a part of a stroke that is being drawn. */
const MAX_PART = 100;

/** Bots that draw, move, restyle, write, delete, undo and do again, and show each other what they are doing. */
export const whiteboardScenario: DocumentScenario<BoardOp, BoardRecord> = {
  room: "whiteboard",
  rules: board,
  hands: (parts) => new Artist(parts),
  marksOf: (ops) => ops.flatMap((op) => (op.t === "create" ? [op.id] : [])),
  flawsOf: (document, marks) =>
    marks.filter((id) => !document.get(id)).map((id) => `shape ${id} was made, and there is neither it nor its end.`),
};

class Artist implements Hands {
  readonly #parts: Parts;
  #gesture: Gesture | undefined;
  #restUntilMs: number;
  #made = 0;
  #top: string | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#restUntilMs = parts.clock.nowMs() + this.#between(...GESTURE_MS);
  }

  onTurn(nowMs: number): void {
    if (this.#gesture && nowMs >= this.#gesture.untilMs) {
      this.#gesture.end();
      this.#gesture = undefined;
      this.#restUntilMs = nowMs + this.#between(...GESTURE_MS);
    } else if (this.#gesture) {
      this.#gesture.onTurn();
    } else if (nowMs >= this.#restUntilMs) {
      this.#gesture = this.#next(nowMs + this.#between(...GESTURE_MS));
    }
  }

  /** Half of what people do on a board is drawing; the other half is spread over the rest. */
  #next(untilMs: number): Gesture {
    const shapes = [...this.#parts.document.entries()].filter((entry): entry is [string, Shape] => isShape(entry[1]));
    const [id, shape] = shapes[Math.floor(this.#between(0, shapes.length))] ?? [];
    const chance = this.#between(0, 1);
    if (id === undefined || !shape) return this.#stroke(untilMs);
    if (shapes.length > MAX_SHAPES) return this.#atOnce(untilMs, () => this.#erase(id));
    if (chance < 0.4) return this.#stroke(untilMs);
    if (chance < 0.5) return this.#shape(untilMs);
    if (chance < 0.68) return this.#move(untilMs, id, shape);
    if (chance < 0.78) return this.#atOnce(untilMs, () => this.#restyle(id));
    if (chance < 0.86) return this.#atOnce(untilMs, () => this.#write(id, shape));
    if (chance < 0.91) return this.#atOnce(untilMs, () => this.#erase(id));
    if (chance < 0.97) return this.#atOnce(untilMs, () => this.#parts.undo());
    return this.#atOnce(untilMs, () => this.#parts.redo());
  }

  #stroke(untilMs: number): Gesture {
    const id = this.#newId();
    const style = { color: this.#one(COLOURS), width: Math.round(this.#between(2, 8)) };
    let { x, y } = this.#somewhere();
    let heading = this.#between(0, 2 * Math.PI);
    const points: { x: number; y: number; pressure: number }[] = [];
    const onTurn = (): void => {
      heading += this.#between(-0.6, 0.6);
      x += 12 * Math.cos(heading);
      y += 12 * Math.sin(heading);
      points.push({ x, y, pressure: this.#between(0.3, 0.8) });
      const part = points.slice(-MAX_PART).flatMap((point) => [point.x, point.y, point.pressure]);
      this.#show({ x, y }, "pen", ["ink:0", { id, style, points: part }]);
    };
    const end = (): void => {
      this.#parts.ephemeral.set("ink:0", null);
      this.#create(id, "stroke", { ...encodeGeom(points), style });
    };
    onTurn();
    return { untilMs, onTurn, end };
  }

  #shape(untilMs: number): Gesture {
    const [id, type] = [this.#newId(), this.#one(KINDS)];
    const from = this.#somewhere();
    const style = { color: this.#one(COLOURS), fill: type === "note" ? "yellow" : "none" };
    const size = { w: 20, h: 20 };
    const pos = (): BoardGroups["pos"] => ({ x: from.x + size.w / 2, y: from.y + size.h / 2, r: 0 });
    const onTurn = (): void => {
      size.w += this.#between(2, 10);
      size.h += this.#between(2, 10);
      const g = { pos: pos(), size: { ...size }, style };
      this.#show({ x: from.x + size.w, y: from.y + size.h }, type, ["draft", { t: "shape", id, type, g }]);
    };
    const end = (): void => {
      this.#parts.ephemeral.set("draft", null);
      const text = type === "note" || type === "text" ? { text: `Said by ${this.#parts.index}` } : {};
      this.#create(id, type, { pos: pos(), size, style, ...text });
    };
    return { untilMs, onTurn, end };
  }

  #move(untilMs: number, id: string, { g }: Shape): Gesture {
    const { x, y, r } = g.pos ?? { x: 0, y: 0, r: 0 };
    let [dx, dy] = [0, 0];
    const onTurn = (): void => {
      dx += this.#between(-15, 15);
      dy += this.#between(-15, 15);
      const draft = { t: "transform", ids: [id], transform: { t: "move", dx, dy } };
      this.#show({ x: x + dx, y: y + dy }, "select", ["draft", draft]);
    };
    const end = (): void => {
      this.#parts.ephemeral.set("draft", null);
      this.#parts.push([{ t: "set", id, g: "pos", v: { x: x + dx, y: y + dy, r } }]);
    };
    return { untilMs, onTurn, end };
  }

  #atOnce(untilMs: number, end: () => void): Gesture {
    return { untilMs, onTurn: () => {}, end };
  }

  #restyle(id: string): void {
    this.#parts.push([
      { t: "set", id, g: "style", v: { color: this.#one(COLOURS), width: Math.round(this.#between(1, 12)) } },
    ]);
  }

  /** Into a note that is a Yjs text, or over a plain one. */
  #write(id: string, { type, rich = [] }: Shape): void {
    if (type !== "note" || rich.length >= MAX_RICH_UPDATES) {
      this.#parts.push([{ t: "set", id, g: "text", v: `Written by ${this.#parts.index}, ${this.#made++}` }]);
      return;
    }
    const text = new Y.Doc();
    text.getText("text").insert(0, `Bot ${this.#parts.index} was here. `);
    this.#parts.push([{ t: "y", id, u: Y.encodeStateAsUpdate(text) }]);
    text.destroy();
  }

  #erase(id: string): void {
    this.#parts.push([{ t: "del", id }]);
  }

  #create(id: string, type: string, g: Partial<BoardGroups>): void {
    // Others do so at the same time: the server gives each a place of its own.
    this.#top = generateKeyBetween(this.#top, null);
    this.#parts.push([{ t: "create", id, type, g: { ...g, tree: { parentId: null, index: this.#top } } }]);
  }

  #show(cursor: { x: number; y: number }, tool: string, [key, value]: readonly [string, unknown]): void {
    this.#parts.ephemeral.set("cursor", { ...cursor, tool });
    this.#parts.ephemeral.set(key, value);
  }

  #newId(): string {
    return `bot-${this.#parts.index}-${this.#made++}`;
  }

  #somewhere(): { x: number; y: number } {
    return { x: this.#between(-EXTENT, EXTENT), y: this.#between(-EXTENT, EXTENT) };
  }

  #one<T>(choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.#between(0, choices.length))] ?? choices[0];
  }

  #between(least: number, most: number): number {
    return least + this.#parts.clock.random() * (most - least);
  }
}
