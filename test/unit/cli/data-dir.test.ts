import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDataDir } from "../../../src/cli/data-dir.ts";

describe("the data folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "arena-data-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is made with all that is missing above it", async () => {
    await openDataDir(join(folder, "a", "b"));

    assert.deepEqual(await readdir(join(folder, "a")), ["b"]);
  });

  it("keeps what it holds, and nothing is left of the trial", async () => {
    await writeFile(join(folder, "kept"), "");

    await openDataDir(folder);

    assert.deepEqual(await readdir(folder), ["kept"]);
  });

  it("is refused where it cannot be made, with its path and the system's reason", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");

    await assert.rejects(openDataDir(join(file, "below")), {
      code: "DATA_DIR_UNWRITABLE",
      message: `The data folder cannot be written. ${join(file, "below")}: ENOTDIR.`,
    });
  });

  it("is refused where it is a file", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");

    await assert.rejects(openDataDir(file), { code: "DATA_DIR_UNWRITABLE" });
  });
});
