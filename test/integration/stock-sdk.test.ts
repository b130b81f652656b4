import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { startNode, type TestNode } from "../support/start-node.ts";

/** The first TypeScript block of docs/PROTOCOL.md. */
function documentedScript(): string {
  const script = /```ts\n([\s\S]*?)```/.exec(readFileSync("docs/PROTOCOL.md", "utf8"))?.[1];
  assert.ok(script, "PROTOCOL.md shows a script");
  return script;
}

describe("the script of PROTOCOL.md", () => {
  let test: TestNode;
  beforeEach(async () => {
    test = await startNode();
  });
  afterEach(() => test.close());

  it("joins every room with the stock SDK, in 20 lines", async () => {
    const script = documentedScript();
    const args = ["--input-type=module-typescript", "--eval", script, "stock-sdk.ts", test.wsUrl];

    const { stdout, stderr } = await promisify(execFile)(process.execPath, args);

    assert.ok(script.trim().split("\n").length <= 20);
    assert.match(stdout, /^arena: 4 ships, playing$/m);
    assert.match(stdout, /^lobby: pong 42$/m);
    assert.match(stdout, /^synthetic: 10 entities$/m);
    assert.doesNotMatch(stderr, /Error/);
  });
});
