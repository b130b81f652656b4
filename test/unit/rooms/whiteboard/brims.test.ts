import assert from "node:assert/strict";
import { Brims } from "../../../../rooms/whiteboard/brims.ts";
import type { BoardOp } from "../../../../rooms/whiteboard/rules/board.ts";
import { create, PushedBoard, written } from "./pushed-board.ts";

const KB = 1024;

describe("texts that are full to the brim", () => {
  let brims: Brims;
  let pushed: PushedBoard;
  before(() => {
    pushed = new PushedBoard();
    for (const id of ["a", "b", "c"]) {
      pushed.pushAll([create(id)]);
      for (let n = 1; n <= 4; n++) pushed.pushAll([{ t: "y", id, u: written("x".repeat(63 * KB), n) }]);
    }
    pushed.pushAll([create("empty")]);
  });
  beforeEach(() => {
    brims = new Brims();
  });

  const add = (id: string): BoardOp => ({ t: "y", id, u: written("x".repeat(5 * KB), 9) });
  const take = (userId: string, nowMs: number, ...ids: string[]) =>
    brims.take(userId, ids.map(add), pushed.records, nowMs);

  it("[BRD9] are written in twice a second by each user, and others as they like", () => {
    assert.equal(take("ann", 0, "a", "a", "b"), undefined);
    assert.equal(take("ann", 100, "a")?.retryAfterMs, 400);
    assert.equal(take("bob", 100, "a"), undefined);
    assert.equal(take("ann", 100, "empty", "nowhere"), undefined);
    assert.equal(take("ann", 500, "a"), undefined);
  });

  it("[BRD9] are brought to the brim twice at most in one push", () => {
    pushed.pushAll([create("d"), { t: "y", id: "d", u: written("x".repeat(220 * KB), 1) }]);
    const piece: BoardOp = { t: "y", id: "d", u: written("x".repeat(31 * KB), 9) };
    const takeAll = (count: number) => brims.take("ann", Array<BoardOp>(count).fill(piece), pushed.records, 0);

    assert.equal(takeAll(7)?.code, "TOO_LARGE");
    assert.equal(takeAll(4), undefined);
    assert.equal(takeAll(2)?.code, "RATE_LIMITED");
    assert.equal(takeAll(1), undefined);
  });

  it("[BRD9] are two at most in one push", () => {
    assert.equal(take("ann", 0, "a", "b", "c")?.code, "TOO_LARGE");
    assert.equal(take("ann", 0, "a", "b"), undefined);
  });
});
