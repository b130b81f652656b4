import assert from "node:assert/strict";
import { type BoardGroup, type BoardRecord, isShape, type ShapeOp } from "../../../rooms/whiteboard/rules/board.ts";
import type { Fold, History } from "./history.ts";

/** Checks what the last entry of a history did against the rules of a board. */
export function assertBoardRules(history: History, isUndo: boolean): void {
  const [before, after] = [history.at(history.seq - 1), history.at(history.seq)];
  const told = history.all.at(-1);
  if (!told) return;
  const { clientId } = told.entry;
  const effects = told.entry.effects as readonly ShapeOp[]; // the model pushes no others
  for (const effect of effects) {
    assertNoResurrection(effect, before, after);
    assertNoCycle(effect.id, after);
    if (isUndo) assertOwn(effect, before.get(effect.id), (rev) => history.all[rev - 1]?.entry.clientId === clientId);
  }
}

function assertNoResurrection(effect: ShapeOp, before: Fold, after: Fold): void {
  const wasGone = before.has(effect.id) && !isShape(before.get(effect.id));
  const isBack = wasGone && isShape(after.get(effect.id));
  assert.ok(!isBack || effect.t === "restore", `[BRD2] a ${effect.t} brought "${effect.id}" back`);
}

function assertNoCycle(id: string, fold: Fold): void {
  const seen = new Set<string>();
  for (let above: string | null = id; above !== null; above = parentOf(fold.get(above))) {
    assert.ok(!seen.has(above), `[BRD3] "${id}" lies inside of itself`);
    seen.add(above);
  }
}

function parentOf(record: BoardRecord | undefined): string | null {
  return isShape(record) ? (record.g.tree?.parentId ?? null) : null;
}

/** What an undo writes over was written by the same client. Of a text it takes away words of its own, beside those of others. */
function assertOwn(effect: ShapeOp, record: BoardRecord | undefined, isOwn: (rev: number) => boolean): void {
  const revs = isShape(record) ? revsOf(effect, record.rev) : [record && "gone" in record ? record.gone : 0];
  for (const rev of revs) assert.ok(rev === 0 || isOwn(rev), `[CLI6] an undo changed what entry ${rev} of another did`);
}

function revsOf(effect: ShapeOp, rev: Readonly<Partial<Record<BoardGroup | "rich", number>>>): readonly number[] {
  if (effect.t === "y") return [];
  return effect.t === "set" || effect.t === "unset" ? [rev[effect.g] ?? 0] : Object.values(rev);
}
