import assert from "node:assert/strict";
import type { BoardOp } from "../../../../rooms/whiteboard/rules/board.ts";
import { create, PushedBoard, written } from "./pushed-board.ts";

const POS = { x: 0, y: 0, r: 0 };
const EDITOR = { role: "editor" };
const OWNER = { role: "owner" };
const lock = (by: "editor" | "owner"): BoardOp => ({ t: "set", id: "a", g: "lock", v: { by } });
const unlock: BoardOp = { t: "unset", id: "a", g: "lock" };
const move: BoardOp = { t: "set", id: "a", g: "pos", v: POS };

describe("a locked shape", () => {
  let board: PushedBoard;
  beforeEach(() => {
    board = new PushedBoard();
    board.pushAll([create("a", { text: "x" })]);
  });

  const changes: readonly BoardOp[] = [
    move,
    { t: "unset", id: "a", g: "text" },
    { t: "del", id: "a" },
    { t: "y", id: "a", u: written("x") },
    { t: "set", id: "a", g: "tree", v: { parentId: null, index: "a0" } },
  ];
  for (const by of ["editor", "owner"] as const) {
    for (const op of changes) {
      it(`[BRD6] by an ${by} is not changed by ${op.t} ${"g" in op ? op.g : ""}, not even by an owner`, () => {
        board.pushAll([lock(by)], OWNER);
        const was = board.records.get("a");

        assert.equal(board.push(op, OWNER), "FORBIDDEN");

        assert.equal(board.records.get("a"), was);
        assert.equal(board.refusal, "This shape is locked.");
      });
    }
  }

  it("[BRD6] is changed when it was unlocked", () => {
    board.pushAll([lock("editor"), unlock, move], EDITOR);

    assert.deepEqual(board.shape("a").g, { text: "x", pos: POS });
  });

  for (const op of [unlock, lock("editor"), lock("owner")]) {
    it(`[BRD6] by an owner is for owners alone to ${op.t}`, () => {
      board.pushAll([lock("owner")], OWNER);

      assert.equal(board.push(op, EDITOR), "FORBIDDEN");
      assert.ok(Array.isArray(board.push(op, OWNER)));
    });
  }

  it("[BRD6] is not locked for owners by an editor, nor made so, nor brought back so", () => {
    const locked = create("b", { lock: { by: "owner" } });
    board.pushAll([create("b"), { t: "del", id: "b" }]);

    assert.deepEqual(
      [lock("owner"), { ...locked, id: "c" }, { ...locked, t: "restore" } as const].map((op) => board.push(op, EDITOR)),
      ["FORBIDDEN", "FORBIDDEN", "FORBIDDEN"],
    );
  });

  it("[BRD6] lets what comes too late come too late", () => {
    board.pushAll([lock("editor")]);

    assert.deepEqual(board.push({ ...move, ifRev: 99 } as BoardOp), []);
  });

  it("may be changed as far as a client knows that does not know its role, but for the lock itself", () => {
    board.pushAll([lock("owner"), unlock, move]);

    assert.equal(board.shape("a").g.lock, undefined);
  });
});
