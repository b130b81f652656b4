import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";

/** Installs a package and a Vite that builds an empty page, and notes each of its calls. */
const NPM = `#!/bin/sh
echo "$@" >> npm-calls
mkdir -p node_modules/vite/bin
cat > node_modules/vite/bin/vite.js <<'END'
const { appendFileSync, mkdirSync, writeFileSync } = require("node:fs");
mkdirSync("client-sample/dist", { recursive: true });
writeFileSync("client-sample/dist/index.html", "");
appendFileSync("vite-calls", process.argv.slice(2).join(" ") + "\\n");
END
cp package-lock.json node_modules/.package-lock.json
`;
const FAILING_NPM = `#!/bin/sh
echo "the registry is away" >&2
exit 7
`;

/** What the page is built from. */
const SOURCES = [
  "client-sample",
  "src/protocol",
  "src/clock",
  "src/client",
  "src/document",
  "rooms/arena/rules",
  "rooms/whiteboard/rules",
  "rooms/chat/rules",
];

const lockFile = (version: string): string =>
  JSON.stringify({
    packages: { "": { name: "clone" }, "node_modules/vite": { version, integrity: `sha-${version}` } },
  });

describe("set-up", () => {
  let clone: string;
  beforeEach(async () => {
    clone = await mkdtemp(join(tmpdir(), "arena-setup-"));
    await cp("scripts/setup.mjs", join(clone, "scripts/setup.mjs"));
    for (const folder of SOURCES) {
      await mkdir(join(clone, folder), { recursive: true });
      await writeFile(join(clone, folder, "source.ts"), "");
    }
    await writeFile(join(clone, "package-lock.json"), lockFile("1.0.0"));
    await provide(NPM);
  });
  afterEach(() => rm(clone, { recursive: true }));

  const provide = (npm: string) => writeFile(join(clone, "npm"), npm, { mode: 0o755 });
  const linesOf = async (file: string) => (await readFile(join(clone, file), "utf8")).trim().split("\n");

  async function setUp(args: readonly string[] = [], env: Record<string, string> = {}) {
    const path = [clone, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter);
    const child = spawn(process.execPath, ["scripts/setup.mjs", ...args], {
      cwd: clone,
      env: { PATH: path, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    return { code, stdout, stderr };
  }

  it("installs what the lock file names, once", async () => {
    await setUp();

    const again = await setUp();

    assert.deepEqual(again, { code: 0, stdout: "", stderr: "" });
    assert.equal((await linesOf("npm-calls")).length, 1);
  });

  it("says on standard error what it does, and nothing on standard output", async () => {
    const { stdout, stderr } = await setUp(["--page"]);

    assert.equal(stdout, "");
    assert.deepEqual(stderr.trim().split("\n"), [
      "Installing what package-lock.json names ...",
      "Building the page ...",
    ]);
  });

  it("installs again when the lock file has changed", async () => {
    await setUp();
    await writeFile(join(clone, "package-lock.json"), lockFile("1.0.1"));

    await setUp();

    assert.equal((await linesOf("npm-calls")).length, 2);
  });

  it("installs what building and testing needs, also in production", async () => {
    await setUp([], { NODE_ENV: "production" });

    assert.match((await linesOf("npm-calls"))[0] ?? "", /^ci --include=dev --include=optional /);
  });

  it("builds the page once for the same sources", async () => {
    await setUp(["--page"]);

    await setUp(["--page"]);

    assert.equal((await linesOf("vite-calls")).length, 1);
  });

  for (const folder of SOURCES) {
    it(`builds the page again when ${folder} has changed`, async () => {
      await setUp(["--page"]);
      await writeFile(join(clone, folder, "source.ts"), "changed");

      await setUp(["--page"]);

      assert.equal((await linesOf("vite-calls")).length, 2);
    });
  }

  it("builds the page again when it is gone", async () => {
    await setUp(["--page"]);
    await rm(join(clone, "client-sample/dist"), { recursive: true });

    await setUp(["--page"]);

    assert.equal((await linesOf("vite-calls")).length, 2);
  });

  it("builds the page again when somebody else has built it since", async () => {
    await setUp(["--page"]);
    await writeFile(join(clone, "client-sample/dist/index.html"), "from other sources");

    await setUp(["--page"]);

    assert.equal((await linesOf("vite-calls")).length, 2);
  });

  it("leaves nothing but the page where it is served", async () => {
    await setUp(["--page"]);

    assert.deepEqual(await readdir(join(clone, "client-sample/dist")), ["index.html"]);
  });

  it("does its work once when it is started several times at once", async () => {
    const results = await Promise.all([setUp(["--page"]), setUp(["--page"]), setUp(["--page"])]);

    assert.deepEqual(
      results.map(({ code }) => code),
      [0, 0, 0],
    );
    assert.equal((await linesOf("npm-calls")).length, 1);
    assert.equal((await linesOf("vite-calls")).length, 1);
  });

  it("takes over the lock of a process that died, once, however many wait for it", async () => {
    const dead = spawn(process.execPath, ["-e", ""]);
    await once(dead, "close");
    await writeFile(join(clone, ".setup.lock"), String(dead.pid));

    const results = await Promise.all([setUp(), setUp()]);

    assert.deepEqual(
      results.map(({ code }) => code),
      [0, 0],
    );
    assert.equal((await linesOf("npm-calls")).length, 1);
  });

  it("leaves no lock behind", async () => {
    await setUp();

    assert.deepEqual(
      (await readdir(clone)).filter((name) => name.startsWith(".setup")),
      [],
    );
  });

  it("says why it cannot go on, ends with 1 and leaves the next one free to try", async () => {
    await provide(FAILING_NPM);
    const failed = await setUp();
    await provide(NPM);

    const next = await setUp();

    assert.deepEqual([failed.code, failed.stdout, next.code], [1, "", 0]);
    assert.match(failed.stderr, /the registry is away\nnpm ci failed; its output above says why\.\n$/);
  });

  it("names the browser that is missing", async () => {
    const { code, stderr } = await setUp(["--tests"], { CHROMIUM_PATH: "/nowhere/chromium" });

    assert.equal(code, 1);
    assert.match(
      stderr,
      /The browser tests need Chromium at \/nowhere\/chromium; install it or set CHROMIUM_PATH\.\n$/,
    );
  });

  it("names the Redis that is missing", async () => {
    const env = { CHROMIUM_PATH: process.execPath, REDIS_SERVER_PATH: "/nowhere/redis-server" };

    const { code, stderr } = await setUp(["--tests"], env);

    assert.equal(code, 1);
    assert.match(
      stderr,
      /The cluster and its tests need Redis at \/nowhere\/redis-server; install it or set REDIS_SERVER_PATH\.\n$/,
    );
  });

  it("is content with the browser and the Redis that it is told of", async () => {
    const env = { CHROMIUM_PATH: process.execPath, REDIS_SERVER_PATH: process.execPath };

    const { code, stderr } = await setUp(["--tests"], env);

    assert.deepEqual([code, stderr], [0, "Installing what package-lock.json names ...\n"]);
  });

  it("refuses a word that it does not know", async () => {
    const { code, stderr } = await setUp(["--pgae"]);

    assert.deepEqual([code, stderr], [1, "--pgae is not known here; there are --page, --tests, --redis.\n"]);
  });
});
