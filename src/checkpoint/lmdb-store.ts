import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../clock/clock.ts";
import { type Db, LmdbEnv } from "../lmdb/lmdb.ts";
import { decode, encode } from "./codec.ts";
import { checkpointOf, ended, type KeptRecord, taken, written } from "./fence.ts";
import {
  byUrgency,
  type CheckpointHead,
  type CheckpointOwner,
  type CheckpointStore,
  headOf,
  type StoredCheckpoint,
  type Taken,
} from "./store.ts";

/** What is left free for the documents, which share the disk. */
const RESERVE_BYTES = 64 * 1024 * 1024;
/** How often another process may come first before a change is given up. */
const MAX_TRIES = 10;
/** Rooms that have ended and whose epoch is still remembered. */
const MAX_ENDED = 1000;

/** Told of a record that cannot be read. */
export type OnDamaged = (roomId: string, error: unknown) => void;

/** What such a store is made of. */
export interface LmdbStoreOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly onDamaged?: OnDamaged;
}

/**
 * A store in a folder on this machine, opened with its first checkpoint. A room whose record is damaged has none. A put resolves after it was flushed to disk. Several processes
 * may use one folder; the epochs of ended rooms each knows for itself.
 *
 * @param path folder of the database; made where it is missing, in a folder that is there
 */
export function createLmdbStore(options: LmdbStoreOptions): CheckpointStore {
  return new LmdbStore(options);
}

class LmdbStore implements CheckpointStore {
  readonly description: string;
  readonly generation = 0;
  readonly #path: string;
  readonly #env: LmdbEnv;
  readonly #onDamaged: OnDamaged;
  readonly #endedRooms = new Map<string, KeptRecord>();

  constructor({ path, clock, onDamaged = () => {} }: LmdbStoreOptions) {
    this.description = `LMDB in ${path}`;
    this.#path = path;
    this.#env = new LmdbEnv(path, clock);
    this.#onDamaged = onDamaged;
  }

  put(checkpoint: StoredCheckpoint): Promise<boolean> {
    return this.#step(checkpoint.roomId, (record) => written(record, checkpoint));
  }

  async take(roomId: string, owner: CheckpointOwner): Promise<Taken> {
    if (!(await this.#step(roomId, (record) => taken(record, owner)))) return { isTaken: false };
    return { isTaken: true, checkpoint: await this.find(roomId) };
  }

  async end(roomId: string, epoch: number, number?: number): Promise<void> {
    await this.#step(roomId, (record) => ended(record, epoch, number));
  }

  /** Both parts are read in one turn, and so from one state of the database. */
  async find(roomId: string): Promise<StoredCheckpoint | undefined> {
    const head = this.#head(roomId);
    const content = head && this.#env.db.get(keyOf("content", roomId));
    return head && content && { ...head, content };
  }

  async headOf(roomId: string): Promise<CheckpointHead | undefined> {
    const head = this.#head(roomId);
    return head && headOf(head);
  }

  async roomsOf(bootId: string, isLeftOut = (_roomId: string): boolean => false): Promise<readonly CheckpointHead[]> {
    return byUrgency(this.#heads().filter((head) => head.bootId === bootId && !isLeftOut(head.roomId)));
  }

  async boots(): Promise<readonly string[]> {
    return [...new Set(this.#heads(this.#onDamaged).map(({ bootId }) => bootId))];
  }

  close(): Promise<void> {
    return this.#env.close();
  }

  /** To look for what was never kept opens nothing: a folder that cannot be written is nobody's trouble until something is to be. */
  get #isThere(): boolean {
    return existsSync(join(this.#path, "data.mdb"));
  }

  #entryOf(roomId: string) {
    return this.#isThere ? this.#env.db.getEntry(keyOf("head", roomId)) : undefined;
  }

  /** Without its content. */
  #head(roomId: string): StoredCheckpoint | undefined {
    const entry = this.#entryOf(roomId);
    return entry && checkpointOf(read(roomId, entry.value, this.#onDamaged));
  }

  #heads(tell: OnDamaged = () => {}): CheckpointHead[] {
    return [...(this.#isThere ? this.#env.db.getRange(HEADS) : [])]
      .map(({ key, value }) => checkpointOf(read(Buffer.from(key).toString("utf8", 1), value, tell)))
      .filter((checkpoint) => checkpoint !== undefined)
      .map(headOf);
  }

  /** One step; false where `change` finds that a later epoch has the room. */
  async #step(roomId: string, change: (record: KeptRecord | undefined) => KeptRecord | undefined): Promise<boolean> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const entry = this.#entryOf(roomId);
      const before = entry ? read(roomId, entry.value, this.#onDamaged) : this.#endedRooms.get(roomId);
      const next = change(before);
      if (!next || next === before) return next !== undefined;
      const content = next.checkpoint === before?.checkpoint ? undefined : next.checkpoint?.content;
      if (await this.#write(roomId, { next, content, version: entry?.version })) return true;
    }
    throw new Error(`LMDB in ${this.#path}: other processes keep changing it.`);
  }

  async #write(roomId: string, write: Write): Promise<boolean> {
    const { next, content, version } = write;
    if (!next.checkpoint && version === undefined) return this.#remember(roomId, next);
    if (content) this.#env.assertFree(RESERVE_BYTES + content.length);
    const key = keyOf("head", roomId);
    const isWritten = await this.#env.write((db) =>
      version === undefined
        ? db.ifNoExists(key, () => put(db, roomId, write))
        : db.ifVersion(key, version, () => put(db, roomId, write)),
    );
    return isWritten && this.#remember(roomId, next);
  }

  #remember(roomId: string, record: KeptRecord): true {
    this.#endedRooms.delete(roomId);
    if (!record.checkpoint) this.#endedRooms.set(roomId, record);
    for (const oldest of this.#endedRooms.keys())
      if (this.#endedRooms.size > MAX_ENDED) this.#endedRooms.delete(oldest);
    return true;
  }
}

/** What is written of a room in one step. */
interface Write {
  readonly next: KeptRecord;
  /** Where that is new. */
  readonly content: Uint8Array | undefined;
  /** Of the head that is there; undefined where none is. */
  readonly version: number | undefined;
}

/** Of a room are kept a head, by which it is found without its content, and the content. */
const KINDS = { head: 0, content: 1 } as const;
const HEADS = { start: Buffer.of(KINDS.head), end: Buffer.of(KINDS.content) };
const EMPTY = new Uint8Array();

function keyOf(kind: keyof typeof KINDS, roomId: string): Buffer {
  return Buffer.concat([Buffer.of(KINDS[kind]), Buffer.from(roomId)]);
}

function put(db: Db, roomId: string, { next, content, version = 0 }: Write): void {
  const [key, contentKey] = [keyOf("head", roomId), keyOf("content", roomId)];
  if (next.checkpoint) void db.put(key, headBytes(next), version + 1);
  else for (const each of [key, contentKey]) void db.remove(each);
  if (content) void db.put(contentKey, Buffer.from(content));
}

function headBytes({ checkpoint, ...owner }: KeptRecord): Buffer {
  return Buffer.from(encode({ ...owner, checkpoint: { ...checkpoint, content: EMPTY } }));
}

const record = z.object({
  epoch: z.number(),
  bootId: z.string(),
  number: z.number(),
  checkpoint: z.object({
    roomId: z.string(),
    name: z.string(),
    sessions: z.number(),
    content: z.instanceof(Uint8Array),
  }),
});

function read(roomId: string, bytes: Uint8Array, tell: OnDamaged): KeptRecord | undefined {
  try {
    return record.parse(decode(bytes));
  } catch (error) {
    tell(roomId, error);
    return undefined;
  }
}
