/** Of a record: its length, which counts what follows, and its kind. */
export const LENGTH_BYTES = 4;
const HEADER_BYTES = LENGTH_BYTES + 1;
/** More than any client takes as one frame (ws: 100 MiB). */
export const MAX_RECORD_BYTES = 128 * 1024 * 1024;

/** What came is nothing that the other end of a trunk sends. */
export class Junk extends Error {
  override readonly name = "Junk";
}

/** Takes one record; `body` is a view of what was read. */
export type TakeRecord = (kind: number, body: Buffer) => void;

/** Cuts a stream into records. What has come whole is not copied; what has not is gathered where it ends up. */
export class RecordReader {
  readonly #onRecord: TakeRecord;
  /** Of a record that has begun: as long as it will be, or as far as its length is known. */
  #begun = Buffer.alloc(0);
  #begunBytes = 0;

  constructor(onRecord: TakeRecord) {
    this.#onRecord = onRecord;
  }

  /** Goes on with what has come. @throws Junk where it is no record, or one that is too long */
  take(chunk: Buffer): void {
    let at = this.#finish(chunk);
    for (let end = endOf(chunk, at); end <= chunk.length; end = endOf(chunk, at)) {
      this.#give(chunk.subarray(at, end));
      at = end;
    }
    if (at < chunk.length) this.#begin(chunk.subarray(at));
  }

  /** Goes on with the record that has begun; gives how much of `chunk` belongs to it. */
  #finish(chunk: Buffer): number {
    let at = 0;
    while (this.#begunBytes > 0 && at < chunk.length) {
      const copied = chunk.copy(this.#begun, this.#begunBytes, at);
      at += copied;
      this.#begunBytes += copied;
      if (this.#begunBytes < this.#begun.length) break;
      const record = this.#begun;
      this.#begunBytes = 0;
      if (record.length > LENGTH_BYTES) this.#give(record);
      else this.#begin(record); // now its length is known
    }
    return at;
  }

  #begin(bytes: Buffer): void {
    const length = bytes.length < LENGTH_BYTES ? LENGTH_BYTES : endOf(bytes, 0);
    this.#begun = Buffer.allocUnsafe(length);
    this.#begunBytes = bytes.copy(this.#begun);
  }

  #give(record: Buffer): void {
    this.#onRecord(Number(record[LENGTH_BYTES]), record.subarray(HEADER_BYTES));
  }
}

/** Where the record that begins at `at` ends; Infinity where its length has not come. @throws Junk */
function endOf(bytes: Buffer, at: number): number {
  if (bytes.length - at < LENGTH_BYTES) return Number.POSITIVE_INFINITY;
  const length = bytes.readUInt32BE(at);
  if (length === 0 || length > MAX_RECORD_BYTES) throw new Junk(`A record of ${length} bytes.`);
  return at + LENGTH_BYTES + length;
}
