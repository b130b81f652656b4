/**
 * The bytes of a log. A batch is encoded once: the part that clients get (`wire`) is also what is stored, with a checksum
 * before it and behind it what clients need not know.
 *
 *     0  magic "ARN" and kind   4  length of all   8  the same inverted   12  crc32 of all after it
 *    16  length of `wire`      20  wire           then the rest
 */
import { crc32 } from "node:zlib";
import { ArenaError } from "../errors/errors.ts";
import type { OpBatch, OpEntry, OpOutcome } from "../protocol/protocol.ts";
import { decode, encode, packArray, packMap } from "./msgpack.ts";
import type { Parts } from "./record-parts.ts";
import type { StoredBatch } from "./store.ts";

/** A client's high-water mark: the last of its pushes that is in the log, and what became of that one. */
export interface Mark {
  readonly n: number;
  readonly seq: number;
  readonly outcome: OpOutcome;
  /** Who may speak for the client; see `ownerOf`. */
  readonly owner: string;
  /** When it was last heard of, in ms since 1970. */
  readonly ts: number;
}

/** A batch that clients can be sent and a store can keep. */
export interface Batch extends StoredBatch {
  /** MessagePack of an OpBatch. Part of `bytes`. */
  readonly wire: Uint8Array;
  /** When its last entry was taken, in ms since 1970. */
  readonly ts: number;
}

/** What of a batch is not for clients. */
interface BatchRest {
  readonly outcomes: readonly OpOutcome[];
  readonly owners: readonly string[];
}

/** A decoded batch. */
export interface BatchContent<Op> extends BatchRest {
  readonly entries: readonly OpEntry<Op>[];
}

/** A document at a seq: its records, encoded in parts as clients get them, and every client's mark. */
export interface Snapshot {
  readonly seq: number;
  readonly parts: Parts;
  readonly marks: ReadonlyMap<string, Mark>;
}

/** Bytes that were not written to their end; the caller cuts them off. */
export class TornError extends Error {
  override readonly name = "TornError";
}

const MAGIC = [0x41, 0x52, 0x4e] as const;
const KIND = { batch: 1, snapshot: 2 } as const;
const HEAD_BYTES = 20;
const LENGTH_AT = 4;
const LENGTH_CHECK_AT = 8;
const CRC_AT = 12;
const WIRE_LENGTH_AT = 16;

/**
 * Encodes consecutive entries, at least one.
 *
 * @param encoded the entries as MessagePack, where they are encoded already
 */
export function encodeBatch(
  entries: readonly OpEntry[],
  rest: BatchRest,
  encoded: readonly Uint8Array[] = entries.map(encode),
): Batch {
  const [first, last] = [entries[0], entries.at(-1)];
  if (!first || !last) throw new ArenaError("INTERNAL", "A batch has at least one entry.");
  const [from, to] = [first.seq, last.seq];
  const sealed = seal(KIND.batch, packMap({ from, to, entries: packArray(encoded) }), encode(rest));
  return { from, to, ...sealed, ts: last.ts };
}

/**
 * Reads a stored batch.
 *
 * @throws TornError where it ends too early; ArenaError LOG_CORRUPT where anything else is wrong with it
 */
export function decodeBatch<Op>(bytes: Uint8Array): BatchContent<Op> & { readonly wire: Uint8Array } {
  const { wire, rest } = unseal(KIND.batch, bytes);
  const { entries } = decode(wire) as { entries: OpEntry<Op>[] }; // the checksum says that encodeBatch wrote it
  return { entries, wire, ...(decode(rest) as BatchRest) };
}

/** What clients get of a stored batch. @throws as `decodeBatch` */
export function wireOf(bytes: Uint8Array): Uint8Array {
  return unseal(KIND.batch, bytes).wire;
}

/** What a client gets of a batch of which it has the entries up to `seq`. */
export function wireAfter(wire: Uint8Array, seq: number): Uint8Array {
  const { to, entries } = decode(wire) as OpBatch; // as encodeBatch wrote it
  return encode({ from: seq + 1, to, entries: entries.filter((entry) => entry.seq > seq) });
}

/** Consecutive entries of a batch, as clients get them. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** MessagePack of an OpBatch. */
  readonly wire: Uint8Array;
}

/** Divides a batch into pieces of about `maxBytes`, so that none is more than a line takes; no entry is divided. */
export function divideBatch(batch: Pick<Batch, "from" | "to" | "wire">, maxBytes: number): readonly Piece[] {
  if (batch.wire.byteLength <= maxBytes) return [batch];
  const { entries } = decode(batch.wire) as OpBatch; // as encodeBatch wrote it
  const pieces: Piece[] = [];
  let encoded: Uint8Array[] = [];
  let bytes = 0;
  for (const entry of entries) {
    encoded.push(encode(entry));
    bytes += encoded.at(-1)?.byteLength ?? 0;
    if (bytes < maxBytes && entry.seq < batch.to) continue;
    const [from, to] = [entry.seq - encoded.length + 1, entry.seq];
    pieces.push({ from, to, wire: packMap({ from, to, entries: packArray(encoded) }) });
    [encoded, bytes] = [[], 0];
  }
  return pieces;
}

/** Encodes a snapshot for the store. */
export function encodeSnapshot({ seq, parts, marks }: Snapshot): Uint8Array {
  const encoded = [...parts];
  const head = encode({ seq, marks: [...marks], lengths: encoded.map(({ byteLength }) => byteLength) });
  return seal(KIND.snapshot, head, ...encoded).bytes;
}

/** Reads a stored snapshot. @throws ArenaError LOG_CORRUPT */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  try {
    const { wire, rest } = unseal(KIND.snapshot, bytes);
    const head = decode(wire) as { seq: number; marks: [string, Mark][]; lengths: number[] }; // as encodeSnapshot wrote it
    let offset = 0;
    const parts = head.lengths.map((length) => {
      offset += length;
      return rest.subarray(offset - length, offset);
    });
    return { seq: head.seq, parts, marks: new Map(head.marks) };
  } catch (error) {
    if (!(error instanceof TornError)) throw error;
    throw new ArenaError("LOG_CORRUPT", `Snapshot: ${error.message}`); // it replaces another in one step, so never torn
  }
}

function seal(kind: number, wire: Uint8Array, ...rest: readonly Uint8Array[]): { bytes: Uint8Array; wire: Uint8Array } {
  const length = rest.reduce((sum, { byteLength }) => sum + byteLength, HEAD_BYTES + wire.byteLength);
  const head = Buffer.alloc(HEAD_BYTES);
  head.set([...MAGIC, kind]);
  head.writeUInt32BE(length, LENGTH_AT);
  head.writeUInt32BE(~length >>> 0, LENGTH_CHECK_AT);
  head.writeUInt32BE(wire.byteLength, WIRE_LENGTH_AT);
  const bytes = Buffer.concat([head, wire, ...rest], length);
  bytes.writeUInt32BE(crc32(bytes.subarray(WIRE_LENGTH_AT)), CRC_AT);
  return { bytes, wire: bytes.subarray(HEAD_BYTES, HEAD_BYTES + wire.byteLength) };
}

function unseal(kind: number, stored: Uint8Array): { wire: Uint8Array; rest: Uint8Array } {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  if (bytes.byteLength < HEAD_BYTES) throw new TornError(`${bytes.byteLength} bytes, expected at least ${HEAD_BYTES}.`);
  if (MAGIC.some((byte, index) => bytes[index] !== byte) || bytes[MAGIC.length] !== kind) {
    throw new ArenaError("LOG_CORRUPT", "It does not begin as a log does, or was written by a newer version.");
  }
  const length = bytes.readUInt32BE(LENGTH_AT);
  // A damaged length must not pass for bytes that were never written.
  if (bytes.readUInt32BE(LENGTH_CHECK_AT) !== ~length >>> 0)
    throw new ArenaError("LOG_CORRUPT", "Its length is damaged.");
  if (bytes.byteLength < length) throw new TornError(`${bytes.byteLength} bytes, expected ${length}.`);
  const body = bytes.subarray(WIRE_LENGTH_AT);
  if (bytes.byteLength > length || crc32(body) !== bytes.readUInt32BE(CRC_AT)) {
    throw new ArenaError("LOG_CORRUPT", "The checksum does not match.");
  }
  const wireEnd = HEAD_BYTES + bytes.readUInt32BE(WIRE_LENGTH_AT);
  return { wire: bytes.subarray(HEAD_BYTES, wireEnd), rest: bytes.subarray(wireEnd) };
}
