import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../clock/clock.ts";
import { LmdbEnv } from "../lmdb/lmdb.ts";
import { decode, encode } from "./codec.ts";
import { checkpointOf, ended, type KeptRecord, taken, written } from "./fence.ts";
import { byUrgency, type CheckpointHead, type CheckpointStore, headOf, type StoredCheckpoint } from "./store.ts";

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
export function createLmdbStore({ path, clock, onDamaged = () => {} }: LmdbStoreOptions): CheckpointStore {
  const env = new LmdbEnv(path, clock);
  const endedRooms = new Map<string, KeptRecord>();

  /** To look for what was never kept opens nothing: a folder that cannot be written is nobody's trouble until something is to be. */
  const isThere = (): boolean => existsSync(join(path, "data.mdb"));

  const entryOf = (roomId: string) => (isThere() ? env.db.getEntry(keyOf("head", roomId)) : undefined);

  /** One step; false where `change` finds that a later epoch has the room. */
  const step = async (
    roomId: string,
    change: (record: KeptRecord | undefined) => KeptRecord | undefined,
  ): Promise<boolean> => {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const entry = entryOf(roomId);
      const before = entry ? read(roomId, entry.value, onDamaged) : endedRooms.get(roomId);
      const next = change(before);
      if (!next || next === before) return next !== undefined;
      const content = next.checkpoint === before?.checkpoint ? undefined : next.checkpoint?.content;
      if (await write(roomId, { next, content, version: entry?.version })) return true;
    }
    throw new Error(`LMDB in ${path}: other processes keep changing it.`);
  };

  const write = async (roomId: string, { next, content, version }: Write): Promise<boolean> => {
    const [key, contentKey] = [keyOf("head", roomId), keyOf("content", roomId)];
    if (!next.checkpoint && version === undefined) return remember(roomId, next);
    if (content) env.assertFree(RESERVE_BYTES + content.length);
    const head = next.checkpoint && headBytes(next);
    const isWritten = await env.write((db) => {
      const store = (): void => {
        if (head) db.put(key, head, (version ?? 0) + 1);
        else for (const each of [key, contentKey]) db.remove(each);
        if (content) db.put(contentKey, Buffer.from(content));
      };
      return version === undefined ? db.ifNoExists(key, store) : db.ifVersion(key, version, store);
    });
    return isWritten && remember(roomId, next);
  };

  const remember = (roomId: string, record: KeptRecord): true => {
    endedRooms.delete(roomId);
    if (!record.checkpoint) endedRooms.set(roomId, record);
    for (const oldest of endedRooms.keys()) if (endedRooms.size > MAX_ENDED) endedRooms.delete(oldest);
    return true;
  };

  const heads = (tell: OnDamaged = () => {}): CheckpointHead[] =>
    [...(isThere() ? env.db.getRange(HEADS) : [])]
      .map(({ key, value }) => checkpointOf(read(Buffer.from(key).toString("utf8", 1), value, tell)))
      .filter((checkpoint) => checkpoint !== undefined)
      .map(headOf);

  /** Without its content. */
  const findHead = (roomId: string): StoredCheckpoint | undefined => {
    const entry = entryOf(roomId);
    return entry && checkpointOf(read(roomId, entry.value, onDamaged));
  };

  /** Both parts are read in one turn, and so from one state of the database. */
  const find = (roomId: string): StoredCheckpoint | undefined => {
    const head = findHead(roomId);
    const content = head && env.db.get(keyOf("content", roomId));
    return head && content && { ...head, content };
  };

  return {
    description: `LMDB in ${path}`,
    put: (checkpoint) => step(checkpoint.roomId, (record) => written(record, checkpoint)),
    take: async (roomId, owner) => {
      if (!(await step(roomId, (record) => taken(record, owner)))) return { isTaken: false };
      return { isTaken: true, checkpoint: find(roomId) };
    },
    end: async (roomId, epoch, number) => void (await step(roomId, (record) => ended(record, epoch, number))),
    find: async (roomId) => find(roomId),
    headOf: async (roomId) => {
      const found = findHead(roomId);
      return found && headOf(found);
    },
    roomsOf: async (bootId, isLeftOut = () => false) =>
      byUrgency(heads().filter((head) => head.bootId === bootId && !isLeftOut(head.roomId))),
    boots: async () => [...new Set(heads(onDamaged).map(({ bootId }) => bootId))],
    close: () => env.close(),
  };
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
