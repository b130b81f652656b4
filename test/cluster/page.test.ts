import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";

/** They start nodes of their own, which they kill or cut off. */
const OF_ONE_NODE = ["board-storm.test.ts", "offline-edits.test.ts"];
/** What they try is the page's alone, and takes minutes; `PAGE_TESTS=all` has them go through an edge as well. */
const OF_THE_PAGE = ["bad-input", "editing", "keyboard", "tools", "touch"].map((name) => `board-${name}.test.ts`);
const LEFT_OUT = process.env["PAGE_TESTS"] === "all" ? OF_ONE_NODE : [...OF_ONE_NODE, ...OF_THE_PAGE];

describe("the page of a cluster", function () {
  this.timeout(600_000);

  it("[FWD1] passes the tests of the page through an edge", async () => {
    const files = globSync("test/browser/*.test.ts").filter((file) => !LEFT_OUT.some((name) => file.endsWith(name)));
    const mocha = ["node_modules/mocha/bin/mocha.js", "--no-config", "--exit", "--reporter", "spec"];
    const env = { ...process.env, ARENA_TEST_SITE: "cluster", NODE_V8_COVERAGE: "" };
    const run = spawn(process.execPath, [...mocha, ...files], { env, stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    run.stdout.on("data", (text: Buffer) => {
      said += text.toString();
    });
    const [code] = await once(run, "close");

    assert.equal(code, 0, said);
  });
});
