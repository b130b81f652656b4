import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
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

  it("is refused where it cannot be made, with its path, the reason and what to do", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");

    await assert.rejects(openDataDir(join(file, "below")), {
      code: "DATA_DIR_UNWRITABLE",
      message: `The data folder cannot be written. ${join(file, "below")} is a file, or below one (ENOTDIR). Remove the file, or choose another folder with --data-dir.`,
    });
  });

  it("is refused on a file system that is read-only, in a sentence", async function () {
    if (process.platform !== "linux" || process.getuid?.() !== 0) this.skip(); // only root can mount one
    execFileSync("mount", ["-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", folder]);

    const refused = openDataDir(join(folder, "data")).catch((error: Error) => error.message);

    const message = await refused.finally(() => execFileSync("umount", [folder]));
    assert.match(String(message), /data is on a file system that is read-only \(EROFS\)\. Mount it for writing, or /);
  });

  it("is refused where it can never be made, in a sentence", async () => {
    await assert.rejects(openDataDir("/proc/nope"), {
      message: /nope cannot be made \(ENOENT\)\. Make it yourself, or /,
    });
  });

  it("is refused where it is a file", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");

    await assert.rejects(openDataDir(file), { code: "DATA_DIR_UNWRITABLE" });
  });
});
