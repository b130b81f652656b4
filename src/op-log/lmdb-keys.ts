/**
 * Keys of the LMDB store. All of one log lie together: the length and the UTF-8 of its key, then what it is, then numbers
 * of 8 bytes. The length keeps logs apart of which one's key begins like another's.
 */

const HEAD = 0;
const SNAPSHOT = 1;
const BATCH = 2;
const INDEX = 4; // 3 is where the batches end
const NUMBER_BYTES = 8;

/** Key of what concerns all logs; no log's keys begin so. */
export const STORE_KEY = Buffer.of(255);

/** The keys of one log. */
export class LogKeys {
  readonly #prefix: Buffer;
  /** Key of the entry whose version is the owner's epoch, and whose value tells of the history. */
  readonly head: Buffer;
  /** Key of what is known about snapshots and batches. */
  readonly index: Buffer;

  constructor(key: string) {
    const text = Buffer.from(key);
    this.#prefix = Buffer.concat([Buffer.of(text.length >> 8, text.length & 255), text]);
    this.head = this.#key(HEAD);
    this.index = this.#key(INDEX);
  }

  /** Where the snapshot of `seq` is; of 0, where the first could be. */
  snapshot(seq: number): Buffer {
    return this.#key(SNAPSHOT, seq);
  }

  /** Where the batch is; of `from` alone, where the first that begins there could be. */
  batch(from: number, to = 0): Buffer {
    return this.#key(BATCH, from, to);
  }

  /** What lies behind all snapshots. */
  get afterSnapshots(): Buffer {
    return this.batch(0);
  }

  /** What lies behind all batches. */
  get afterBatches(): Buffer {
    return this.#key(BATCH + 1);
  }

  #key(kind: number, ...numbers: readonly number[]): Buffer {
    const key = Buffer.alloc(this.#prefix.length + 1 + numbers.length * NUMBER_BYTES);
    let end = this.#prefix.copy(key);
    end = key.writeUInt8(kind, end);
    for (const value of numbers) end = key.writeBigUInt64BE(BigInt(value), end);
    return key;
  }
}

/** The seq that the key of a snapshot ends with. */
export function snapshotSeq(key: Buffer): number {
  return Number(key.readBigUInt64BE(key.length - NUMBER_BYTES));
}

/** The first and the last seq that the key of a batch ends with. */
export function batchRange(key: Buffer): { readonly from: number; readonly to: number } {
  const end = key.length - NUMBER_BYTES;
  return { from: Number(key.readBigUInt64BE(end - NUMBER_BYTES)), to: Number(key.readBigUInt64BE(end)) };
}
