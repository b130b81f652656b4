import type { LogContent, StoredLog } from "../../src/op-log/store.ts";

/** What the log holds; the bytes as plain ones, whatever kind of view the store gives. */
export async function contentOf(log: StoredLog): Promise<LogContent> {
  const { snapshot: bytes, batches } = await log.load();
  return {
    snapshot: bytes && new Uint8Array(bytes),
    batches: batches.map((one) => ({ ...one, bytes: new Uint8Array(one.bytes) })),
  };
}

/** The same bytes as plain ones. */
export async function plain(read: Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
  const bytes = await read;
  return bytes && new Uint8Array(bytes);
}

/** All that can be read of the past of a log that ends with `last`. */
export async function pastOf(log: StoredLog, last: number) {
  const { bases } = log;
  const snapshots = await Promise.all(bases.filter((base) => base > 0).map((base) => plain(log.readBase(base))));
  const batches = await log.readBatches({ from: 1, to: last }, Number.POSITIVE_INFINITY);
  return { bases, snapshots, batches: batches.map((one) => ({ ...one, bytes: new Uint8Array(one.bytes) })) };
}
