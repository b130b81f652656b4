import assert from "node:assert/strict";
import * as Y from "yjs";
import {
  type BoardGroups,
  type BoardOp,
  type BoardRecord,
  board,
  isShape,
  type Shape,
} from "../../../../rooms/whiteboard/rules/board.ts";
import { MapRecords, type OpAuthor, OpRefused } from "../../../../src/document/document.ts";

/** Who pushes, where that matters. */
export type Who = Partial<Pick<OpAuthor, "userId" | "role">>;

/** A board that is pushed to as the server does it. */
export class PushedBoard {
  readonly records = new MapRecords<BoardRecord>();
  readonly effects: (readonly [effect: BoardOp, seq: number])[] = [];
  seq = 0;
  /** Why the last push was refused, for the person who reads it. */
  refusal = "";

  /** Takes an op as a push of its own. Returns what it came to, or the code with which it was refused. */
  push(op: BoardOp, { userId = "ann", role }: Who = {}): readonly BoardOp[] | OpRefused["code"] {
    try {
      const effects = board.apply(this.records, op, { clientId: "c", userId, n: 1, role });
      this.seq++;
      for (const effect of effects) this.#evolve(effect, userId);
      return effects;
    } catch (error) {
      if (!(error instanceof OpRefused)) throw error;
      this.refusal = error.message;
      return error.code;
    }
  }

  /** Takes several, which must not be refused. */
  pushAll(ops: readonly BoardOp[], who: Who = {}): void {
    for (const op of ops) assert.ok(Array.isArray(this.push(op, who)), `${JSON.stringify(op)}: ${this.refusal}`);
  }

  shape(id: string): Shape {
    const record = this.records.get(id);
    assert.ok(isShape(record), `there is no shape ${id}`);
    return record;
  }

  parentOf(id: string): string | null | undefined {
    return this.shape(id).g.tree?.parentId;
  }

  indexOf(id: string): string {
    return this.shape(id).g.tree?.index ?? "";
  }

  /** Ids of the shapes, from bottom to top. */
  get order(): readonly string[] {
    const shapes = [...this.records.entries()].filter(([, record]) => isShape(record)).map(([id]) => id);
    return shapes.sort((a, b) => compare([this.indexOf(a), a], [this.indexOf(b), b]));
  }

  /** A copy of the records as they are. */
  get now(): MapRecords<BoardRecord> {
    const copy = new MapRecords<BoardRecord>();
    for (const [id, record] of this.records.entries()) copy.set(id, record);
    return copy;
  }

  #evolve(effect: BoardOp, userId: string): void {
    this.effects.push([effect, this.seq]);
    board.evolve(this.records, effect, stamp(this.seq, userId));
  }
}

export function stamp(seq: number, userId = "ann") {
  return { seq, clientId: "c", userId, n: seq, ts: 1000 + seq };
}

export const create = (id: string, g: Partial<BoardGroups> = {}) => ({ t: "create", id, type: "note", g }) as const;

/** A shape at a place among those that lie in nothing. */
export const at = (id: string, index: string, parentId: string | null = null) =>
  create(id, { tree: { parentId, index } });

/** A Yjs update that writes a text, by a client that nobody else is. */
export function written(text: string, clientID = 1): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = clientID;
  doc.getText("text").insert(0, text);
  return Y.encodeStateAsUpdate(doc);
}

/** What is written in updates. */
export function textOf(updates: readonly Uint8Array[] = []): string {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc.getText("text").toString();
}

function compare([key, id]: readonly [string, string], [otherKey, otherId]: readonly [string, string]): number {
  if (key !== otherKey) return key < otherKey ? -1 : 1;
  return id < otherId ? -1 : 1;
}
