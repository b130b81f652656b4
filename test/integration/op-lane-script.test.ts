import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { startNode, type TestNode } from "../support/start-node.ts";

describe("the op lane's script of PROTOCOL.md", () => {
  let test: TestNode;
  beforeEach(async () => {
    test = await startNode();
  });
  afterEach(() => test.close());

  it("draws, is acknowledged and follows with the stock SDK, in 40 lines", async () => {
    const script = /```js\n([\s\S]*?)```/.exec(readFileSync("docs/PROTOCOL.md", "utf8"))?.[1] ?? "";
    const args = ["--input-type=module", "--eval", script, "op-lane.mjs", test.wsUrl, "script"];

    const { stdout } = await promisify(execFile)(process.execPath, args);

    assert.ok(script.trim().split("\n").length <= 40);
    assert.deepEqual(stdout.trim().split("\n"), [
      "push 1 is on disk as entry 1: commit; shapes: 1",
      "push 2 is on disk as entry 2: commit; shapes: 1",
    ]);
  });
});
