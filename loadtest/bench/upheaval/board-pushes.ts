import { type BoardOp, type BoardRecord, board } from "../../../rooms/whiteboard/rules/board.ts";
import type { DocumentScenario } from "../../documents/document-scenario.ts";
import type { BotEvidence } from "../../documents/verification.ts";
import type { Member } from "./member.ts";

/** Somebody on a board, who knows in the end what was acknowledged. */
export interface BoardMember extends Member {
  /** The last entry that it has. */
  readonly seq: number;
  evidence(): BotEvidence;
}

/** Of so many pushes one makes a shape, and the others move it. */
const PUSHES_PER_SHAPE = 8;

/** What the witness of a board and those on it have in common. */
export const BOARD: Pick<DocumentScenario<BoardOp, BoardRecord>, "room" | "rules" | "marksOf"> = {
  room: "whiteboard",
  rules: board,
  marksOf,
};

/** Ids of the shapes that ops make. */
export function marksOf(ops: readonly BoardOp[]): readonly string[] {
  return ops.flatMap((op) => (op.t === "create" ? [op.id] : []));
}

/** What push number `n` of somebody is, from 1. */
export function opsOf(name: string, n: number): BoardOp[] {
  const id = `${name}-${Math.ceil(n / PUSHES_PER_SHAPE)}`;
  if (n % PUSHES_PER_SHAPE === 1) return [{ t: "create", id, type: "mark", g: {} }];
  return [{ t: "set", id, g: "pos", v: { x: n, y: 0, r: 0 } }];
}
