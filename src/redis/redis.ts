/**
 * redis: a Redis, a Valkey or a cluster of them, over a connection that comes and goes, and what it keeps of what it is given.
 *
 * Stores run scripts through a link and learn what came of them; nothing here knows what is stored.
 */
import { within } from "../clock/clock.ts";
import {
  type ClientOptions,
  describeAddress,
  evaluate,
  learnDurability,
  openClient,
  type RedisClient,
} from "./client.ts";
import type { Durability } from "./durability.ts";
import { judgeFailure, RedisFailure, withoutCommand } from "./failure.ts";
import { FsyncGate } from "./fsync-gate.ts";
import type { Script } from "./script.ts";

export { openClient, type RedisClient } from "./client.ts";
export type { Durability } from "./durability.ts";
export { RedisFailure } from "./failure.ts";
export { type Script, script } from "./script.ts";

/** What a link is made of. */
export interface LinkOptions extends ClientOptions {
  /** How long a command is tried again; the last attempt may take `commandTimeoutMs` more. */
  readonly giveUpMs: number;
  readonly onConnected: () => void;
  readonly onDisconnected: (error: Error) => void;
}

/** What came of a command. */
export interface Sent<T> {
  readonly reply: T;
  /** An earlier attempt may have done it, or may do it yet: the reply may be to a repetition. */
  readonly isRepetition: boolean;
}

/** Of one script: its keys, and its arguments. */
export interface Call {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly (string | Buffer)[];
}

const MIN_WAIT_MS = 20;
const MAX_WAIT_MS = 500;

/**
 * Redis, over a connection that comes and goes. Nothing queues while it is away: each command is tried again for a bounded
 * time, so it has to be one that may be done twice, and late.
 */
export class RedisLink {
  readonly address: string;
  readonly #client: RedisClient;
  readonly #options: LinkOptions;
  readonly #gate: FsyncGate;
  #durability: Durability;
  /** What the Redis keeps that is connected now, once that is known. Does not reject. */
  #learned: Promise<Durability>;
  #isUp = true;
  #connections = 1;
  #lastError = new Error("It closed the connection.");
  #isClosed = false;

  /** Use {@link connectRedis}. */
  constructor(client: RedisClient, options: LinkOptions, durability: Durability) {
    this.address = describeAddress(options.url);
    this.#client = client;
    this.#options = options;
    this.#durability = durability;
    this.#learned = Promise.resolve(durability);
    this.#gate = new FsyncGate(() => this.#waitForFsync());
    client.on("error", (error) => {
      this.#lastError = withoutCommand(error);
    });
    client.on("close", () => {
      if (this.#isUp && !this.#isClosed) options.onDisconnected(this.#lastError);
      this.#isUp = false;
    });
    client.on("ready", () => {
      this.#isUp = true;
      this.#connections++;
      this.#learned = this.#learn();
      options.onConnected();
    });
  }

  /** What the Redis keeps that was connected last. */
  get durability(): Durability {
    return this.#durability;
  }

  /** Runs a script. @throws RedisFailure */
  run(call: Call): Promise<Sent<readonly string[]>> {
    return this.#untilDone(() => this.#inTime(evaluate(this.#client, call.script, call.keys, call.args)));
  }

  /** Runs a script, and waits until what it wrote is on the disk where Redis can tell. @throws RedisFailure */
  runSafely(call: Call): Promise<Sent<readonly string[]>> {
    return this.#untilDone(async () => {
      const connection = this.#connections;
      const reply = await this.#inTime(evaluate(this.#client, call.script, call.keys, call.args));
      const { needsWaitAof } = await this.#learned;
      if (needsWaitAof && reply[0] === "OK") await this.#untilOnDisk(connection);
      return reply;
    });
  }

  /** Asks without changing anything. @throws RedisFailure */
  async read<T>(ask: (client: RedisClient) => Promise<T>): Promise<T> {
    return (await this.#untilDone(() => this.#inTime(ask(this.#client)))).reply;
  }

  /** Ends the connection; what is under way fails. */
  close(): void {
    this.#isClosed = true;
    this.#client.disconnect();
  }

  async #untilDone<T>(attempt: () => Promise<T>): Promise<Sent<T>> {
    const { clock, giveUpMs } = this.#options;
    const untilMs = clock.nowMs() + giveUpMs;
    let isRepetition = false;
    for (let attempts = 1; ; attempts++) {
      try {
        this.#assertConnected();
        return { reply: await attempt(), isRepetition };
      } catch (error) {
        const { mayBeDone, isPassing } = judgeFailure(error);
        isRepetition ||= mayBeDone;
        const waitMs = this.#waitMs(attempts);
        if (!isPassing || this.#isClosed || clock.nowMs() + waitMs > untilMs) throw failureOf(error, isRepetition);
        await new Promise<void>((resolve) => clock.after(waitMs, resolve));
      }
    }
  }

  #assertConnected(): void {
    if (this.#client.status === "ready") return;
    throw new RedisFailure(`Redis at ${this.address} is away: ${this.#lastError.message}`, false);
  }

  #inTime<T>(answer: Promise<T>): Promise<T> {
    const { clock, commandTimeoutMs } = this.#options;
    return within(clock, commandTimeoutMs, answer, () => {
      throw new Error(`Redis at ${this.address} did not answer in time.`);
    });
  }

  #waitMs(attempts: number): number {
    const longestMs = Math.min(MAX_WAIT_MS, MIN_WAIT_MS * 2 ** attempts);
    return MIN_WAIT_MS + this.#options.clock.random() * (longestMs - MIN_WAIT_MS);
  }

  async #learn(): Promise<Durability> {
    this.#durability = await learnDurability(this.#client);
    return this.#durability;
  }

  /** What was written over `connection` is on the disk afterwards; where that is not known, it is written all the same. */
  async #untilOnDisk(connection: number): Promise<void> {
    try {
      await this.#gate.pass();
    } catch (error) {
      throw failureOf(error, true);
    }
    // A new connection has written nothing, so it has nothing to wait for.
    if (connection !== this.#connections)
      throw new RedisFailure("The connection was lost before the disk had it.", true);
  }

  async #waitForFsync(): Promise<void> {
    // Half of the time, so that Redis says that it took too long before we give the connection up.
    const waitMs = Math.floor(this.#options.commandTimeoutMs / 2);
    const reply = await this.#inTime(this.#client.call("WAITAOF", "1", "0", String(waitMs)));
    if (!Array.isArray(reply) || reply[0] !== 1) throw new Error("The disk of Redis did not have it in time.");
  }
}

/** @throws ArenaError CONFIG_INVALID for an address that is none; LOG_UNAVAILABLE where no Redis lets us in */
export async function connectRedis(options: LinkOptions): Promise<RedisLink> {
  describeAddress(options.url);
  const client = await openClient(options);
  return new RedisLink(client, options, await learnDurability(client));
}

function failureOf(error: unknown, mayBeDone: boolean): RedisFailure {
  const cause = withoutCommand(error);
  return new RedisFailure(cause.message, mayBeDone, cause);
}
