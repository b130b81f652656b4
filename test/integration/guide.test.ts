import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { TodoRoom } from "../../examples/todo/todo-room.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

describe("the guide to a collaborative room", () => {
  let test: TestNode;
  beforeEach(async () => {
    test = await startNode({}, { todo: { room: TodoRoom, filterBy: ["id"] } });
  });
  afterEach(() => test.close());

  it("has a client that adds, is told that it is saved, and takes back its last", async () => {
    const run = (...texts: string[]) =>
      promisify(execFile)(process.execPath, ["examples/todo/todo-client.ts", test.wsUrl, "groceries", ...texts]);

    const first = await run("milk", "bread");
    const second = await run("eggs");

    assert.match(first.stdout, /^"milk" is saved as entry 1$/m);
    assert.match(first.stdout, /^"bread" is saved as entry 2$/m);
    assert.match(first.stdout, /\n\[ '- milk' \]\n[^[]*$/); // bread was undone
    assert.match(second.stdout, /^"eggs" is saved as entry 4$/m);
    assert.match(second.stdout, /^\[ '- milk', '- eggs' \]$/m);
  });
});
