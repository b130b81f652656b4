import { randomUUID } from "node:crypto";
import { ArenaError } from "../errors/errors.ts";
import type { LogMedium } from "./owned-log.ts";
import { RedisFailure } from "./redis-failure.ts";
import type { RedisLink } from "./redis-link.ts";
import { APPEND, COMPACT, CUT, type Script, type WriteStatus } from "./redis-scripts.ts";
import type { LogContent, StoredBatch, StoredSnapshot } from "./store.ts";

/** The keys of one log: a hash, a stream and a text, as redis-scripts.ts says. */
export interface LogKeys {
  readonly head: string;
  readonly ops: string;
  readonly snap: string;
}

/** Batches that are read at a time. */
const PAGE_BATCHES = 200;

/** One log in Redis, as its writer sees it. */
export class RedisLog implements LogMedium {
  readonly epoch: number;
  readonly ownerEpoch: number;
  readonly #link: RedisLink;
  readonly #keys: LogKeys;
  #last: number;

  constructor(link: RedisLink, keys: LogKeys, opened: { epoch: number; ownerEpoch: number; last: number }) {
    this.#link = link;
    this.#keys = keys;
    this.epoch = opened.epoch;
    this.ownerEpoch = opened.ownerEpoch;
    this.#last = opened.last;
  }

  last(): number {
    return this.#last;
  }

  async load(): Promise<LogContent> {
    const { head, snap } = this.#keys;
    const snapshot = await this.#read(() => this.#link.read((client) => client.getBuffer(snap)));
    const batches = await this.#loadBatches();
    const [owner, last, seq] = await this.#read(() =>
      this.#link.read((client) => client.hmget(head, "owner", "last", "snap")),
    );
    // Asked last: as long as the log is ours, nobody has changed what was read before.
    this.#assertOwner(Number(owner ?? 0));
    const end = Math.max(batches.at(-1)?.to ?? 0, Number(seq ?? 0));
    if (end !== Number(last) || (seq !== null && !snapshot)) {
      throw new ArenaError("LOG_CORRUPT", `Redis has not all up to ${last} any more.`, { details: { key: head } });
    }
    return { snapshot: snapshot ? new Uint8Array(snapshot) : undefined, batches };
  }

  async holds(batch: StoredBatch): Promise<boolean> {
    return batch.from <= this.#last && (await this.#append(batch)) === "OK";
  }

  async append(batch: StoredBatch): Promise<void> {
    if ((await this.#append(batch)) !== "OK") throw lost(`There are other entries at ${batch.from}.`);
  }

  async compact(snapshot: StoredSnapshot, keepFrom: number): Promise<void> {
    const args = [String(snapshot.seq), asBuffer(snapshot.bytes), String(keepFrom)];
    const status = await this.#write(COMPACT, [this.#keys.head, this.#keys.ops, this.#keys.snap], args);
    if (status !== "OK") throw lost(`There is a newer snapshot than ${snapshot.seq}.`);
  }

  async cut(from: number): Promise<void> {
    await this.#write(CUT, [this.#keys.head, this.#keys.ops], [String(from), randomUUID()]);
  }

  #append({ from, to, bytes }: StoredBatch): Promise<"OK" | "TAKEN"> {
    return this.#write(APPEND, [this.#keys.head, this.#keys.ops], [String(from), String(to), asBuffer(bytes)]);
  }

  /** @throws ArenaError LOG_FENCED, LOG_UNAVAILABLE or LOG_UNCERTAIN */
  async #write(script: Script, keys: readonly string[], args: readonly (string | Buffer)[]): Promise<"OK" | "TAKEN"> {
    const { reply, isRepetition } = await this.#link
      .runSafely({ script, keys, args: [String(this.ownerEpoch), ...args] })
      .catch((error) => {
        throw errorOf(error);
      });
    const status = reply[0] as WriteStatus; // each script replies it first
    if (status === "OK" || status === "TAKEN") {
      this.#last = Number(reply[1]);
      return status;
    }
    if (status === "LOST") throw lost("Redis has lost entries that it had acknowledged, or the whole log.");
    // Fenced at a repetition: the first attempt may have come before the other writer.
    if (isRepetition) throw lost("Another writer took it meanwhile.");
    throw fenced();
  }

  async #loadBatches(): Promise<readonly StoredBatch[]> {
    const batches: StoredBatch[] = [];
    for (let start = "-"; ; ) {
      const from = start;
      const page = await this.#read(() =>
        this.#link.read((client) => client.xrangeBuffer(this.#keys.ops, from, "+", "COUNT", PAGE_BATCHES)),
      );
      batches.push(...page.map(([id, fields]) => batchOf(id.toString(), fields[1])));
      const lastId = page.at(-1)?.[0];
      if (!lastId || page.length < PAGE_BATCHES) return batches;
      start = `(${lastId.toString()}`;
    }
  }

  async #read<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw error instanceof RedisFailure ? new ArenaError("LOG_UNAVAILABLE", error.message, { cause: error }) : error;
    }
  }

  #assertOwner(owner: number): void {
    if (owner > this.ownerEpoch) throw fenced();
    if (owner < this.ownerEpoch) throw lost("Redis has lost the log.");
  }
}

function batchOf(id: string, bytes: Buffer | undefined): StoredBatch {
  const [from, to] = id.split("-").map(Number);
  if (from === undefined || to === undefined || !bytes) throw new ArenaError("LOG_CORRUPT", `${id} is no batch.`);
  return { from, to, bytes: new Uint8Array(bytes) };
}

function errorOf(error: unknown): unknown {
  if (!(error instanceof RedisFailure)) return error;
  return new ArenaError(error.mayBeDone ? "LOG_UNCERTAIN" : "LOG_UNAVAILABLE", error.message, { cause: error });
}

function lost(detail: string): ArenaError {
  return new ArenaError("LOG_UNCERTAIN", detail);
}

function fenced(): ArenaError {
  return new ArenaError("LOG_FENCED");
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
