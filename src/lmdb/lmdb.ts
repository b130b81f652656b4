/**
 * lmdb: a folder with an LMDB database, opened when it is needed and written without holding anybody up.
 *
 * Where it is full, read-only or broken, calls are refused with the reason and the process goes on.
 */
import { constants } from "node:os";
import { open, type RootDatabase } from "lmdb";
import { type Clock, within } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { isDiskFull, prepareFolder } from "./folder.ts";

/** The database: keys and values are bytes, and each value has a version. */
export type Db = RootDatabase<Uint8Array, Buffer>;

const WRITE_TIMEOUT_MS = 10_000;
const RETRY_MS = 1000;
/** LMDB does not recover from a failed write of its first pages: whatever comes then never comes back. */
const HANGS = "a write does not come back; where this lasts, start the process anew";

/**
 * The folder of an LMDB store: opened when it is first needed, and again later where that failed. Writes of all logs that
 * come while one is on its way to the disk share the next commit.
 */
export class LmdbEnv {
  readonly #path: string;
  readonly #clock: Clock;
  #db: Db | undefined;
  /** Writes that have not come back in time, and may still. */
  #overdue = 0;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** @throws ArenaError LOG_UNAVAILABLE with the system's reason */
  get db(): Db {
    this.#db ??= this.#open();
    return this.#db;
  }

  /**
   * Resolves when what `change` writes is on disk; false where its condition did not hold, and nothing was written.
   * `change` must be one conditional write of lmdb's, whose promise covers all that it writes.
   *
   * @throws ArenaError LOG_UNAVAILABLE: nothing was written; LOG_UNCERTAIN: the disk did not answer in time, or failed
   */
  async write(change: (db: Db) => Promise<boolean>): Promise<boolean> {
    // What is handed over behind a write that hangs would hang too, and might be written long after it was given up.
    if (this.#overdue > 0) throw this.#unavailable(HANGS);
    let isLate = false;
    const written = this.#commit(change).finally(() => {
      if (isLate) this.#overdue--;
    });
    return within(this.#clock, WRITE_TIMEOUT_MS, written, () => {
      isLate = true;
      this.#overdue++;
      throw new ArenaError("LOG_UNCERTAIN", `${this.#path}: ${HANGS}.`);
    });
  }

  /** @throws ArenaError LOG_UNAVAILABLE where the disk has less than `bytes` left */
  assertFree(bytes: number): void {
    if (isDiskFull(this.#path, bytes)) throw this.#unavailable(`the disk has less than ${bytes} bytes left`);
  }

  /** Closes the database; one whose writes hang is left to the end of the process, since closing would hang as well. */
  async close(): Promise<void> {
    if (this.#overdue === 0) await this.#db?.close();
  }

  async #commit(change: (db: Db) => Promise<boolean>): Promise<boolean> {
    try {
      return await change(this.db);
    } catch (error) {
      if (error instanceof ArenaError) throw error;
      throw this.#failure(await commitErrorOf(error));
    }
  }

  /** LMDB calls it an input/output error too where only a part of a write found room. Any other may have left a trace. */
  #failure(cause: unknown): ArenaError {
    if (isDiskFull(this.#path)) return this.#unavailable("the disk is full", cause);
    if (codeOf(cause) !== constants.errno.EIO) return this.#unavailable(reasonOf(cause), cause);
    return new ArenaError("LOG_UNCERTAIN", `${this.#path}: ${reasonOf(cause)}.`, { cause });
  }

  #open(): Db {
    const options = {
      path: this.#path,
      noSubdir: false, // else a folder with a dot in its name is taken for a file
      encoding: "binary" as const,
      keyEncoding: "binary" as const,
      useVersions: true,
      overlappingSync: false, // a write resolves when its commit is on disk, not when others can see it
      // The batch that lmdb would make of each turn has a promise that nobody gets to see, and that rejects unhandled.
      eventTurnBatching: false,
      txnStartThreshold: Number.MAX_SAFE_INTEGER, // instead, all writes of one turn share a commit like this
    };
    try {
      prepareFolder(this.#path);
      return open<Uint8Array, Buffer>(options);
    } catch (cause) {
      throw this.#unavailable(reasonOf(cause), cause);
    }
  }

  #unavailable(reason: string, cause?: unknown): ArenaError {
    return new ArenaError("LOG_UNAVAILABLE", `${this.#path}: ${reason}.`, {
      details: { retryAfterMs: RETRY_MS },
      cause,
    });
  }
}

/** Why a commit failed: lmdb rejects each write with an error that has a promise, which rejects with the reason. */
async function commitErrorOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && "commitError" in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (reason) {
    return reason;
  }
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && "code" in cause ? cause.code : undefined;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
