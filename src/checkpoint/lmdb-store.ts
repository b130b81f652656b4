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

  const entryOf = (roomId: string) => (isThere() ? env.db.getEntry(keyOf(roomId)) : undefined);

  /** One step; false where `change` finds that a later epoch has the room. */
  const step = async (
    roomId: string,
    change: (record: KeptRecord | undefined) => KeptRecord | undefined,
  ): Promise<boolean> => {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const entry = entryOf(roomId);
      const next = change(entry ? read(keyOf(roomId), entry.value, onDamaged) : endedRooms.get(roomId));
      if (!next) return false;
      if (await write(roomId, next, entry?.version)) return true;
    }
    throw new Error(`LMDB in ${path}: other processes keep changing it.`);
  };

  const write = async (roomId: string, next: KeptRecord, version: number | undefined): Promise<boolean> => {
    const key = keyOf(roomId);
    if (!next.checkpoint && version === undefined) return remember(roomId, next);
    const bytes = next.checkpoint ? Buffer.from(encode(next)) : undefined;
    if (bytes) env.assertFree(RESERVE_BYTES + bytes.length);
    const isWritten = await env.write((db) => {
      const store = (): void => void (bytes ? db.put(key, bytes, (version ?? 0) + 1) : db.remove(key));
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
    [...(isThere() ? env.db.getRange() : [])]
      .map(({ key, value }) => checkpointOf(read(key, value, tell)))
      .filter((checkpoint) => checkpoint !== undefined)
      .map(headOf);

  const find = (roomId: string): StoredCheckpoint | undefined => {
    const entry = entryOf(roomId);
    return entry && checkpointOf(read(keyOf(roomId), entry.value, onDamaged));
  };

  return {
    description: `LMDB in ${path}`,
    put: (checkpoint) => step(checkpoint.roomId, (record) => written(record, checkpoint)),
    take: async (roomId, owner) => {
      if (!(await step(roomId, (record) => taken(record, owner)))) return { isTaken: false };
      return { isTaken: true, checkpoint: find(roomId) };
    },
    end: async (roomId, epoch) => void (await step(roomId, (record) => ended(record, epoch))),
    find: async (roomId) => find(roomId),
    headOf: async (roomId) => {
      const found = find(roomId);
      return found && headOf(found);
    },
    roomsOf: async (bootId) => byUrgency(heads().filter((head) => head.bootId === bootId)),
    boots: async () => [...new Set(heads(onDamaged).map(({ bootId }) => bootId))],
    close: () => env.close(),
  };
}

function keyOf(roomId: string): Buffer {
  return Buffer.from(roomId);
}

const record = z.object({
  epoch: z.number(),
  bootId: z.string(),
  checkpoint: z
    .object({ roomId: z.string(), name: z.string(), sessions: z.number(), content: z.instanceof(Uint8Array) })
    .optional(),
});

function read(key: Uint8Array, bytes: Uint8Array, tell: OnDamaged): KeptRecord | undefined {
  try {
    return record.parse(decode(bytes)) as KeptRecord; // as `write` wrote it
  } catch (error) {
    tell(Buffer.from(key).toString(), error);
    return undefined;
  }
}
