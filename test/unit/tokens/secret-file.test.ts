import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTelemetry, type Telemetry } from "../../../src/telemetry/telemetry.ts";
import { keepSecret } from "../../../src/tokens/tokens.ts";

describe("the secret in the data folder", () => {
  let folder: string;
  let file: string;
  let telemetry: Telemetry;
  let said: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "arena-secret-"));
    file = join(folder, "token-secret");
    telemetry = createTelemetry();
    said = [];
    for (const name of ["secret:notKept", "secret:exposed"] as const) telemetry.on(name, () => said.push(name));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("[TOK12] is made once, for the node alone to read, and nothing else is left there", async () => {
    const secret = await keepSecret(folder, telemetry);

    assert.match(String(secret), /^[\w-]{43}$/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(folder), ["token-secret"]);
    assert.equal(await keepSecret(folder, telemetry), secret);
    assert.deepEqual(said, []);
  });

  it("[TOK12] is another in each folder", async () => {
    const other = join(folder, "other");
    await mkdir(other);

    assert.notEqual(await keepSecret(folder, telemetry), await keepSecret(other, telemetry));
  });

  it("[TOK12] is the same for all who make it at once", async () => {
    const secrets = await Promise.all(Array.from({ length: 8 }, () => keepSecret(folder, telemetry)));

    assert.equal(new Set(secrets).size, 1);
  });

  for (const [what, content] of [
    ["empty", ""],
    ["cut off", "a".repeat(20)],
    ["cut off at its end", "a".repeat(43)],
    ["too long", `${"a".repeat(44)}\n`],
    ["full of zeros", "\0".repeat(44)],
    ["another text", "a secret of this server that is long enough\n"],
  ] as const) {
    it(`[TOK12] ends the start where it is ${what}, names the file, shows nothing of it and leaves it`, async () => {
      await writeFile(file, content, { mode: 0o600 });

      await assert.rejects(keepSecret(folder, telemetry), (error: Error & { code?: string }) => {
        assert.equal(error.code, "SECRET_UNUSABLE");
        assert.ok(error.message.includes(file) && /backup, or remove it/.test(error.message), error.message);
        return content.length < 20 || !error.message.includes(content.trim());
      });
      assert.equal(await readFile(file, "utf8"), content);
    });
  }

  it("[TOK12] ends the start where a folder has its place", async () => {
    await mkdir(file);

    await assert.rejects(keepSecret(folder, telemetry), { code: "SECRET_UNUSABLE", message: /EISDIR/ });
  });

  it("[TOK12] is closed to others who could read it, goes on, and the log says so", async () => {
    const secret = await keepSecret(folder, telemetry);
    await chmod(file, 0o644);

    assert.equal(await keepSecret(folder, telemetry), secret);

    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.deepEqual(said, ["secret:exposed"]);
  });

  for (const where of ["missing", "file/below"]) {
    it(`[TOK12] is the process' own where there is no folder to keep it in, and the log says so: ${where}`, async () => {
      await writeFile(join(folder, "file"), "");

      assert.equal(await keepSecret(join(folder, where), telemetry), undefined);

      assert.deepEqual(said, ["secret:notKept"]);
    });
  }
});
