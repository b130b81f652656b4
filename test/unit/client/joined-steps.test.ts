import assert from "node:assert/strict";
import { type BoardOp, type BoardRecord, board } from "../../../rooms/whiteboard/rules/board.ts";
import { Settled } from "../../../src/client/guards.ts";
import { type PushChanges, UndoStacks } from "../../../src/client/undo.ts";
import { BoardReplica, createOp, moveOp, xOf } from "./client-fixtures.ts";

/** Makes a shape, serial 1, and moves it, serial 2. */
function clientWithMovedShape(): BoardReplica {
  const client = new BoardReplica();
  client.edit(createOp("a", 1));
  client.edit(moveOp("a", 2));
  return client;
}

function editJoined(client: BoardReplica, op: BoardOp, joins: number): void {
  client.tell((replica) => replica.editAll([op], 0, joins));
  client.store();
}

function undo(client: BoardReplica, direction: "undo" | "redo" = "undo"): void {
  client.tell((replica) => replica.turn(direction, 0));
  client.store();
}

describe("steps of undo that are joined", () => {
  it("undoes a push together with the one that it joins", () => {
    const client = clientWithMovedShape();
    editJoined(client, moveOp("a", 3), 2);

    undo(client);

    assert.equal(xOf(client.replica.get("a")), 1);
  });

  it("does a joined step again as a whole", () => {
    const client = clientWithMovedShape();
    editJoined(client, moveOp("a", 3), 2);

    undo(client);
    undo(client, "redo");

    assert.equal(xOf(client.replica.get("a")), 3);
  });

  it("keeps a step of its own where the one to join was undone", () => {
    const client = clientWithMovedShape();
    undo(client);
    editJoined(client, moveOp("a", 3), 2);

    undo(client);

    assert.equal(xOf(client.replica.get("a")), 1);
    assert.ok(client.replica.can("undo"));
  });

  it("joins what is durable by now", () => {
    const { stacks, settled, push } = stacksOfOneShape();
    settled.add(1, 11);

    stacks.add([push(2, 11, -2)], 1);

    assert.equal(stacks.next("undo")?.length, 2);
  });

  it("does not join where somebody else has changed the same record between the two", () => {
    const { stacks, settled, push } = stacksOfOneShape();
    settled.add(1, 11);

    stacks.add([push(2, 12, -2)], 1);

    assert.equal(stacks.next("undo")?.length, 1);
  });
});

/** One push, serial 1, has changed a shape. */
function stacksOfOneShape() {
  const shape = (rev: number): BoardRecord => ({
    type: "rect",
    g: { pos: { x: 0, y: 0, r: 0 } },
    rev: { pos: rev },
    by: "",
    at: 0,
  });
  const push = (serial: number, before: number, after: number): PushChanges<BoardRecord> => ({
    serial,
    changes: [{ id: "a", before: shape(before), after: shape(after) }],
  });
  const settled = new Settled();
  const stacks = new UndoStacks<BoardRecord>(10, settled, (change) => board.invert?.(change) ?? []);
  stacks.add([push(1, 5, -1)]);
  return { stacks, settled, push };
}
