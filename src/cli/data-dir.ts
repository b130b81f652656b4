import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ArenaError } from "../errors/errors.ts";

/**
 * Makes the data folder where it is missing and proves that it can be written.
 *
 * @throws ArenaError DATA_DIR_UNWRITABLE naming the folder, the reason and what to do
 */
export async function openDataDir(dataDir: string): Promise<void> {
  const probe = join(dataDir, `.probe-${process.pid}`);
  try {
    await makeDir(resolve(dataDir));
    await writeFile(probe, "");
    await rm(probe);
  } catch (cause) {
    throw new ArenaError("DATA_DIR_UNWRITABLE", `${resolve(dataDir)} ${adviceOn(cause)}`, { cause });
  }
}

interface Advice {
  readonly reason: string;
  readonly remedy: string;
}

/** What goes on after the path of the folder, by the system's code. */
const ADVICE: Readonly<Record<string, Advice>> = {
  EACCES: { reason: "may not be written by this user", remedy: "Let this user write to it" },
  EPERM: { reason: "may not be written by this user", remedy: "Let this user write to it" },
  EROFS: { reason: "is on a file system that is read-only", remedy: "Mount it for writing" },
  ENOSPC: { reason: "is on a disk that is full", remedy: "Make room on it" },
  EDQUOT: { reason: "is on a disk of which this user's share is used up", remedy: "Make room on it" },
  EIO: { reason: "is on a disk that answers with errors", remedy: "Look after the disk" },
  ENOTDIR: { reason: "is a file, or below one", remedy: "Remove the file" },
  ENOENT: { reason: "cannot be made", remedy: "Make it yourself" },
};

function adviceOn(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  const { reason, remedy } = ADVICE[code] ?? { reason: "cannot be used", remedy: "See what is there" };
  return `${reason} (${code}). ${remedy}, or choose another folder with --data-dir.`;
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
