import { randomUUID } from "node:crypto";
import { ArenaError } from "../errors/errors.ts";
import { RedisFailure, type RedisLink, type Script } from "../redis/redis.ts";
import type { LoadedContent, LogMedium } from "./owned-log.ts";
import { APPEND, COMPACT, CUT, type WriteStatus } from "./redis-scripts.ts";
import { type PastStep, readIndex, writeIndex } from "./segments.ts";
import type { SeqRange, StoredBatch, StoredSnapshot } from "./store.ts";

/** The keys of one log: a hash, a stream and texts, as redis-scripts.ts says. */
export interface LogKeys {
  readonly head: string;
  readonly ops: string;
  readonly snap: string;
  /** Where a snapshot is once another has taken its place. */
  base(seq: number): string;
}

/** Batches that are read at first at a time; twice as many after each page of less than so many bytes, up to a bound. */
const PAGE_BATCHES = 200;
const MAX_PAGE_BATCHES = 3200;
const SMALL_PAGE_BYTES = 256 * 1024;
/** Batches of history that are read at a time, at most. */
const HISTORY_BATCHES = 50;

/** One log in Redis, as its writer sees it. */
export class RedisLog implements LogMedium {
  readonly epoch: number;
  readonly ownerEpoch: number;
  readonly #link: RedisLink;
  readonly #keys: LogKeys;
  #last: number;
  #snapshotSeq = 0;

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

  async load(): Promise<LoadedContent> {
    const { head, snap } = this.#keys;
    const index = readIndex(
      (await this.#read(() => this.#link.read((client) => client.hget(head, "index")))) ?? undefined,
    );
    const snapshot = await this.#read(() => this.#link.read((client) => client.getBuffer(snap)));
    const batches = await this.#loadBatches(index.keepFrom);
    const [owner, last, seq] = await this.#read(() =>
      this.#link.read((client) => client.hmget(head, "owner", "last", "snap")),
    );
    // Asked last: as long as the log is ours, nobody has changed what was read before.
    this.#assertOwner(Number(owner ?? 0));
    this.#snapshotSeq = Number(seq ?? 0);
    const end = Math.max(batches.at(-1)?.to ?? 0, this.#snapshotSeq);
    if (end !== Number(last) || (seq !== null && !snapshot)) {
      throw new ArenaError("LOG_CORRUPT", `Redis has not all up to ${last} any more.`, { details: { key: head } });
    }
    return {
      snapshot: snapshot ? new Uint8Array(snapshot) : undefined,
      batches,
      snapshotSeq: this.#snapshotSeq,
      index,
    };
  }

  async holds(batch: StoredBatch): Promise<boolean> {
    return batch.from <= this.#last && (await this.#append(batch)) === "OK";
  }

  async append(batch: StoredBatch): Promise<void> {
    if ((await this.#append(batch)) !== "OK") throw lost(`There are other entries at ${batch.from}.`);
  }

  async compact({ seq, bytes }: StoredSnapshot, { index, dropped, dropBefore }: PastStep): Promise<void> {
    const { head, ops, snap } = this.#keys;
    const before = this.#snapshotSeq;
    const isKept = before > 0 && seq !== before && !dropped.includes(before);
    const keys = [head, ops, snap, this.#keys.base(before), ...dropped.map((base) => this.#keys.base(base))];
    const past = [isKept ? String(before) : "", writeIndex(index)];
    const status = await this.#write(COMPACT, keys, [String(seq), asBuffer(bytes), String(dropBefore), ...past]);
    if (status !== "OK") throw lost(`There is a newer snapshot than ${seq}.`);
    this.#snapshotSeq = seq;
  }

  async cut(from: number): Promise<void> {
    await this.#write(CUT, [this.#keys.head, this.#keys.ops], [String(from), randomUUID()]);
  }

  async readBase(base: number): Promise<Uint8Array | undefined> {
    const key = base === this.#snapshotSeq ? this.#keys.snap : this.#keys.base(base);
    const bytes = await this.#read(() => this.#link.read((client) => client.getBuffer(key)));
    return bytes ? new Uint8Array(bytes) : undefined;
  }

  async readBatches({ from, to }: SeqRange, maxBytes: number): Promise<readonly StoredBatch[]> {
    const page = await this.#page(await this.#idOf(from), HISTORY_BATCHES, String(to));
    let bytes = 0;
    const end = page.findIndex((batch) => {
      bytes += batch.bytes.byteLength;
      return bytes >= maxBytes;
    });
    return end < 0 ? page : page.slice(0, end + 1);
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

  async #loadBatches(keepFrom: number): Promise<readonly StoredBatch[]> {
    const batches: StoredBatch[] = [];
    for (let start = await this.#idOf(keepFrom), count = PAGE_BATCHES; ; ) {
      const page = await this.#page(start, count);
      for (const batch of page) batches.push(batch);
      const last = page.at(-1);
      if (!last || page.length < count) return batches;
      start = `(${last.from}-${last.to}`;
      const bytes = page.reduce((sum, batch) => sum + batch.bytes.byteLength, 0);
      count = bytes < SMALL_PAGE_BYTES ? Math.min(2 * count, MAX_PAGE_BATCHES) : PAGE_BATCHES;
    }
  }

  /** Id of the batch that holds an entry, or where that would be. */
  async #idOf(seq: number): Promise<string> {
    if (seq <= 1) return "-";
    const [before] = await this.#read(() =>
      this.#link.read((client) => client.xrevrangeBuffer(this.#keys.ops, String(seq), "-", "COUNT", 1)),
    );
    const id = before?.[0].toString() ?? "";
    return Number(id.split("-")[1] ?? 0) >= seq ? id : String(seq);
  }

  async #page(start: string, count: number, end = "+"): Promise<readonly StoredBatch[]> {
    const { ops } = this.#keys;
    const page = await this.#read(() =>
      this.#link.read((client) => client.xrangeBuffer(ops, start, end, "COUNT", count)),
    );
    return page.map(([id, fields]) => batchOf(id.toString(), fields[1]));
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
