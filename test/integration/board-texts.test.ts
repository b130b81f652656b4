import assert from "node:assert/strict";
import { joinBoard } from "../support/board-client.ts";
import { startNode, type TestNode } from "../support/start-node.ts";
import { written } from "../unit/rooms/whiteboard/pushed-board.ts";

const KB = 1024;

describe("texts of a board", () => {
  let test: TestNode;
  before(async () => {
    test = await startNode();
  });
  after(() => test.close());

  it("[BRD9] are brought to the brim twice a second, also where what was pushed before is not safe yet", async () => {
    const ann = await joinBoard(test.wsUrl, "full");
    ann.push(1, { t: "create", id: "a", type: "note", g: {} });
    for (const author of [1, 2, 3, 4])
      ann.push(1 + author, { t: "y", id: "a", u: written("x".repeat(55 * KB), author) });
    await ann.next("op:ack", 5);

    const again = { t: "y", id: "a", u: written("x".repeat(31 * KB), 1) }; // which is there already
    for (let n = 6; n <= 9; n++) ann.push(n, again);

    const { n, code } = await ann.next("op:nack");
    assert.deepEqual([n, code], [9, "RATE_LIMITED"]);
  });
});
