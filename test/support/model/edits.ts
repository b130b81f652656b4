import assert from "node:assert/strict";
import type { History } from "./history.ts";

type EditKind = "edit" | "undo" | "redo";
/** Lost: its tab was closed before the outbox had it. Refused: its author was told that it will never be taken. */
type Fate = "pending" | "settled" | "refused" | "lost";

interface Edit {
  readonly who: number;
  readonly kind: EditKind;
  fate: Fate;
  /** It was acknowledged, and then a backup without it was restored. */
  isForfeit: boolean;
}

/** Every edit that was ever made, and what its author knows of it. */
export class Edits {
  readonly #edits: Edit[] = [];

  /** How many were made. */
  get size(): number {
    return this.#edits.length;
  }

  make(who: number, kind: EditKind): number {
    this.#edits.push({ who, kind, fate: "pending", isForfeit: false });
    return this.#edits.length - 1;
  }

  settled(edit: number): void {
    this.#become(edit, "settled");
  }

  refused(edit: number): void {
    this.#become(edit, "refused");
  }

  lost(edit: number): void {
    this.#become(edit, "lost");
  }

  isTurn(edit: number): boolean {
    return this.#edits[edit]?.kind !== "edit";
  }

  /** A backup was restored: what was acknowledged since is gone. */
  forfeitAllBut(history: History): void {
    for (const [id, edit] of this.#edits.entries()) {
      if (edit.fate === "settled" && history.placesOf(id).length === 0) edit.isForfeit = true;
    }
  }

  /** Every edit is in the log once, but for those that must not be. */
  assertExactlyOnce(history: History): void {
    for (const [id, { fate, isForfeit }] of this.#edits.entries()) {
      const times = history.placesOf(id).length;
      assert.notEqual(fate, "pending", `[CLI2] edit ${id} is waiting for ever`);
      assert.ok(times <= 1, `[LOG3] edit ${id} was applied ${times} times`);
      if (fate !== "settled") assert.equal(times, 0, `edit ${id} is ${fate}, and was applied`);
      else if (!isForfeit) assert.equal(times, 1, `[CLI2] edit ${id} was acknowledged, and is lost`);
    }
  }

  #become(id: number, fate: Fate): void {
    const edit = this.#edits[id];
    assert.ok(edit, "an edit that was never made");
    edit.fate = fate;
  }
}
