import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@colyseus/sdk";
import { OPTIONS } from "../../src/config/config.ts";
import { type NodeProcess, spawnNode } from "../support/spawn-node.ts";

describe("the start command", () => {
  let folder: string;
  let node: NodeProcess | undefined;

  const start = (args: string[], env: Record<string, string> = {}): NodeProcess => {
    const usual = { "--port": "0", "--host": "127.0.0.1", "--data-dir": join(folder, "data") };
    const missing = Object.entries(usual).filter(([flag]) => !args.includes(flag));
    node = spawnNode([...missing.flat(), ...args], env);
    return node;
  };
  const assertOneSentence = (stderr: string): void => {
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
    assert.doesNotMatch(stderr, /\n\s+at /);
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "arena-test-"));
  });
  afterEach(async () => {
    node?.child.kill("SIGKILL");
    await rm(folder, { recursive: true });
  });

  it("[NOD1] prints exactly one line on standard output, when it serves", async () => {
    const { ready, lines, child } = start(["--node-id", "alpha"]);

    const line = await ready;
    const answer = await fetch(`http://127.0.0.1:${line.port}/readyz`);

    const { bootId } = line;
    assert.match(bootId, /^[\w-]+$/);
    assert.deepEqual({ ...line, port: 0 }, { event: "ready", port: 0, pid: child.pid, nodeId: "alpha", bootId });
    assert.equal(answer.status, 200);
    assert.equal(lines.length, 1);
  });

  it("[NOD1] says in plain words where to point the browser", async () => {
    const { ready, stderr } = start([]);

    const { port } = await ready;

    assert.match(stderr(), new RegExp(`Open http://127\\.0\\.0\\.1:${port}/ in a browser`));
  });

  it("[NOD2] refuses a taken port with one sentence and exit code 1", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address ? address.port : 0;

    const { ended, stderr } = start(["--port", String(port), "--log-level", "silent"]);

    assert.equal(await ended, 1);
    assertOneSentence(stderr());
    assert.match(stderr(), new RegExp(`${port} is in use`));
    other.close();
  });

  it("[NOD2] refuses an unwritable data folder with one sentence and exit code 1", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");

    const { ended, stderr } = start(["--data-dir", join(file, "below")]);

    assert.equal(await ended, 1);
    assertOneSentence(stderr());
    assert.match(stderr(), /cannot be written.*ENOTDIR/);
  });

  for (const [what, args, env, expected] of [
    ["an unknown flag", ["--prot", "1"], {}, /--prot is not an option/],
    ["an unknown variable", [], { ARENA_PROT: "1" }, /ARENA_PROT is not an option/],
    ["a port out of bounds", ["--port", "70000"], {}, /--port: expected a whole number from 0 to 65535, got "70000"/],
    ["a stray word", ["serve"], {}, /"serve" is not expected/],
    [
      "an address of no Redis, without showing it",
      [],
      { REDIS_URL: "x:secret@host" },
      /REDIS_URL: expected (?!.*secret)/,
    ],
  ] as const) {
    it(`[NOD2] refuses ${what} with one sentence and exit code 1`, async () => {
      const { ended, stderr } = start([...args], env);

      assert.equal(await ended, 1);
      assertOneSentence(stderr());
      assert.match(stderr(), expected);
    });
  }

  it("[NOD3] tells its clients, ends its rooms and exits with 0 on SIGTERM", async () => {
    const { ready, child, ended } = start([]);
    const { port } = await ready;
    const room = await new Client(`ws://127.0.0.1:${port}`).joinOrCreate("lobby");
    const left = new Promise((resolve) => room.onLeave(resolve));

    child.kill("SIGTERM");

    assert.equal(await left, 4001);
    assert.equal(await ended, 0);
  });

  it("[NOD3] ends long before its deadline also when it is told to while people join", async () => {
    const { ready, child, ended } = start(["--drain-ms", "60000", "--log-level", "silent"]);
    const { port } = await ready;
    const sdk = new Client(`ws://127.0.0.1:${port}`);
    const joins = Array.from({ length: 20 }, () => sdk.joinOrCreate("arena"));
    void Promise.allSettled(joins); // a join that a dying node answers may never settle in the SDK

    await Promise.race(joins);
    child.kill("SIGTERM");

    assert.equal(await ended, 0); // the test's own bound is far below the deadline
  });

  it("[NOD2] refuses a data folder that can never be made, and does not try for ever", async () => {
    const { ended, stderr } = start(["--data-dir", "/proc/nope"]);

    assert.equal(await ended, 1);
    assertOneSentence(stderr());
  });

  it("prints every option for --help", async () => {
    const { ended, lines } = start(["--help"]);

    assert.equal(await ended, 0);
    const help = lines.join("\n");
    for (const { flag, env } of OPTIONS) {
      assert.ok(help.includes(`--${flag}`) && help.includes(env), flag);
    }
  });

  it("makes the data folder where it is missing", async () => {
    const { ready } = start([]);

    await ready;

    await assert.rejects(readFile(join(folder, "data")), { code: "EISDIR" });
  });
});
