import { closeSync, existsSync, mkdirSync, openSync, readSync, statfsSync } from "node:fs";
import { join } from "node:path";

/** With less than this the disk counts as full. */
const MIN_FREE_BYTES = 1024 * 1024;
/** What every LMDB file has at this place. */
const MAGIC = 0xbeefc0de;
const MAGIC_OFFSET = 24;

/**
 * Makes the folder, and refuses what LMDB would not survive: on a full disk it dies by SIGBUS, since it maps its lock file
 * into memory, and by SIGSEGV on a file that is not its own.
 *
 * @throws Error with the reason
 */
export function prepareFolder(path: string): void {
  if (!existsSync(path)) mkdirSync(path);
  if (isDiskFull(path)) throw new Error("the disk is full");
  const file = join(path, "data.mdb");
  if (existsSync(file) && !isDatabase(file)) throw new Error("data.mdb is not a database of LMDB");
}

/** Whether the disk of this folder has no room to speak of, or not that for `bytes` more. */
export function isDiskFull(path: string, bytes = MIN_FREE_BYTES): boolean {
  if (!existsSync(path)) return false;
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize < bytes;
}

/** An empty file counts as one: it is what is left where a process ended while it made it. */
function isDatabase(file: string): boolean {
  const head = Buffer.alloc(MAGIC_OFFSET + 4);
  const opened = openSync(file, "r");
  try {
    const length = readSync(opened, head, 0, head.length, 0);
    return length === 0 || head.readUInt32LE(MAGIC_OFFSET) === MAGIC;
  } finally {
    closeSync(opened);
  }
}
