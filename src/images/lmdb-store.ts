import { createHash } from "node:crypto";
import type { Clock } from "../clock/clock.ts";
import { type Db, LmdbEnv } from "../lmdb/lmdb.ts";
import { type Charge, type FoundImage, type ImageInfo, type ImageStore, type PutOutcome, priceOf } from "./store.ts";

/** What is left free for the documents, which share the disk. */
const RESERVE_BYTES = 64 * 1024 * 1024;
/** Small enough that reading one from a cold disk holds nobody up. */
const PART_BYTES = 64 * 1024;
/** How often another process may come first before a put is given up. */
const MAX_TRIES = 10;

/** The entry whose version rises with each put. */
const HEAD = Buffer.of(0);
const INFO = 1;
const PART = 2;
const USED = 3;
const PAID = 4;
const NOTHING = Buffer.of(1);

/**
 * A store in a folder on this machine, opened with its first image. A put resolves after it was flushed to disk. Several
 * processes may use one folder.
 *
 * @param path folder of the database; made where it is missing, in a folder that is there
 */
export function createLmdbStore({ path, clock }: { path: string; clock: Clock }): ImageStore {
  return new LmdbStore(path, clock);
}

class LmdbStore implements ImageStore {
  readonly description: string;
  readonly #env: LmdbEnv;
  /** Puts come one after another, so that each sees what the one before has paid. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string, clock: Clock) {
    this.description = `LMDB in ${path}`;
    this.#env = new LmdbEnv(path, clock);
  }

  put(image: ImageInfo, content: Uint8Array, charges: readonly Charge[]): Promise<PutOutcome> {
    const put = this.#last.then(() => this.#put(image, content, charges));
    this.#last = put.catch(() => {}); // told to whoever asked for it
    return put;
  }

  async find(hash: string): Promise<FoundImage | undefined> {
    const { db } = this.#env;
    const stored = db.get(keyOf(INFO, hash));
    if (!stored) return undefined;
    const info: Omit<ImageInfo, "hash"> = JSON.parse(Buffer.from(stored).toString()); // as #put wrote it
    return { ...info, hash, read: () => readParts(db, hash, info.bytes) };
  }

  async usedBytes(account: string): Promise<number> {
    return usedBytes(this.#env.db, account);
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#env.close();
  }

  async #put(image: ImageInfo, content: Uint8Array, charges: readonly Charge[]): Promise<PutOutcome> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const outcome = await this.#tryPut(image, content, charges);
      if (outcome) return outcome;
    }
    throw new Error(`${this.description}: other processes keep changing it.`);
  }

  /** Undefined where another process has changed something meanwhile. */
  async #tryPut(
    { hash, ...image }: ImageInfo,
    content: Uint8Array,
    charges: readonly Charge[],
  ): Promise<PutOutcome | undefined> {
    const { db } = this.#env;
    const price = priceOf({ hash, ...image });
    const head = db.getEntry(HEAD);
    const due = charges.filter(({ account }) => !db.doesExist(keyOf(PAID, digestOf(account), hash)));
    const unpaid = due.find(({ account, maxBytes }) => usedBytes(db, account) + price > maxBytes);
    if (unpaid) return { isKept: false, charge: unpaid, usedBytes: usedBytes(db, unpaid.account) };
    const isNew = !db.doesExist(keyOf(INFO, hash));
    if (!isNew && due.length === 0) return { isKept: true, isNew };
    this.#env.assertFree(RESERVE_BYTES + content.length);

    const change = (): void => {
      const version = (head?.version ?? 0) + 1;
      void db.put(HEAD, NOTHING, version);
      for (const { account } of due) {
        void db.put(keyOf(USED, digestOf(account)), encodeNumber(usedBytes(db, account) + price));
        void db.put(keyOf(PAID, digestOf(account), hash), NOTHING);
      }
      if (!isNew) return;
      void db.put(keyOf(INFO, hash), Buffer.from(JSON.stringify(image)));
      for (let at = 0; at < content.length; at += PART_BYTES) {
        void db.put(partKey(hash, at), Buffer.from(content.subarray(at, at + PART_BYTES)));
      }
    };
    const isDone = await this.#env.write(() =>
      head ? db.ifVersion(HEAD, head.version ?? 0, change) : db.ifNoExists(HEAD, change),
    );
    return isDone ? { isKept: true, isNew } : undefined;
  }
}

async function* readParts(db: Db, hash: string, bytes: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes; at += PART_BYTES) {
    const key = partKey(hash, at);
    await db.prefetch([key]); // in a thread of its own, where the disk is slow
    const part = db.get(key);
    if (!part) throw new Error(`A part of the image ${hash} is missing.`);
    yield part;
  }
}

function usedBytes(db: Db, account: string): number {
  const stored = db.get(keyOf(USED, digestOf(account)));
  return stored ? Buffer.from(stored).readDoubleBE() : 0;
}

function digestOf(account: string): string {
  return createHash("sha256").update(account).digest("hex");
}

function keyOf(kind: number, ...hashes: readonly string[]): Buffer {
  return Buffer.from(Buffer.of(kind).toString("hex") + hashes.join(""), "hex");
}

function partKey(hash: string, at: number): Buffer {
  const index = Buffer.alloc(4);
  index.writeUInt32BE(at / PART_BYTES);
  return Buffer.concat([keyOf(PART, hash), index]);
}

function encodeNumber(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}
