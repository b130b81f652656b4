import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ArenaError } from "../errors/errors.ts";

/**
 * Makes the data folder where it is missing and proves that it can be written.
 *
 * @throws ArenaError DATA_DIR_UNWRITABLE with the folder and the system's reason
 */
export async function openDataDir(dataDir: string): Promise<void> {
  const probe = join(dataDir, `.probe-${process.pid}`);
  try {
    await makeDir(resolve(dataDir));
    await writeFile(probe, "");
    await rm(probe);
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new ArenaError("DATA_DIR_UNWRITABLE", `${resolve(dataDir)}: ${reason}.`, { cause });
  }
}

/**
 * Makes a folder and those above it, one at a time: Node's own recursion never ends where a file system answers that
 * nothing can be made in a folder that is there (/proc).
 */
async function makeDir(path: string): Promise<void> {
  if (await isThere(path)) return;
  if (dirname(path) !== path) await makeDir(dirname(path));
  await mkdir(path).catch((error: unknown) => ignoreOthersWork(error));
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Another process may have made the folder a moment before. */
function ignoreOthersWork(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
}
