import { type Clock, within } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { type LogMedium, OwnedLog } from "./owned-log.ts";
import type { LogStore, StoredLog } from "./store.ts";

/** What a kind of store does; {@link OwnedStore} adds what is the same for all. */
export interface StoreMedium {
  readonly description: string;
  /**
   * Makes the log of `key` this writer's, and makes it where there is none. See {@link LogStore.open}.
   *
   * @throws ArenaError LOG_FENCED for an old `ownerEpoch`; LOG_UNAVAILABLE
   */
  take(key: string, ownerEpoch: number | undefined): Promise<LogMedium>;
  /** Called once, when no log is held any more. */
  close(): Promise<void>;
}

/** What is the same for every kind of store. */
export interface OwnedStoreOptions {
  readonly clock: Clock;
  /** Most bytes of history that a log keeps; 0 keeps none. @default 64 MiB */
  readonly maxHistoryBytes?: number | undefined;
}

const MAX_HISTORY_BYTES = 64 * 1024 * 1024;
const MAX_KEY_LENGTH = 256;
const CLOSE_TIMEOUT_MS = 10_000;

/** A store that opens each log once at a time, and ends after the last write of each. */
export class OwnedStore implements LogStore {
  readonly #medium: StoreMedium;
  readonly #clock: Clock;
  readonly #maxHistoryBytes: number;
  readonly #logs = new Map<string, Promise<OwnedLog>>();
  #closed: Promise<void> | undefined;

  constructor(medium: StoreMedium, { clock, maxHistoryBytes = MAX_HISTORY_BYTES }: OwnedStoreOptions) {
    this.#medium = medium;
    this.#clock = clock;
    this.#maxHistoryBytes = maxHistoryBytes;
  }

  get description(): string {
    return this.#medium.description;
  }

  async open(key: string, ownerEpoch?: number): Promise<StoredLog> {
    assertKey(key);
    const closing = (await this.#logs.get(key)?.catch(() => undefined))?.closing;
    if (closing) await within(this.#clock, CLOSE_TIMEOUT_MS, closing, () => undefined);
    if (this.#closed) throw new ArenaError("LOG_UNAVAILABLE", "The store was closed.");
    if (this.#logs.has(key)) throw new ArenaError("LOG_IN_USE", "", { details: { key } });
    const log = this.#take(key, ownerEpoch);
    this.#logs.set(key, log);
    return log;
  }

  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #take(key: string, ownerEpoch: number | undefined): Promise<OwnedLog> {
    try {
      const medium = await this.#medium.take(key, ownerEpoch);
      return new OwnedLog(medium, this.#maxHistoryBytes, () => void this.#logs.delete(key));
    } catch (error) {
      this.#logs.delete(key);
      throw error;
    }
  }

  async #closeAll(): Promise<void> {
    await Promise.all([...this.#logs.values()].map((opening) => opening.then((log) => log.close()).catch(() => {})));
    await this.#medium.close();
  }
}

/** Half a surrogate pair is refused too: in UTF-8 all of them are one character, and two logs would be one. */
function assertKey(key: string): void {
  if (key.length >= 1 && key.length <= MAX_KEY_LENGTH && key.isWellFormed()) return;
  throw new RangeError(`A log's key is a text of 1 to ${MAX_KEY_LENGTH} characters.`);
}
