import { ArenaError } from "../errors/errors.ts";
import { decodeSnapshot, divideBatch, wireOf } from "./codec.ts";
import { packArray } from "./msgpack.ts";
import type { StoredBatch, StoredLog } from "./store.ts";

/** A part of a stretch of the past, as clients get it. */
export interface PastPart {
  /** Records of the snapshot that the stretch begins with, or entries after it. */
  readonly kind: "records" | "batches";
  /** MessagePack of an array of [id, record], or of OpBatch. */
  readonly data: Uint8Array;
}

/** A stretch of a document's past. */
export interface Past {
  /** The entry as of which its records are; 0 for a document that has just begun, without any. */
  readonly base: number;
  /** Its last entry. */
  readonly to: number;
  /** Whether there is more before it. */
  readonly hasOlder: boolean;
  /**
   * Its parts in order, read as they are asked for: first all records, then all entries after `base`.
   *
   * @throws ArenaError LOG_CORRUPT naming what of it is damaged; LOG_UNAVAILABLE where it cannot be read now, or was let go
   */
  parts(): AsyncGenerator<PastPart>;
}

/** Target size of a part. */
const PART_BYTES = 64 * 1024;

/**
 * The newest stretch of the past that has entries before `before`, up to there. Where there is none, it is one without entries.
 *
 * @param seq the last entry that is safe
 */
export function pastOf(stored: StoredLog, seq: number, before = seq + 1): Past {
  const end = Math.min(seq, before - 1);
  const { bases } = stored;
  const index = bases.findLastIndex((base) => base < end);
  const base = bases[index] ?? end;
  const isHere = index >= 0 || end === bases[0];
  return {
    base,
    to: end,
    hasOlder: index > 0,
    parts: () => (isHere ? partsOf(stored, base, end) : nothing()),
  };
}

async function* nothing(): AsyncGenerator<PastPart> {}

async function* partsOf(stored: StoredLog, base: number, to: number): AsyncGenerator<PastPart> {
  if (base > 0) {
    for (const data of await recordsOf(stored, base)) yield { kind: "records", data };
  }
  for (let due = base + 1; due <= to; ) {
    const batches = await stored.readBatches({ from: due, to }, PART_BYTES);
    due = dueAfter(batches, due, stored.bases);
    yield* packed(batches);
  }
}

async function recordsOf(stored: StoredLog, base: number): Promise<Iterable<Uint8Array>> {
  const bytes = await stored.readBase(base);
  if (!bytes) throw missing(`Snapshot ${base}`, stored.bases.includes(base));
  const snapshot = decodeSnapshot(bytes);
  if (snapshot.seq !== base)
    throw new ArenaError("LOG_CORRUPT", `In the place of snapshot ${base} is ${snapshot.seq}.`);
  return snapshot.parts;
}

/** @throws ArenaError where the batches do not go on at `due` */
function dueAfter(batches: readonly StoredBatch[], due: number, bases: readonly number[]): number {
  const [first, last] = [batches[0], batches.at(-1)];
  let next = first && first.from <= due ? first.from : Number.NaN;
  for (const { from, to } of batches) next = from === next ? to + 1 : Number.NaN;
  if (last && next > due) return next;
  throw missing(`Entry ${due}`, due > (bases[0] ?? 0));
}

function missing(what: string, isKept: boolean): ArenaError {
  if (isKept) return new ArenaError("LOG_CORRUPT", `${what} is missing.`);
  return new ArenaError("LOG_UNAVAILABLE", `${what} is no longer kept.`);
}

function* packed(batches: readonly StoredBatch[]): Generator<PastPart> {
  let wires: Uint8Array[] = [];
  let bytes = 0;
  for (const batch of batches) {
    for (const wire of wiresOf(batch)) {
      wires.push(wire);
      bytes += wire.byteLength;
      if (bytes < PART_BYTES) continue;
      yield { kind: "batches", data: packArray(wires) };
      [wires, bytes] = [[], 0];
    }
  }
  if (wires.length > 0) yield { kind: "batches", data: packArray(wires) };
}

/** The bytes that clients once got; a batch that is too large for a frame is divided. */
function wiresOf(stored: StoredBatch): readonly Uint8Array[] {
  try {
    return divideBatch({ ...stored, wire: wireOf(stored.bytes) }, PART_BYTES).map(({ wire }) => wire);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ArenaError("LOG_CORRUPT", `Entries ${stored.from} to ${stored.to}: ${reason}`, { cause });
  }
}
