import { randomBytes, randomUUID } from "node:crypto";
import { link, open, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

const NAME = "token-secret";
const SECRET_BYTES = 32;
/** As it is written: so that what was cut off or changed is noticed, which would make everybody's tokens wrong. */
const WRITTEN = /^[\w-]{43}\n$/;
const PRIVATE = 0o600;
const OTHERS = 0o077;

/**
 * The node's own secret: what the file in the data folder says, which is made where it is missing. Undefined where it can
 * neither be read nor made, which the log says.
 *
 * @throws {ArenaError} SECRET_UNUSABLE where a file is there that holds no secret, or that cannot be read
 */
export async function keepSecret(dataDir: string, telemetry: Telemetry): Promise<string | undefined> {
  const file = resolve(dataDir, NAME);
  const kept = await readSecret(file, telemetry);
  if (kept !== undefined) return kept;
  try {
    await writeSecret(file);
  } catch (error) {
    telemetry.emit("secret:notKept", { file, error });
    return undefined;
  }
  return readSecret(file, telemetry); // of two processes that made it at once, both take that of the first
}

async function readSecret(file: string, telemetry: Telemetry): Promise<string | undefined> {
  let text: string;
  try {
    text = await readPrivately(file, telemetry);
  } catch (cause) {
    if (isCode(cause, "ENOENT") || isCode(cause, "ENOTDIR")) return undefined;
    throw unusable(file, `cannot be read (${codeOf(cause)})`, cause);
  }
  if (WRITTEN.test(text)) return text.trim();
  throw unusable(file, "is not as it was written");
}

/** Closes it to others where it is open to them. It goes on being used: a volume may have been mounted with wider rights. */
async function readPrivately(file: string, telemetry: Telemetry): Promise<string> {
  const opened = await open(file, "r");
  try {
    const { mode } = await opened.stat();
    if ((mode & OTHERS) !== 0) {
      telemetry.emit("secret:exposed", { file });
      await opened.chmod(PRIVATE).catch(() => {}); // somebody else's file, or a file system without rights
    }
    return await opened.readFile("utf8");
  } finally {
    await opened.close();
  }
}

/** Writes it whole or not at all, to the disk, unless another process was faster. */
async function writeSecret(file: string): Promise<void> {
  const draft = `${file}-${randomUUID()}`;
  try {
    await flush(draft, "wx", `${randomBytes(SECRET_BYTES).toString("base64url")}\n`);
    await link(draft, file);
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  await flush(dirname(file), "r");
}

async function flush(path: string, flags: string, content?: string): Promise<void> {
  const opened = await open(path, flags, PRIVATE);
  try {
    if (content !== undefined) await opened.writeFile(content);
    await opened.sync();
  } finally {
    await opened.close();
  }
}

function unusable(file: string, what: string, cause?: unknown): ArenaError {
  const advice = "Put it back from a backup, or remove it: then guests and invitations begin anew.";
  return new ArenaError("SECRET_UNUSABLE", `${file} ${what}. ${advice}`, { cause });
}

function isCode(error: unknown, code: string): boolean {
  return codeOf(error) === code;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
