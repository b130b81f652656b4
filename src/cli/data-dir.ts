import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ArenaError } from "../errors/errors.ts";

/**
 * Makes the data folder where it is missing and proves that it can be written.
 *
 * @throws ArenaError DATA_DIR_UNWRITABLE with the folder and the system's reason
 */
export async function openDataDir(dataDir: string): Promise<void> {
  const probe = join(dataDir, `.probe-${process.pid}`);
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(probe, "");
    await rm(probe);
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new ArenaError("DATA_DIR_UNWRITABLE", `${resolve(dataDir)}: ${reason}.`, { cause });
  }
}
